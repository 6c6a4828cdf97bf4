/** Numbers, shares, durations and times as a person reads them. All are pure; `useLocale` binds language and zone. */
export type Language = 'de' | 'en';

export interface Formats {
  /** 48210 → "48.210" */
  number(value: number, digits?: number): string;
  /** 1_250_000 → "1,3 Mio."; below a million as `number` */
  compact(value: number): string;
  /** 0.612 → "61 %"; one digit below 10 %, "<0,1 %" for what is more than nothing */
  share(value: number): string;
  /** Seconds → "3 Tage 4 Std.", the two largest units */
  duration(seconds: number): string;
  /** Seconds → "3,2 T.": one unit, for labels in pictures */
  durationShort(seconds: number): string;
  /** Seconds → "3,2 Tage": one unit in words, for figures that stand alone */
  durationRound(seconds: number): string;
  /** ISO time → "23.11.2025, 14:05" */
  time(iso: string): string;
  /** ISO time or local date → "23.11.2025" */
  date(iso: string): string;
  /** ISO time → "vor 5 Minuten" */
  ago(iso: string, now?: number): string;
  /** Two ISO times → "1. Jan. – 31. Dez. 2025" */
  period(first: string, last: string): string;
  /** Bytes → "2,4 MB" */
  bytes(value: number): string;
  money(value: number, currency?: string): string;
  /** ["a","b","c"] → "a, b und c" */
  list(items: string[]): string;
}

const units = [
  { seconds: 365 * 86400, de: ['Jahr', 'Jahre'], en: ['y', 'y'], enLong: ['year', 'years'], deShort: 'J.', enShort: 'y' },
  { seconds: 86400, de: ['Tag', 'Tage'], en: ['d', 'd'], enLong: ['day', 'days'], deShort: 'T.', enShort: 'd' },
  { seconds: 3600, de: ['Std.', 'Std.'], en: ['h', 'h'], enLong: ['hour', 'hours'], deShort: 'Std.', enShort: 'h' },
  { seconds: 60, de: ['Min.', 'Min.'], en: ['min', 'min'], enLong: ['minute', 'minutes'], deShort: 'Min.', enShort: 'min' },
  { seconds: 1, de: ['Sek.', 'Sek.'], en: ['s', 's'], enLong: ['second', 'seconds'], deShort: 'Sek.', enShort: 's' },
] as const;

const cache = new Map<string, Formats>();

/** The formats of a language and a zone (IANA name; the browser's where it is unknown). */
export function formats(language: Language, timeZone?: string): Formats {
  const key = `${language} ${timeZone ?? ''}`;
  const known = cache.get(key);
  if (known) return known;
  const made = makeFormats(language, validZone(timeZone));
  cache.set(key, made);
  return made;
}

function validZone(zone: string | undefined): string | undefined {
  if (!zone) return undefined;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return zone;
  } catch {
    return undefined;
  }
}

const dateParts: Intl.DateTimeFormatOptions = { day: '2-digit', month: '2-digit', year: 'numeric' };
const timeParts: Intl.DateTimeFormatOptions = { ...dateParts, hour: '2-digit', minute: '2-digit' };
const periodParts: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short', year: 'numeric' };

// Making one costs about 50 µs; tables print thousands.
const dateTimeFormats = new Map<string, Intl.DateTimeFormat>();
function dateTimeFormat(locale: string, options: Intl.DateTimeFormatOptions, timeZone: string | undefined) {
  const key = `${locale} ${timeZone ?? ''} ${JSON.stringify(options)}`;
  let made = dateTimeFormats.get(key);
  if (!made) dateTimeFormats.set(key, (made = new Intl.DateTimeFormat(locale, { ...options, timeZone })));
  return made;
}

function makeFormats(language: Language, zone: string | undefined): Formats {
  const locale = language === 'de' ? 'de-DE' : 'en-GB';
  const numberFormats = new Map<number, Intl.NumberFormat>();
  const number = (value: number, digits = 0) => {
    let f = numberFormats.get(digits);
    if (!f) numberFormats.set(digits, (f = new Intl.NumberFormat(locale, { maximumFractionDigits: digits })));
    return f.format(value);
  };
  const fixed = (value: number, digits: number) =>
    new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  // British English writes a million as “m”, which is a metre to most readers.
  const compactFormat = new Intl.NumberFormat(language === 'de' ? locale : 'en-US', { notation: 'compact', maximumFractionDigits: 1 });
  const listFormat = new Intl.ListFormat(locale, { type: 'conjunction' });

  // A date without a time belongs to no zone: it is read and printed as UTC, so that its day stays.
  const isDay = (iso: string) => /^\d{4}-\d{2}-\d{2}$/.test(iso);
  const print = (options: Intl.DateTimeFormatOptions, iso: string) => {
    const at = new Date(iso);
    if (Number.isNaN(at.getTime())) return iso;
    return dateTimeFormat(locale, options, isDay(iso) ? 'UTC' : zone).format(at);
  };

  return {
    number,
    compact: (value) => (Math.abs(value) < 1_000_000 ? number(value) : compactFormat.format(value)),
    share: (value) => {
      const percent = value * 100;
      const sign = language === 'de' ? '\u00a0%' : '%';
      if (percent > 0 && percent < 0.1) return `<${fixed(0.1, 1)}${sign}`;
      if (percent < 100 && percent > 99.9) return `>${fixed(99.9, 1)}${sign}`;
      const digits = percent !== 0 && percent !== 100 && Math.abs(percent) < 9.95 ? 1 : 0;
      return (digits === 1 ? fixed(percent, 1) : percent > 99 && percent < 100 ? fixed(percent, 1) : number(Math.round(percent))) + sign;
    },
    duration: (seconds) => durationText(seconds, language, number),
    durationShort: (seconds) => shortDuration(seconds, language, number),
    durationRound: (seconds) => roundDuration(seconds, language, number),
    time: (iso) => print(timeParts, iso),
    date: (iso) => print(dateParts, iso),
    ago: (iso, now = Date.now()) => {
      const s = (new Date(iso).getTime() - now) / 1000;
      const size = Math.abs(s);
      if (Number.isNaN(s)) return iso;
      if (size < 45) return language === 'de' ? 'gerade eben' : 'just now';
      if (size < 3570) return relative.format(Math.round(s / 60), 'minute');
      if (size < 84_600) return relative.format(Math.round(s / 3600), 'hour');
      if (size < 30 * 86_400) return relative.format(Math.round(s / 86_400), 'day');
      return print(dateParts, iso);
    },
    period: (first, last) => {
      const from = new Date(first);
      const to = new Date(last);
      if (Number.isNaN(from.getTime()) || Number.isNaN(to.getTime())) return `${first} – ${last}`;
      return dateTimeFormat(locale, periodParts, isDay(first) ? 'UTC' : zone).formatRange(from, to);
    },
    bytes: (value) => {
      const steps = ['B', 'KB', 'MB', 'GB', 'TB'];
      let i = 0;
      let v = value;
      while (v >= 1000 && i < steps.length - 1) [v, i] = [v / 1000, i + 1];
      return `${number(v, i > 0 && v < 100 ? 1 : 0)}\u00a0${steps[i]}`;
    },
    money: (value, currency = 'EUR') => new Intl.NumberFormat(locale, { style: 'currency', currency }).format(value),
    list: (items) => listFormat.format(items),
  };
}

function durationText(seconds: number, language: Language, number: (v: number, d?: number) => string): string {
  const sign = seconds < 0 ? '−' : '';
  const size = Math.abs(seconds);
  if (size === 0) return `0 ${language === 'de' ? 'Sek.' : 's'}`;
  if (size < 10) return `${sign}${number(size, size < 0.1 ? 3 : size < 1 ? 2 : 1)} ${language === 'de' ? 'Sek.' : 's'}`;
  // Round to the smaller of the two units shown, so that 59.7 minutes do not become "60 Min.".
  let first = units.findIndex((u) => size >= u.seconds);
  const last = () => Math.min(first + 1, units.length - 1);
  let rounded = Math.round(size / units[last()]!.seconds) * units[last()]!.seconds;
  const again = units.findIndex((u) => rounded >= u.seconds);
  if (again < first) {
    first = again;
    rounded = Math.round(size / units[last()]!.seconds) * units[last()]!.seconds;
  }
  const parts: string[] = [];
  let rest = rounded;
  for (let i = first; i <= last(); i++) {
    const unit = units[i]!;
    const n = i === last() ? Math.round(rest / unit.seconds) : Math.floor(rest / unit.seconds + 1e-9);
    rest -= n * unit.seconds;
    // A number and its unit stay on one line.
    if (n > 0) parts.push(`${n}\u00a0${unit[language][n === 1 ? 0 : 1]}`);
  }
  return sign + parts.join(' ');
}

function roundDuration(seconds: number, language: Language, number: (v: number, d?: number) => string): string {
  const sign = seconds < 0 ? '−' : '';
  const size = Math.abs(seconds);
  const unit = units.find((u) => size >= u.seconds) ?? units[units.length - 1]!;
  const text = number(size / unit.seconds, size / unit.seconds < 9.95 ? 1 : 0);
  const words = language === 'de' ? unit.de : unit.enLong;
  return `${sign}${text}\u00a0${words[text === '1' ? 0 : 1]}`;
}

function shortDuration(seconds: number, language: Language, number: (v: number, d?: number) => string): string {
  const sign = seconds < 0 ? '−' : '';
  const size = Math.abs(seconds);
  const unit = units.find((u) => size >= u.seconds) ?? units[units.length - 1]!;
  const value = size / unit.seconds;
  const label = language === 'de' ? unit.deShort : unit.enShort;
  return `${sign}${number(value, value < 9.95 && size >= 60 ? 1 : size < 1 ? 2 : 0)}\u00a0${label}`;
}
