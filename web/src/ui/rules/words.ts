import type { ComputedAttribute, CustomerRule } from '@/api';
import type { Formats, Translate } from '@/i18n';
import type { Names } from '../filterbar/names';
import { dayBefore } from '../filterbar/words';
import type { en } from './en';

export interface RuleSpeaker {
  t: Translate<typeof en>;
  format: Formats;
  names: Names;
  computed: readonly ComputedAttribute[];
}

/** One rule in plain words. */
export function ruleText(rule: CustomerRule, speaker: RuleSpeaker): string {
  const text = plainText(rule, speaker);
  return rule.exclude ? speaker.t('words.not', { text }) : text;
}

function plainText(rule: CustomerRule, speaker: RuleSpeaker): string {
  const { t, names } = speaker;
  switch (rule.kind) {
    case 'all':
    case 'any':
      return t(`words.${rule.kind}`, { list: (rule.rules ?? []).map((one) => ruleText(one, speaker)).join('; ') });
    case 'did':
      return timed(rule, didText(rule, speaker), speaker);
    case 'did_then':
    case 'did_then_not': {
      const text = t(rule.kind === 'did_then' ? 'words.then' : 'words.then_not', { a: touchpoints(rule.touchpoints, speaker), b: touchpoints(rule.then, speaker) });
      return timed(rule, rule.within_days === undefined ? text : t('words.within', { text, n: rule.within_days }), speaker);
    }
    case 'attribute':
      return t('words.values', { name: names.attribute(rule.attribute ?? ''), values: orList((rule.values ?? []).map((v) => (v === '' ? t('attribute.empty') : v)), speaker) });
    case 'computed':
      return computedText(rule, speaker);
  }
}

function didText(rule: CustomerRule, speaker: RuleSpeaker): string {
  const { t } = speaker;
  const a = rule.touchpoints?.length ? touchpoints(rule.touchpoints, speaker) : t('words.contact');
  const { at_least: least, at_most: most } = rule;
  if (least !== undefined && most !== undefined) return t('words.times_both', { a, from: least, to: most });
  if (most !== undefined) return t('words.times_max', { a, n: most });
  return least === undefined || least === 1 ? t('words.did', { a }) : t('words.times_min', { a, n: least });
}

function timed(rule: CustomerRule, text: string, { t, format }: RuleSpeaker): string {
  if (rule.days !== undefined) return t('words.days', { text, n: rule.days });
  if (rule.from === undefined && rule.to === undefined) return text;
  const until = rule.to === undefined ? undefined : dayBefore(rule.to);
  const period = rule.from !== undefined && until !== undefined ? format.period(rule.from, until) : `${rule.from ? format.date(rule.from) : '…'} – ${until ? format.date(until) : '…'}`;
  return t('words.period', { text, period });
}

function computedText(rule: CustomerRule, speaker: RuleSpeaker): string {
  const { t, format } = speaker;
  const name = speaker.computed.find((one) => one.id === rule.attribute)?.name ?? t('words.unknown');
  if (rule.values?.length) return t('words.values', { name, values: orList(rule.values, speaker) });
  if (rule.from !== undefined) return t('words.since', { name, date: format.date(rule.from) });
  if (rule.to !== undefined) return t('words.before', { name, date: format.date(rule.to) });
  if (rule.min !== undefined && rule.max !== undefined) return t('words.both', { name, from: format.number(rule.min, 2), to: format.number(rule.max, 2) });
  if (rule.max !== undefined) return t('words.max', { name, n: format.number(rule.max, 2) });
  return t('words.min', { name, n: format.number(rule.min ?? 0, 2) });
}

function touchpoints(ids: readonly string[] | undefined, speaker: RuleSpeaker): string {
  return orList((ids ?? []).map((id) => speaker.names.touchpoint(id)?.name ?? speaker.t('words.unknown')), speaker);
}
function orList(list: readonly string[], { t }: RuleSpeaker): string {
  if (list.length > 2) return t('words.or_more', { first: list[0]!, more: list.length - 1 });
  return list.reduce((all, one) => (all === '' ? one : t('words.or', { a: all, b: one })), '');
}
