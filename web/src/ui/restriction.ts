import { useMemo } from 'react';
import type { Restriction } from '@/api';
import { useLocale } from '@/i18n';

/** What a restriction leaves visible, in words: "Markt DE · ohne Freitexte". */
export function useRestrictionText(): (restriction: Restriction) => string {
  const { t } = useLocale();
  return useMemo(() => {
    const list = (values: string[]) => values.map((value) => value || t('restriction.without')).join(', ');
    return (r: Restriction) => {
      const parts: string[] = [];
      if (r.markets.length) parts.push(t('restriction.markets', { list: list(r.markets) }));
      if (r.units.length) parts.push(t('restriction.units', { list: list(r.units) }));
      if (r.no_texts) parts.push(t('restriction.no_texts'));
      if (r.no_single_customers) parts.push(t('restriction.groups', { count: r.smallest_group ?? 5 }));
      return parts.join(' · ');
    };
  }, [t]);
}
