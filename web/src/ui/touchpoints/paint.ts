import type { TouchpointPatch } from '@/api';

/**
 * Shows a change of touchpoints in a kept answer before the server has made it: every object that names one of `ids`
 * (a graph's node, a list's item, a name) gets the new values and counts as owned. Other objects are kept as they are,
 * so that nothing is drawn anew without need.
 */
export function paint<T>(answer: T, ids: ReadonlySet<string>, patch: TouchpointPatch): T {
  if (Array.isArray(answer)) {
    let changed = false;
    const list = answer.map((one: unknown) => {
      const next = paint(one, ids, patch);
      changed ||= next !== one;
      return next;
    });
    return changed ? (list as T) : answer;
  }
  if (typeof answer !== 'object' || answer === null) return answer;
  const source = answer as Record<string, unknown>;
  const id = source.id ?? source.touchpoint;
  if (typeof id === 'string' && ids.has(id) && 'mapped' in source) {
    const { name, channel, owner, description, direction } = patch;
    const next: Record<string, unknown> = { ...source, mapped: true };
    if (name !== undefined) next.name = name;
    if (channel !== undefined) next.channel = channel || source.channel;
    if ('event_types' in source) {
      if (owner !== undefined) next.owner = owner || undefined;
      if (description !== undefined) next.description = description || undefined;
      if (direction !== undefined) next.direction = direction;
    }
    return next as T;
  }
  let next: Record<string, unknown> | null = null;
  for (const key of ['items', 'nodes', 'touchpoints']) {
    const painted = paint(source[key], ids, patch);
    if (painted !== source[key]) next = { ...(next ?? source), [key]: painted };
  }
  return (next ?? answer) as T;
}
