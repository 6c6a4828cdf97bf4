import type { ComputedAttribute, ComputedKind, CustomerRule, CustomerRuleKind } from '@/api';

export const emptyRule = (kind: CustomerRuleKind): CustomerRule => ({ kind, exclude: false, rules: [], touchpoints: [], then: [], values: [] });

export const isTime = (kind: ComputedKind | undefined) => kind === 'first_contact' || kind === 'last_contact';
export const isText = (kind: ComputedKind | undefined) => kind === 'most_used_channel';

/** A rule that says enough to be asked. What is half written is left out of the preview. */
export function isReady(rule: CustomerRule, computed: readonly ComputedAttribute[]): boolean {
  switch (rule.kind) {
    case 'all':
    case 'any':
      return (rule.rules ?? []).length > 0 && (rule.rules ?? []).every((one) => isReady(one, computed));
    case 'did':
      return !(rule.at_least !== undefined && rule.at_most !== undefined && rule.at_least > rule.at_most);
    case 'did_then':
    case 'did_then_not':
      return Boolean(rule.touchpoints?.length && rule.then?.length);
    case 'attribute':
      return Boolean(rule.attribute && rule.values?.length);
    case 'computed': {
      const kind = computed.find((one) => one.id === rule.attribute)?.definition.kind;
      if (!kind) return false;
      if (isText(kind)) return Boolean(rule.values?.length);
      if (isTime(kind)) return rule.from !== undefined || rule.to !== undefined;
      return (rule.min !== undefined || rule.max !== undefined) && !(rule.min !== undefined && rule.max !== undefined && rule.min > rule.max);
    }
  }
}

/** All rules as one tree for the builder, and back: a filter's list means "all of these". */
export function toTree(rules: readonly CustomerRule[]): CustomerRule {
  const only = rules[0];
  if (rules.length === 1 && only && (only.kind === 'all' || only.kind === 'any') && !only.exclude) return only;
  return { ...emptyRule('all'), rules: [...rules] };
}
export function fromTree(tree: CustomerRule): CustomerRule[] {
  if (!tree.rules?.length) return [];
  return tree.kind === 'all' ? tree.rules : [tree];
}
