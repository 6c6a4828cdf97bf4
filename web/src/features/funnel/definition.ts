import type { FunnelDefinition, FunnelMode, FunnelPart } from '@/api';

/** A funnel as the page's address holds it. Touchpoints carry their names, so that one that is gone can be named. */
export interface Touchpoint {
  id: string;
  name: string;
}
export interface Exclusion {
  touchpoints: Touchpoint[];
  after: number;
  before: number;
}
export interface FunnelView {
  steps: Touchpoint[][];
  window: number;
  mode: FunnelMode;
  exclusions: Exclusion[];
}

export const stepsMax = 32;
const modes = { ordered: '', strict: 's', any_order: 'a' } as const;

/** Characters that set parts apart do not occur within one. */
const clean = (text: string) => text.replace(/[.*~_]/g, ' ');
const writeList = (list: Touchpoint[]) => list.map((one) => `${one.id.replace(/^tp_/, '')}~${clean(one.name)}`).join('.');
const readList = (text: string): Touchpoint[] =>
  text.split('.').filter(Boolean).map((one) => {
    const [id = '', name = ''] = one.split('~');
    return { id: `tp_${id}`, name: name || `tp_${id}` };
  });

/** None where the address names no funnel, or none that can be read. */
export function readFunnel(parameters: URLSearchParams): FunnelView | null {
  const steps = (parameters.get('st') ?? '').split('*').map(readList).filter((step) => step.length > 0);
  const window = Number(parameters.get('w'));
  if (steps.length < 2 || steps.length > stepsMax || !Number.isFinite(window) || window <= 0) return null;
  const mode = (Object.keys(modes) as FunnelMode[]).find((one) => modes[one] === (parameters.get('o') ?? '')) ?? 'ordered';
  const exclusions = (parameters.get('x') ?? '').split('*').filter(Boolean).flatMap((text) => {
    const [range = '', list = ''] = text.split('_');
    const [after, before] = range.split('-').map(Number);
    const touchpoints = readList(list);
    return after && before && after < before && before <= steps.length && touchpoints.length > 0 ? [{ touchpoints, after, before }] : [];
  });
  return { steps, window, mode, exclusions: mode === 'any_order' ? [] : exclusions };
}

/** The same funnel in an address; what belonged to another one (the number looked at) goes. */
export function writeFunnel(view: FunnelView | null, parameters: URLSearchParams): URLSearchParams {
  const next = new URLSearchParams(parameters);
  for (const key of ['st', 'w', 'o', 'x', 'p']) next.delete(key);
  if (!view) return next;
  next.set('st', view.steps.map(writeList).join('*'));
  next.set('w', String(view.window));
  if (view.mode !== 'ordered') next.set('o', modes[view.mode]);
  if (view.exclusions.length > 0) next.set('x', view.exclusions.map((one) => `${one.after}-${one.before}_${writeList(one.touchpoints)}`).join('*'));
  return next;
}

export function definitionOf(view: FunnelView): FunnelDefinition {
  const ids = (list: Touchpoint[]) => list.map((one) => one.id);
  return {
    steps: view.steps.map((step) => ({ touchpoints: ids(step) })),
    window_s: view.window,
    mode: view.mode,
    exclusions: view.exclusions.map((one) => ({ touchpoints: ids(one.touchpoints), after: one.after, before: one.before })),
  };
}

/** Names that stand in more than one step. */
export function repeated(steps: Touchpoint[][]): string[] {
  const seen = new Map<string, Touchpoint>();
  const twice = new Set<string>();
  for (const step of steps)
    for (const one of step) {
      if (seen.has(one.id)) twice.add(one.name);
      seen.set(one.id, one);
    }
  return [...twice];
}

/** The touchpoint that a field of a refused request points at, as /funnel/steps/1/touchpoints/0. */
export function namedBy(field: string, view: FunnelView): { touchpoint: Touchpoint; step: number | null } | null {
  const at = /^\/funnel\/(steps|exclusions)\/(\d+)\/touchpoints\/(\d+)$/.exec(field);
  if (!at) return null;
  const [, kind, outer, inner] = at;
  const list = kind === 'steps' ? view.steps[Number(outer)] : view.exclusions[Number(outer)]?.touchpoints;
  const touchpoint = list?.[Number(inner)];
  return touchpoint ? { touchpoint, step: kind === 'steps' ? Number(outer) + 1 : null } : null;
}

/** Without that touchpoint; a step or exclusion without any goes with it. Null where no funnel remains. */
export function without(id: string, view: FunnelView): FunnelView | null {
  const left = (list: Touchpoint[]) => list.filter((one) => one.id !== id);
  const steps = view.steps.map(left);
  const kept = steps.filter((step) => step.length > 0);
  if (kept.length < 2) return null;
  const exclusions = kept.length < steps.length ? [] : view.exclusions.map((one) => ({ ...one, touchpoints: left(one.touchpoints) })).filter((one) => one.touchpoints.length > 0);
  return { ...view, steps: kept, exclusions };
}

const went = { touchpoint: 't', ended: 'e', waiting: 'w', running: 'r' } as const;

/** The number whose rows are shown: "1d" dropped after step 1, "1dtABC" and went to ABC, "2vweb" reached step 2 in the group web. */
export function writePart(part: FunnelPart): string {
  const tail = part.went ? went[part.went] + (part.next ?? '').replace(/^tp_/, '') : part.value !== undefined ? `v${part.value}` : part.from ? `b${part.from}_${part.to ?? ''}` : '';
  return `${part.step}${part.dropped ? 'd' : ''}${tail}`;
}
export function readPart(text: string | null): FunnelPart | null {
  const at = /^(\d{1,2})(d?)(?:([terwvb])(.*))?$/.exec(text ?? '');
  if (!at) return null;
  const part: FunnelPart = { step: Number(at[1]), dropped: at[2] === 'd' };
  const rest = at[4] ?? '';
  switch (at[3]) {
    case 't':
      return { ...part, went: 'touchpoint', next: `tp_${rest}` };
    case 'e':
      return { ...part, went: 'ended' };
    case 'w':
      return { ...part, went: 'waiting' };
    case 'r':
      return { ...part, went: 'running' };
    case 'v':
      return { ...part, value: rest };
    case 'b': {
      const [from, to] = rest.split('_');
      return { ...part, from, to: to || undefined };
    }
    default:
      return part;
  }
}
