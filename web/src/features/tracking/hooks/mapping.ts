import type { WebhookFields, WebhookMapping, WebhookRule } from '@/api';

export const textFields = ['customer', 'event_type', 'time', 'actor', 'instance_key', 'channel', 'unit', 'message', 'cost', 'account', 'contract', 'order', 'same_customer', 'attributes_of'] as const;
export type FieldName = (typeof textFields)[number];
export type AttributeList = 'attributes' | 'customer_attributes';

/** A mapping as it is edited: everything that may be absent is there. */
export interface EditedRule {
  when: WebhookRule['when'];
  set: WebhookFields;
}
export interface EditedMapping {
  list: string;
  time_zone: string;
  fields: WebhookFields;
  rules: EditedRule[];
}
const noFields = (): WebhookFields => ({ attributes: [], customer_attributes: [] });
export function edited(mapping: WebhookMapping): EditedMapping {
  return {
    list: mapping.list ?? '',
    time_zone: mapping.time_zone ?? '',
    fields: mapping.fields ?? noFields(),
    rules: mapping.rules.map((rule) => ({ when: rule.when, set: rule.set ?? noFields() })),
  };
}

/** An empty field is none: in a rule it stays as it is for every event. */
export function withField(fields: WebhookFields, name: FieldName, value: string): WebhookFields {
  const { [name]: _before, ...others } = fields;
  return value === '' ? others : { ...others, [name]: value };
}

export function changedAt<T>(items: readonly T[], at: number, change: Partial<T>): T[] {
  return items.map((item, i) => (i === at ? { ...item, ...change } : item));
}
export function without<T>(items: readonly T[], at: number): T[] {
  return items.filter((_, i) => i !== at);
}
export function movedUp<T>(items: readonly T[], at: number): T[] {
  const next = [...items];
  const [item] = next.splice(at, 1);
  next.splice(at - 1, 0, item as T);
  return next;
}
export function addRule(rules: readonly EditedRule[]): EditedRule[] {
  return [...rules, { when: [{ value: '', is: [] }], set: noFields() }];
}
