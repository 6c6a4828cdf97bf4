import type { Granularity, KpiDefinition } from '@/api';
import type { Language } from '@/i18n';

const currencies: Partial<Record<KpiDefinition['unit'], string>> = { eur: 'EUR', chf: 'CHF', usd: 'USD', gbp: 'GBP' };
const words: Record<Language, Partial<Record<KpiDefinition['unit'], string>>> = {
  de: { seconds: 'Sek.', minutes: 'Min.', hours: 'Std.', days: 'Tage', working_days: 'Arbeitstage', points: 'Punkte' },
  en: { seconds: 's', minutes: 'min', hours: 'h', days: 'days', working_days: 'working days', points: 'points' },
};
const usual: Partial<Record<KpiDefinition['unit'], number>> = { eur: 0, chf: 0, usd: 0, gbp: 0, count: 0 };

/** A value in its unit, as a person reads it. `bare`: without the unit, for axes. */
export function kpiText(value: number, of: Pick<KpiDefinition, 'unit' | 'unit_label' | 'decimals'>, language: Language, bare = false): string {
  const digits = of.decimals ?? usual[of.unit];
  const places = digits === undefined ? { maximumFractionDigits: 2 } : { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const currency = currencies[of.unit];
  if (currency && !bare) return new Intl.NumberFormat(language, { style: 'currency', currency, ...places }).format(value);
  const number = new Intl.NumberFormat(language, bare ? { maximumFractionDigits: 4, notation: Math.abs(value) >= 100_000 ? 'compact' : 'standard' } : places).format(value);
  if (bare) return number;
  if (of.unit === 'percent') return language === 'de' ? `${number}\u00a0%` : `${number}%`;
  const word = of.unit === 'other' ? of.unit_label : words[language][of.unit];
  return word ? `${number}\u00a0${word}` : number;
}

/** "2026-03" as "März 2026", "2026-W12" as "KW 12/2026". */
export function periodText(period: string, granularity: Granularity, language: Language): string {
  const [year, part] = period.split('-');
  switch (granularity) {
    case 'day':
      return new Intl.DateTimeFormat(language, { day: '2-digit', month: '2-digit', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${period}T00:00:00Z`));
    case 'week':
      return language === 'de' ? `KW ${part?.slice(1)}/${year}` : `Week ${part?.slice(1)}, ${year}`;
    case 'month':
      return new Intl.DateTimeFormat(language, { month: 'short', year: 'numeric', timeZone: 'UTC' }).format(new Date(`${period}-01T00:00:00Z`));
    case 'quarter':
      return `${part} ${year}`;
    case 'year':
      return period;
  }
}

/** Whether a value meets its target; undefined where nothing says so. */
export function meets(value: number, of: Pick<KpiDefinition, 'better' | 'target'>): boolean | undefined {
  if (of.target === undefined || of.better === 'neither') return undefined;
  return of.better === 'higher' ? value >= of.target : value <= of.target;
}
