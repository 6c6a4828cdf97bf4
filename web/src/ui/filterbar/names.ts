import { useMemo } from 'react';
import { api, useApi, type CountBy, type Dimension, type Dimensions, type TouchpointName } from '@/api';
import { useTexts } from '@/i18n';
import { filterTexts } from './texts';

/** Names of what a filter mentions, and what one can filter by. */
export interface Names {
  touchpoints: readonly TouchpointName[];
  dimensions: readonly Dimension[];
  /** What the data lets one count by. */
  countBy: readonly CountBy[];
  touchpoint(id: string): TouchpointName | undefined;
  /** The attribute's name in the user's language where it is one of ours, else as imported. */
  attribute(id: string): string;
}

const none: Dimensions = { count_by: [], dimensions: [], touchpoints: [] };

export function useNames(): Names {
  const { t } = useTexts(filterTexts);
  const answer = useApi(api.dimensions);
  const { dimensions, touchpoints, count_by: countBy } = answer.data ?? none;
  return useMemo(() => {
    const byId = new Map(touchpoints.map((one) => [one.id, one]));
    const attributes = new Map(dimensions.map((one) => [one.id, one.name]));
    return {
      touchpoints,
      dimensions,
      countBy,
      touchpoint: (id) => byId.get(id),
      attribute: (id) => t.code(`attribute.${id}`, attributes.get(id) ?? t('chip.unknown')),
    };
  }, [countBy, dimensions, touchpoints, t]);
}
