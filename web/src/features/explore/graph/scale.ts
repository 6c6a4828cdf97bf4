import type { Colors } from '@/ui';

/** Maps values to 0..1, and names the values at its ends and middle for the legend. */
export interface Scale {
  shade: 'count' | 'time';
  of(value: number): number;
  legend: [low: number, middle: number, high: number];
}

/** By the square root, so that a tenth of the most is still told from nothing. */
export function countScale(values: readonly number[]): Scale {
  const high = Math.max(1, ...values);
  return { shade: 'count', of: (value) => Math.sqrt(Math.max(0, value) / high), legend: [0, Math.round(high / 4), high] };
}

/** Logarithmic: minutes, days and months can be told apart in one picture. Seconds. */
export function timeScale(values: readonly number[]): Scale {
  const shown = values.map((value) => Math.max(1, value));
  const low = shown.length > 0 ? Math.min(...shown) : 1;
  const high = Math.max(low * 1.0001, ...shown);
  const range = Math.log(high / low);
  return {
    shade: 'time',
    of: (value) => (shown.length > 1 ? Math.log(Math.max(1, value) / low) / range : 0.5),
    legend: [low, Math.sqrt(low * high), high],
  };
}

/** The colour of a thin line: the palest steps of the palette are for areas and would vanish. */
export function lineColour(colors: Colors, shade: Scale['shade'], t: number): string {
  return shade === 'count' ? colors.count(0.3 + 0.7 * t) : colors.time(0.2 + 0.8 * t);
}

/** Stroke of an edge by its share of the strongest, 0..1. */
export function strokeWidth(share: number): number {
  return 1.3 + 7.2 * Math.pow(Math.min(Math.max(share, 0), 1), 0.75);
}
