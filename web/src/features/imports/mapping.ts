import type { ColumnRole, Detection, IdentifierKind, ReadOptions, Source, SourceMapping } from '@/api';

/** What each column of a file means; pure, so that the wizard's rules can be tested. */
export interface ColumnChoice {
  column: string;
  role: ColumnRole;
  /** The attribute's own name; empty: the column's. */
  name: string;
  /** Of a customer or identifier column: what it holds. */
  kind: IdentifierKind;
}

/** Roles that only one column can have. */
export const singleRoles: ColumnRole[] = ['customer', 'instance_key', 'event_type', 'time', 'time_of_day', 'channel', 'source_system', 'direction', 'unit', 'cost'];
export const attributeRoles: ColumnRole[] = ['event_attribute', 'customer_attribute', 'pseudonymise'];

export const identifierRoles: ColumnRole[] = ['customer', 'identifier'];
export const identifierKinds: IdentifierKind[] = ['customer', 'user_id', 'crm', 'erp', 'email', 'phone', 'account', 'contract', 'order', 'device', 'anonymous_id'];

export function suggestedChoices(detection: Detection): ColumnChoice[] {
  return detection.columns.map((c) => ({ column: c.name, role: c.suggested, name: c.suggested_name ?? '', kind: c.suggested_kind ?? ('customer' as const) }));
}

/** A saved source's meaning, laid over the columns of this file; columns it does not name are left out. */
export function savedChoices(detection: Detection, mapping: SourceMapping): ColumnChoice[] {
  const saved = new Map(mapping.columns.map((c) => [c.column, c]));
  return detection.columns.map((c) => {
    const known = saved.get(c.name);
    return { column: c.name, role: known?.role ?? 'ignore', name: known?.name ?? '', kind: known?.kind ?? ('customer' as const) };
  });
}

/** Gives a column a role. A role that another column had alone is taken from it; that one becomes an attribute. */
export function withRole(choices: ColumnChoice[], index: number, role: ColumnRole): ColumnChoice[] {
  return choices.map((choice, i) => {
    if (i === index) return { ...choice, role };
    return singleRoles.includes(role) && choice.role === role ? { ...choice, role: 'event_attribute' as const } : choice;
  });
}

export type Need = 'customer' | 'event_type' | 'time';

/** What must still be chosen. A file with one key column may call it customer or matter. */
export function missingNeeds(choices: ColumnChoice[]): Need[] {
  const has = (role: ColumnRole) => choices.some((c) => c.role === role);
  const missing: Need[] = [];
  if (!has('customer') && !has('instance_key')) missing.push('customer');
  if (!has('event_type')) missing.push('event_type');
  if (!has('time')) missing.push('time');
  return missing;
}

export interface Defaults {
  channel: string;
  direction: string;
}

export function toMapping(choices: ColumnChoice[], read: ReadOptions, defaults: Defaults): SourceMapping {
  const has = (role: ColumnRole) => choices.some((c) => c.role === role);
  const mapping: SourceMapping = {
    read: Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined && value !== '')) as ReadOptions,
    columns: choices
      .filter((c) => c.role !== 'ignore')
      .map((c) => ({ column: c.column, role: c.role, ...(attributeRoles.includes(c.role) && c.name.trim() && c.name.trim() !== c.column ? { name: c.name.trim() } : {}), ...(identifierRoles.includes(c.role) && c.kind !== 'customer' ? { kind: c.kind } : {}) })),
  };
  if (defaults.channel.trim() && !has('channel')) mapping.channel = defaults.channel.trim();
  if (defaults.direction && !has('direction')) mapping.direction = defaults.direction;
  return mapping;
}

/** The saved source that a detection names, by id or by name. */
export function matchingSource(detection: Detection, sources: Source[]): Source | undefined {
  const key = detection.matching_source;
  return key ? sources.find((s) => s.id === key || s.name === key) : undefined;
}

const endings = /\.(csv|tsv|txt|xlsx|json|ndjson|jsonl|parquet|xes|jsonocel|xmlocel|xml|sqlite|db)$/i;

/** A name for the source from the file's: "2026-03_crm-export.csv.gz" → "Crm export" */
export function sourceNameOf(fileName: string): string {
  const bare = fileName
    .replace(/\.gz$/i, '')
    .replace(endings, '')
    .replaceAll('_', ' ')
    .replace(/\b\d{4}[-_. ]?\d{2}([-_. ]?\d{2})?\b/g, ' ')
    .replace(/[-_.]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const name = bare || fileName;
  return (name.charAt(0).toUpperCase() + name.slice(1)).slice(0, 80);
}

export function isSupported(fileName: string): boolean {
  return endings.test(fileName.replace(/\.gz$/i, ''));
}
