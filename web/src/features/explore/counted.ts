import { useFilter } from '@/api';
import { useTexts } from '@/i18n';
import { texts } from './de';

/** What the filter counts as one customer, in words. */
export function useCounted() {
  const { t } = useTexts(texts);
  const [filter] = useFilter();
  const kind = filter.count_by ?? 'person';
  const many = t(`counted.many.${kind}`);
  return { kind, one: t(`counted.one.${kind}`), many, ofMany: t(`counted.of_many.${kind}`), heading: capital(many), headingOne: capital(t(`counted.one.${kind}`)) };
}

const capital = (word: string) => word.charAt(0).toLocaleUpperCase() + word.slice(1);
