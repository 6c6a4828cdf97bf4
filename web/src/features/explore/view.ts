import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import type { DetailLevel } from './graph/detail';

export const measures = ['count', 'customers', 'instances', 'median', 'p90'] as const;
export type MeasureKey = (typeof measures)[number];

/** A touchpoint, or the way from one to another (START and END included). */
export interface Selection {
  from: string;
  to?: string;
}

/** What the page shows besides the filter; all of it stands in the address. */
export interface View {
  measure: MeasureKey;
  /** none: the level at which a person can read the picture */
  level: DetailLevel | null;
  selection: Selection | null;
  table: boolean;
}

export function readView(parameters: URLSearchParams): View {
  const measure = parameters.get('m') as MeasureKey | null;
  const level = /^(\d{1,3})\.(\d{1,3})$/.exec(parameters.get('d') ?? '');
  const [from, to] = (parameters.get('s') ?? '').split('*');
  return {
    measure: measure !== null && measures.includes(measure) ? measure : 'count',
    level: level ? { nodes: Math.min(100, Number(level[1])), edges: Math.min(100, Number(level[2])) } : null,
    selection: from ? (to ? { from, to } : { from }) : null,
    table: parameters.get('v') === 'table',
  };
}

export function writeView(view: Partial<View>, parameters: URLSearchParams): URLSearchParams {
  const next = new URLSearchParams(parameters);
  const put = (key: string, value: string | undefined) => (value ? next.set(key, value) : next.delete(key));
  if ('measure' in view) put('m', view.measure === 'count' ? undefined : view.measure);
  if ('level' in view) put('d', view.level ? `${view.level.nodes}.${view.level.edges}` : undefined);
  if ('selection' in view) put('s', view.selection ? [view.selection.from, ...(view.selection.to ? [view.selection.to] : [])].join('*') : undefined);
  if ('table' in view) put('v', view.table ? 'table' : undefined);
  return next;
}

export function useView(): [View, (change: Partial<View>) => void] {
  const [parameters, setParameters] = useSearchParams();
  const view = useMemo(() => readView(parameters), [parameters]);
  const set = useCallback((change: Partial<View>) => setParameters((old) => writeView(change, old), { replace: true }), [setParameters]);
  return [view, set];
}
