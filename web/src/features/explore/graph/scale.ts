/** Sequential colours of the graph: light to dark on paper, dim to bright on a dark ground; equal steps of lightness. */
const stops = {
  count: {
    light: ['#a8ccc7', '#6fb3aa', '#2f9187', '#12685f', '#083f3a'],
    dark: ['#2b5b55', '#38877d', '#55aaa0', '#8fcec6', '#d5f0ec'],
  },
  time: {
    light: ['#dcc48a', '#d99a2b', '#b96a10', '#8a3f0d', '#561d0a'],
    dark: ['#5d4a22', '#94701f', '#c98f2a', '#eebf67', '#fbe8c4'],
  },
} as const;
export type Shade = keyof typeof stops;
export type Scheme = 'light' | 'dark';

/** The colour at `t` (0..1) of a scale. */
export function colour(shade: Shade, scheme: Scheme, t: number): string {
  const list = stops[shade][scheme];
  const place = Math.min(Math.max(t, 0), 1) * (list.length - 1);
  const i = Math.min(Math.floor(place), list.length - 2);
  return mix(list[i]!, list[i + 1]!, place - i);
}

export function gradient(shade: Shade, scheme: Scheme): string {
  return `linear-gradient(to right, ${stops[shade][scheme].join(', ')})`;
}
export function gradientStops(shade: Shade, scheme: Scheme): readonly string[] {
  return stops[shade][scheme];
}

function mix(a: string, b: string, t: number): string {
  const part = (at: number) => {
    const from = parseInt(a.slice(at, at + 2), 16);
    const to = parseInt(b.slice(at, at + 2), 16);
    return Math.round(from + (to - from) * t)
      .toString(16)
      .padStart(2, '0');
  };
  return `#${part(1)}${part(3)}${part(5)}`;
}

/** Maps values to 0..1, and names the values at its ends and middle for the legend. */
export interface Scale {
  shade: Shade;
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

/** Stroke of an edge by its share of the strongest, 0..1. */
export function strokeWidth(share: number): number {
  return 1.3 + 7.2 * Math.pow(Math.min(Math.max(share, 0), 1), 0.75);
}
