import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { filterFromText, filterToText, type Filter, type FunnelPart } from '@/api';
import { readFunnel, readPart, writeFunnel, writePart, type FunnelView } from './definition';

/** What the page shows besides the shared filter; all of it stands in the address. */
export function useFunnel() {
  const [parameters, setParameters] = useSearchParams();
  const view = useMemo(() => readFunnel(parameters), [parameters]);
  const compared = parameters.get('vs');
  const compare = useMemo(() => (compared === null ? null : filterFromText(compared)), [compared]);
  const part = useMemo(() => readPart(parameters.get('p')), [parameters]);
  const put = useCallback(
    (key: string, value: string | undefined) =>
      setParameters((old) => {
        const next = new URLSearchParams(old);
        if (value === undefined) next.delete(key);
        else next.set(key, value);
        return next;
      }, { replace: true }),
    [setParameters],
  );
  return {
    view,
    setView: useCallback((next: FunnelView | null) => setParameters((old) => writeFunnel(next, old)), [setParameters]),
    /** Both at once: one change of the address. */
    setBoth: useCallback(
      (next: FunnelView, filter: Filter) =>
        setParameters((old) => {
          const both = writeFunnel(next, old);
          both.set('f', filterToText(filter));
          return both;
        }),
      [setParameters],
    ),
    breakdown: parameters.get('by') ?? undefined,
    setBreakdown: useCallback((attribute: string | undefined) => put('by', attribute), [put]),
    /** The filter of the comparison; an open one stands as an empty text. */
    compare,
    setCompare: useCallback((filter: Filter | null) => put('vs', filter === null ? undefined : filterToText(filter)), [put]),
    part,
    setPart: useCallback((next: FunnelPart | null) => put('p', next === null ? undefined : writePart(next)), [put]),
  };
}
