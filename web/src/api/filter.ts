import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { readFilter, writeFilter } from './filterText';
import type { Filter } from './types';

/** A filter that lets everything through. */
export const openFilter: Filter = {
  count_by: 'person',
  period_mode: 'automatic',
  slice: { kind: 'automatic', start: [], end: [] },
  sequences: [],
  instance_attributes: [],
  exclude_open: false,
  variants: [],
  event_attributes: [],
  touchpoints_shown: [],
  customer_rules: [],
};

/** The parts of a filter that say something, so that equal filters give equal texts. */
export function trimFilter(filter: Filter): Partial<Filter> {
  const trimmed: Record<string, unknown> = {};
  for (const key of Object.keys(filter).sort() as (keyof Filter)[]) {
    const value = filter[key];
    if (value === undefined || value === null || value === false || value === '') continue;
    if (Array.isArray(value) && value.length === 0) continue;
    if (key === 'period_mode' && value === 'automatic') continue;
    if (key === 'count_by' && value === 'person') continue;
    if (key === 'slice') {
      const slice = filter.slice;
      if (!slice || slice.kind === undefined || slice.kind === 'automatic') continue;
      trimmed.slice = {
        kind: slice.kind,
        ...(slice.kind === 'gap' ? { gap_s: slice.gap_s } : {}),
        ...(slice.kind === 'start_end' ? { start: slice.start, end: slice.end } : {}),
      };
      continue;
    }
    trimmed[key] = value;
  }
  return trimmed as Partial<Filter>;
}

export function isOpenFilter(filter: Filter): boolean {
  return Object.keys(trimFilter(filter)).length === 0;
}

/** How many conditions a filter holds, for a badge. */
export function countConditions(filter: Filter): number {
  const f = trimFilter(filter);
  let n = 0;
  for (const [key, value] of Object.entries(f)) {
    if (key === 'period_mode' || key === 'count_by') continue;
    if (key === 'to' && f.from !== undefined) continue;
    if (key === 'duration_max_s' && f.duration_min_s !== undefined) continue;
    if (key === 'events_max' && f.events_min !== undefined) continue;
    n += ['sequences', 'instance_attributes', 'event_attributes', 'customer_rules'].includes(key) ? (value as unknown[]).length : 1;
  }
  return n;
}

/** For the address: `?f=2.…`; empty for an open filter. */
export function filterToText(filter: Filter): string {
  return writeFilter(trimFilter(filter));
}

/** What a link says; an unreadable one is an open filter. */
export function filterFromText(text: string | null): Filter {
  const part = text ? readFilter(text) : null;
  return part ? { ...openFilter, ...part, slice: { ...openFilter.slice!, ...part.slice } } : openFilter;
}

/** The filter of the page's address, and a setter. `replace`: no step in the browser's history (while dragging). */
export function useFilter(): [Filter, (next: Filter | ((old: Filter) => Filter), options?: { replace?: boolean }) => void] {
  const [parameters, setParameters] = useSearchParams();
  const text = parameters.get('f');
  const filter = useMemo(() => filterFromText(text), [text]);
  const set = useCallback(
    (next: Filter | ((old: Filter) => Filter), options: { replace?: boolean } = {}) =>
      setParameters(
        (old) => {
          const copy = new URLSearchParams(old);
          const value = filterToText(typeof next === 'function' ? next(filterFromText(old.get('f'))) : next);
          if (value) copy.set('f', value);
          else copy.delete('f');
          return copy;
        },
        { replace: options.replace ?? false },
      ),
    [setParameters],
  );
  return [filter, set];
}
