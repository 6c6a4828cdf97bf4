import { openFilter, trimFilter, type Filter } from '@/api';

/** A filter with the conditions of a segment written out: what the segment says, and the filter's own on top. */
export function withConditions(filter: Filter, segment: Filter): Filter {
  const own = trimFilter({ ...filter, segment: undefined });
  const base = { ...openFilter, ...segment, segment: undefined };
  const both = <T>(a: readonly T[] | undefined, b: readonly T[] | undefined) => [...(a ?? []), ...(b ?? [])];
  return {
    ...base,
    ...own,
    sequences: both(base.sequences, own.sequences),
    instance_attributes: both(base.instance_attributes, own.instance_attributes),
    event_attributes: both(base.event_attributes, own.event_attributes),
    customer_rules: both(base.customer_rules, own.customer_rules),
    exclude_open: Boolean(base.exclude_open) || Boolean(own.exclude_open),
  };
}
