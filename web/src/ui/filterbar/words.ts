import type { AttributeCondition, CustomerRule, Filter, Segment, SequenceCondition } from '@/api';
import type { Formats, Translate } from '@/i18n';
import type { en } from './en';
import type { Names } from './names';

export type Part =
  | { kind: 'sequence'; at: number }
  | { kind: 'instance_attribute'; at: number }
  | { kind: 'event_attribute'; at: number }
  | { kind: 'duration' }
  | { kind: 'events' }
  | { kind: 'exclude_open' }
  | { kind: 'variants' }
  | { kind: 'shown' }
  | { kind: 'customer_rule'; at: number }
  | { kind: 'segment' };

/** One condition in plain words, and the filter without it. */
export interface Chip {
  key: string;
  text: string;
  part: Part;
  without: Filter;
}

export interface Speaker {
  t: Translate<typeof en>;
  format: Formats;
  names: Names;
  segments: readonly Segment[];
  /** One rule about customers in words. */
  rule: (rule: CustomerRule) => string;
}

const drop = <T>(list: readonly T[] | undefined, at: number) => (list ?? []).filter((_, i) => i !== at);

/** The conditions of a filter besides period and slice, which have their own buttons. */
export function chipsOf(filter: Filter, speaker: Speaker): Chip[] {
  const { t, format } = speaker;
  const chips: Chip[] = [];
  const add = (key: string, text: string, part: Part, without: Filter) => chips.push({ key, text, part, without });
  if (filter.segment !== undefined) {
    const name = speaker.segments.find((one) => one.id === filter.segment)?.name ?? t('chip.unknown');
    add('segment', t('chip.segment', { name }), { kind: 'segment' }, { ...filter, segment: undefined });
  }
  filter.sequences?.forEach((one, at) =>
    add(`sequence ${at}`, sequenceText(one, speaker), { kind: 'sequence', at }, { ...filter, sequences: drop(filter.sequences, at) }));
  filter.instance_attributes?.forEach((one, at) =>
    add(`instance ${at}`, attributeText(one, speaker), { kind: 'instance_attribute', at }, { ...filter, instance_attributes: drop(filter.instance_attributes, at) }));
  filter.event_attributes?.forEach((one, at) =>
    add(`event ${at}`, t('chip.events_only', { text: attributeText(one, speaker) }), { kind: 'event_attribute', at },
      { ...filter, event_attributes: drop(filter.event_attributes, at) }));
  filter.customer_rules?.forEach((one, at) =>
    add(`rule ${at}`, speaker.rule(one), { kind: 'customer_rule', at }, { ...filter, customer_rules: drop(filter.customer_rules, at) }));
  const { duration_min_s: shortest, duration_max_s: longest, events_min: fewest, events_max: most } = filter;
  if (shortest !== undefined || longest !== undefined) {
    const text =
      shortest === undefined ? t('chip.duration_max', { b: format.duration(longest!) })
      : longest === undefined ? t('chip.duration_min', { a: format.duration(shortest) })
      : t('chip.duration_both', { a: format.duration(shortest), b: format.duration(longest) });
    add('duration', text, { kind: 'duration' }, { ...filter, duration_min_s: undefined, duration_max_s: undefined });
  }
  if (fewest !== undefined || most !== undefined) {
    const text =
      fewest === undefined ? t('chip.events_max', { b: most! })
      : most === undefined ? t('chip.events_min', { a: fewest })
      : t('chip.events_both', { a: fewest, b: most });
    add('events', text, { kind: 'events' }, { ...filter, events_min: undefined, events_max: undefined });
  }
  if (filter.exclude_open) add('open', t('chip.exclude_open'), { kind: 'exclude_open' }, { ...filter, exclude_open: false });
  if (filter.variants?.length) add('variants', t('chip.variants', { count: filter.variants.length }), { kind: 'variants' }, { ...filter, variants: [] });
  if (filter.touchpoints_shown?.length)
    add('shown', t('chip.shown', { a: anyOf(filter.touchpoints_shown, speaker) }), { kind: 'shown' }, { ...filter, touchpoints_shown: [] });
  return chips;
}

function sequenceText(condition: SequenceCondition, speaker: Speaker): string {
  const { t, format } = speaker;
  const a = anyOf(condition.touchpoints, speaker);
  if (condition.kind !== 'directly_followed' && condition.kind !== 'eventually_followed') return t(`chip.${condition.kind}`, { a });
  const text = t(`chip.${condition.kind}`, { a, b: anyOf(condition.then ?? [], speaker) });
  return condition.within_s === undefined ? text : t('chip.within', { text, duration: format.duration(condition.within_s) });
}

function attributeText(condition: AttributeCondition, { t, names, format }: Speaker): string {
  const shown = condition.values.map((value) => (value === '' ? t('attribute.empty') : value));
  const values = shown.length > 3 ? t('chip.or_more', { first: shown[0]!, more: shown.length - 1 }) : orList(shown, { t, format });
  const text = t(condition.exclude ? 'chip.attribute_not' : 'chip.attribute', { name: names.attribute(condition.attribute), values });
  return condition.moment === 'event' ? t('chip.at_event', { text }) : text;
}

/** Touchpoints of which any one satisfies: "A oder B", "A oder 4 weitere". */
export function anyOf(ids: readonly string[], { t, names, format }: Pick<Speaker, 't' | 'names' | 'format'>): string {
  const shown = ids.map((id) => names.touchpoint(id)?.name ?? t('chip.unknown'));
  return shown.length > 2 ? t('chip.or_more', { first: shown[0]!, more: shown.length - 1 }) : orList(shown, { t, format });
}
function orList(list: readonly string[], { t }: Pick<Speaker, 't' | 'format'>): string {
  return list.reduce((all, one) => (all === '' ? one : t('chip.or', { a: all, b: one })), '');
}

export function periodText(filter: Filter, { t, format }: Pick<Speaker, 't' | 'format'>): string {
  const last = filter.to === undefined ? undefined : dayBefore(filter.to);
  if (filter.from !== undefined && last !== undefined) return format.period(filter.from, last);
  if (filter.from !== undefined) return t('period.since', { date: format.date(filter.from) });
  if (last !== undefined) return t('period.up_to', { date: format.date(last) });
  return t('period.all');
}

export function sliceText(filter: Filter, speaker: Pick<Speaker, 't' | 'names' | 'format'>): string {
  const { t, format } = speaker;
  const slice = filter.slice;
  switch (slice?.kind) {
    case 'key':
      return t('slice.key');
    case 'customer':
      return t('slice.customer');
    case 'gap':
      return t('slice.gap', { duration: format.duration(slice.gap_s ?? 0) });
    case 'start_end':
      return t('slice.start_end', { start: anyOf(slice.start ?? [], speaker), end: anyOf(slice.end ?? [], speaker) });
    default:
      return t('slice.automatic');
  }
}

/** All of a filter as lines of text, for the head of an exported picture. */
export function filterLines(filter: Filter, speaker: Speaker): string[] {
  const lines = [periodText(filter, speaker)];
  if (filter.count_by && filter.count_by !== 'person') lines.push(speaker.t(`count.${filter.count_by}`));
  if (filter.slice && filter.slice.kind !== 'automatic') lines.push(sliceText(filter, speaker));
  return [...lines, ...chipsOf(filter, speaker).map((chip) => chip.text)];
}

/** Local dates as the API writes them; a date-time stands for its day. */
export function dayBefore(day: string): string {
  return addDays(day, -1);
}
export function dayAfter(day: string): string {
  return addDays(day, 1);
}
export function addDays(day: string, days: number): string {
  const date = new Date(`${day.slice(0, 10)}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}
export function addMonths(day: string, months: number): string {
  const date = new Date(`${day.slice(0, 10)}T12:00:00Z`);
  const wanted = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(wanted, last));
  return date.toISOString().slice(0, 10);
}
