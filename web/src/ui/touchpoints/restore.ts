import type { Mapping, Rule, RuleRequest, Touchpoint, TouchpointPatch } from '@/api';

/** What a change of touchpoints may touch: needed to take it back. */
export interface Before {
  touchpoints: readonly Touchpoint[];
  rules: readonly Rule[];
}

/** The server's steps, as `restore` needs them. */
export interface Steps {
  mapping(): Promise<Mapping>;
  touchpoints(): Promise<readonly Touchpoint[]>;
  addRule(request: RuleRequest): Promise<Mapping>;
  deleteRule(id: string): Promise<Mapping>;
  patch(id: string, patch: TouchpointPatch): Promise<Touchpoint>;
  remove(id: string): Promise<unknown>;
}

export function fieldsOf(touchpoint: Touchpoint): TouchpointPatch {
  const { name, channel, owner, description, direction } = touchpoint;
  return { name, channel: channel ?? '', owner: owner ?? '', description: description ?? '', direction };
}

function same(a: Rule, b: Rule): boolean {
  const key = (r: Rule) => JSON.stringify([r.event_types, r.sources, r.properties, r.touchpoint]);
  return key(a) === key(b);
}

/**
 * Brings `touched` touchpoints and the rules back to what they were. First what was owned is owned again (a rule may only
 * name an owned touchpoint), then the rules stand as before, in their order, then what was not owned is given back.
 */
export async function restore(before: Before, touched: readonly string[], steps: Steps): Promise<void> {
  const was = new Map(before.touchpoints.map((one) => [one.id, one]));
  for (const id of touched) {
    const old = was.get(id);
    if (old?.mapped) await steps.patch(id, fieldsOf(old));
  }
  let rules = (await steps.mapping()).rules;
  for (const rule of rules.filter((one) => !before.rules.some((old) => same(old, one)))) rules = (await steps.deleteRule(rule.id)).rules;
  for (const [position, old] of before.rules.entries()) {
    const there = rules[position];
    if (there && same(there, old)) continue;
    const elsewhere = rules.find((one, i) => i > position && same(one, old));
    if (elsewhere) await steps.deleteRule(elsewhere.id);
    const { event_types, sources, properties, touchpoint } = old;
    rules = (await steps.addRule({ event_types, sources, properties, touchpoint, position })).rules;
  }
  const given = touched.filter((id) => was.get(id)?.mapped === false);
  if (given.length === 0) return;
  // What was merged into another was never owned: there is nothing to give back.
  const owned = new Set((await steps.touchpoints()).filter((one) => one.mapped).map((one) => one.id));
  for (const id of given) if (owned.has(id)) await steps.remove(id);
}
