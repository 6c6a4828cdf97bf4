import type { AttributeCondition, CustomerRule, Filter, SequenceCondition, SequenceKind } from './types';

/**
 * A filter as a short text for the address, of characters that an address leaves as they are: letters, digits and
 * `* - . _`. It begins with the number of its schema; texts of older schemas are upgraded when they are read.
 *
 *   2.p20250101_20250701*ms*sg3600*qf01ABC.01DEF_01XYZ_86400
 *
 * Fields are set apart by `*`, parts of a field by `_`, members of a list by `.`; any other character of a value is
 * written as `-`, its code point in hexadecimal, `-`.
 *
 * Schema 3 adds rules about customers (`r`, a JSON value in base 64) and the value of a customer's attribute at the time of
 * the event (`O`, `X` instead of `o`, `x`); schema 4 what is counted as one customer (`ca`, `ck`, `co`). A filter is written as the
 * lowest schema that holds it, which older programs read.
 */
const plain = 2;
const withRules = 3;
const current = 4;

type Part = Partial<Filter>;

/** Empty for a filter that lets everything through. `trimmed` holds only what says something. */
export function writeFilter(trimmed: Part): string {
  const fields: string[] = [];
  const f = trimmed;
  if (f.count_by !== undefined && f.count_by !== 'person') fields.push(`c${countedBy[f.count_by]}`);
  if (f.from !== undefined || f.to !== undefined) fields.push(`p${day(f.from)}_${day(f.to)}`);
  if (f.period_mode !== undefined) fields.push(`m${modes[f.period_mode]}`);
  if (f.slice !== undefined) {
    const { kind, gap_s, start, end } = f.slice;
    if (kind === 'key') fields.push('sk');
    if (kind === 'customer') fields.push('sc');
    if (kind === 'gap') fields.push(`sg${gap_s ?? ''}`);
    if (kind === 'start_end') fields.push(`sb${ids(start ?? [])}_${ids(end ?? [])}`);
  }
  for (const s of f.sequences ?? []) {
    const parts = [ids(s.touchpoints)];
    if (s.kind === 'directly_followed' || s.kind === 'eventually_followed') parts.push(ids(s.then ?? []), s.within_s === undefined ? '' : String(s.within_s));
    fields.push(`q${kinds[s.kind]}${parts.join('_')}`);
  }
  for (const a of f.instance_attributes ?? []) fields.push(`i${attribute(a)}`);
  for (const a of f.event_attributes ?? []) fields.push(`e${attribute(a)}`);
  if (f.duration_min_s !== undefined || f.duration_max_s !== undefined) fields.push(`d${f.duration_min_s ?? ''}_${f.duration_max_s ?? ''}`);
  if (f.events_min !== undefined || f.events_max !== undefined) fields.push(`n${f.events_min ?? ''}_${f.events_max ?? ''}`);
  if (f.exclude_open) fields.push('x');
  if (f.variants?.length) fields.push(`v${f.variants.map(escape).join('.')}`);
  if (f.touchpoints_shown?.length) fields.push(`t${ids(f.touchpoints_shown)}`);
  if (f.segment !== undefined) fields.push(`g${id(f.segment, 'seg_')}`);
  for (const rule of f.customer_rules ?? []) fields.push(`r${toBase64(JSON.stringify(bareRule(rule)))}`);
  const newer = Boolean(f.customer_rules?.length) || [...(f.instance_attributes ?? []), ...(f.event_attributes ?? [])].some((a) => a.moment === 'event');
  return fields.length === 0 ? '' : `${fields[0]!.startsWith('c') ? current : newer ? withRules : plain}.${fields.join('*')}`;
}

/** The filter of a text of any schema; null where it cannot be read. */
export function readFilter(text: string): Part | null {
  const dot = text.indexOf('.');
  const read = readers[text.slice(0, dot)];
  if (!read) return null;
  try {
    return read(text.slice(dot + 1));
  } catch {
    return null;
  }
}

const readers: Record<string, (body: string) => Part> = {
  // Schema 1 was the API's object as base 64 of JSON; programs still make such links.
  '1': (body) => {
    const parsed: unknown = JSON.parse(fromBase64(body));
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw unreadable();
    const part = parsed as Part;
    for (const key of ['sequences', 'instance_attributes', 'variants', 'event_attributes', 'touchpoints_shown', 'customer_rules'] as const) {
      if (part[key] !== undefined && !Array.isArray(part[key])) throw unreadable();
    }
    return part;
  },
  '2': readFields,
  '3': readFields,
  '4': readFields,
};

function readFields(body: string): Part {
  const part: Part = {};
  for (const field of body.split('*')) readField(field, part);
  return part;
}

const unreadable = () => new Error('unreadable filter');

const modes = { automatic: 'a', cut: 'c', started: 's', completed: 'e', overlaps: 'o' } as const;
const countedBy = { person: 'p', account: 'a', contract: 'k', order: 'o' } as const;
const kinds: Record<SequenceKind, string> = {
  starts_with: 's', ends_with: 'e', contains: 'c', not_contains: 'n', directly_followed: 'd', eventually_followed: 'f',
};

function readField(field: string, part: Part) {
  const body = field.slice(1);
  switch (field[0]) {
    case 'c':
      part.count_by = keyOf(countedBy, body);
      return;
    case 'p': {
      const [from, to] = two(body);
      if (from) part.from = readDay(from);
      if (to) part.to = readDay(to);
      return;
    }
    case 'm':
      part.period_mode = keyOf(modes, body);
      return;
    case 's':
      part.slice = readSlice(body);
      return;
    case 'q':
      (part.sequences ??= []).push(readSequence(body));
      return;
    case 'i':
      (part.instance_attributes ??= []).push(readAttribute(body));
      return;
    case 'e':
      (part.event_attributes ??= []).push(readAttribute(body));
      return;
    case 'd': {
      const [min, max] = two(body);
      if (min) part.duration_min_s = number(min);
      if (max) part.duration_max_s = number(max);
      return;
    }
    case 'n': {
      const [min, max] = two(body);
      if (min) part.events_min = number(min);
      if (max) part.events_max = number(max);
      return;
    }
    case 'x':
      part.exclude_open = true;
      return;
    case 'v':
      part.variants = body.split('.').map(unescape);
      return;
    case 't':
      part.touchpoints_shown = readIds(body);
      return;
    case 'g':
      part.segment = readId(body, 'seg_');
      return;
    case 'r':
      (part.customer_rules ??= []).push(readRule(JSON.parse(fromBase64(body))));
      return;
    default:
      throw unreadable();
  }
}

const ruleKinds = ['all', 'any', 'did', 'did_then', 'did_then_not', 'attribute', 'computed'];

/** Without members that say nothing. */
function bareRule(rule: CustomerRule): object {
  const said = Object.entries(rule).filter(([, value]) => value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0));
  return Object.fromEntries(said.map(([key, value]) => [key, key === 'rules' ? (value as CustomerRule[]).map(bareRule) : value]));
}
function readRule(parsed: unknown): CustomerRule {
  if (typeof parsed !== 'object' || parsed === null) throw unreadable();
  const said = parsed as CustomerRule;
  const rule: CustomerRule = { ...said, rules: said.rules ?? [], touchpoints: said.touchpoints ?? [], then: said.then ?? [], values: said.values ?? [] };
  const lists = [rule.rules, rule.touchpoints, rule.then, rule.values];
  if (!ruleKinds.includes(rule.kind) || !lists.every(Array.isArray)) throw unreadable();
  return { ...rule, rules: rule.rules.map(readRule) };
}

function toBase64(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join('')).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
function fromBase64(text: string): string {
  const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

function readSlice(body: string): Filter['slice'] {
  const none = { start: [], end: [] };
  if (body === 'k') return { kind: 'key', ...none };
  if (body === 'c') return { kind: 'customer', ...none };
  if (body[0] === 'g') return { kind: 'gap', ...none, ...(body.length > 1 ? { gap_s: number(body.slice(1)) } : {}) };
  if (body[0] !== 'b') throw unreadable();
  const [start, end] = two(body.slice(1));
  return { kind: 'start_end', start: readIds(start), end: readIds(end) };
}

function readSequence(body: string): SequenceCondition {
  const kind = keyOf(kinds, body[0] ?? '');
  const [first = '', then, within] = body.slice(1).split('_');
  const condition: SequenceCondition = { kind, touchpoints: readIds(first), then: then === undefined ? [] : readIds(then) };
  if (within) condition.within_s = number(within);
  return condition;
}

function attribute(a: AttributeCondition): string {
  const name = a.attribute.startsWith('at_') ? `a${id(a.attribute, 'at_')}` : `n${escape(a.attribute)}`;
  const sign = a.exclude ? 'x' : 'o';
  return `${a.moment === 'event' ? sign.toUpperCase() : sign}${name}_${a.values.map((v) => (v === '' ? '-z-' : escape(v))).join('.')}`;
}

function readAttribute(body: string): AttributeCondition {
  const sign = body[0]?.toLowerCase();
  if (sign !== 'x' && sign !== 'o') throw unreadable();
  const [name, values] = two(body.slice(2));
  return {
    attribute: body[1] === 'a' ? readId(name, 'at_') : unescape(name),
    values: values === '' ? [] : values.split('.').map((v) => (v === '-z-' ? '' : unescape(v))),
    exclude: sign === 'x',
    ...(sign === body[0] ? {} : { moment: 'event' as const }),
  };
}

function ids(list: readonly string[]): string {
  return list.map((one) => id(one, 'tp_')).join('.');
}
function readIds(text: string): string[] {
  return text === '' ? [] : text.split('.').map((one) => readId(one, 'tp_'));
}
/** Without its usual prefix; an id of another kind is marked and written whole. */
function id(value: string, prefix: string): string {
  const rest = value.slice(prefix.length);
  return value.startsWith(prefix) && rest !== '' ? escape(rest) : `-x-${escape(value)}`;
}
function readId(text: string, prefix: string): string {
  return text.startsWith('-x-') ? unescape(text.slice(3)) : prefix + unescape(text);
}

function day(value: string | undefined): string {
  if (value === undefined) return '';
  return /^\d{4}-\d{2}-\d{2}$/.test(value) ? value.replaceAll('-', '') : escape(value);
}
function readDay(text: string): string {
  return /^\d{8}$/.test(text) ? `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}` : unescape(text);
}

function escape(value: string): string {
  return value.replace(/[^A-Za-z0-9]/gu, (c) => `-${c.codePointAt(0)!.toString(16)}-`);
}
function unescape(text: string): string {
  return text.replace(/-([^-]*)-/g, (_all, code: string) => {
    if (!/^[0-9a-f]{1,6}$/.test(code)) throw unreadable();
    return String.fromCodePoint(parseInt(code, 16));
  });
}

function two(text: string): [string, string] {
  const parts = text.split('_');
  if (parts.length !== 2) throw unreadable();
  return [parts[0]!, parts[1]!];
}
function number(text: string): number {
  const value = Number(text);
  if (text === '' || !Number.isFinite(value)) throw unreadable();
  return value;
}
function keyOf<K extends string>(table: Record<K, string>, letter: string): K {
  for (const key of Object.keys(table) as K[]) if (table[key] === letter) return key;
  throw unreadable();
}
