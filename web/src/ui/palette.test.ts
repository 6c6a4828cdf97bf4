import { describe, expect, it } from 'vitest';
import { categorical, channelKey, colorsOf, stableHash, type Scheme } from './palette';

type Rgb = [number, number, number];
const linear = (hex: string): Rgb =>
  [1, 3, 5].map((i) => {
    const c = parseInt(hex.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
const luminance = ([r, g, b]: Rgb) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
const contrast = (a: string, b: string) => {
  const [x, y] = [luminance(linear(a)), luminance(linear(b))];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
};
/** Linear RGB as people with each kind of sight receive it (Machado and others 2009, full severity). */
const sights: Record<string, number[]> = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};
const seen = (m: number[], [r, g, b]: Rgb): Rgb => [0, 3, 6].map((i) => Math.max(0, m[i]! * r + m[i + 1]! * g + m[i + 2]! * b)) as Rgb;
const oklab = ([r, g, b]: Rgb): Rgb => {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s, 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s, 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s];
};

describe.each(['light', 'dark'] as Scheme[])('data colours, %s', (scheme) => {
  const palette = categorical[scheme];
  it.each(Object.keys(sights))('stay apart with %s', (sight) => {
    for (let i = 0; i < palette.length; i++)
      for (let j = 0; j < i; j++) {
        const [a, b] = [palette[i]!, palette[j]!].map((hex) => oklab(seen(sights[sight]!, linear(hex)))) as [Rgb, Rgb];
        expect([palette[i], palette[j], Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) > 0.07]).toEqual([palette[i], palette[j], true]);
      }
  });
  it('have 3:1 on the page', () => {
    for (const color of palette) expect(contrast(color, colorsOf(scheme).surface)).toBeGreaterThanOrEqual(3);
  });
  it('run from little to much without going back', () => {
    const colors = colorsOf(scheme);
    for (const scale of [colors.count, colors.time]) {
      const steps = Array.from({ length: 21 }, (_, i) => luminance(linear(scale(i / 20))));
      const sign = Math.sign(steps.at(-1)! - steps[0]!);
      for (let i = 1; i < steps.length; i++) expect(Math.sign(steps[i]! - steps[i - 1]!)).toBe(sign);
    }
  });
});

describe('fixed colours', () => {
  it('are the same for a touchpoint everywhere', () => {
    expect(stableHash('tp_01')).toBe(stableHash('tp_01'));
    expect(colorsOf('light').touchpoint('tp_01')).toBe(colorsOf('light').touchpoint('tp_01'));
  });
  it('spread over the palette', () => {
    const used = new Set(Array.from({ length: 200 }, (_, i) => colorsOf('light').touchpoint(`tp_${i}`)));
    expect(used.size).toBe(categorical.light.length);
  });
  it('know the words of sources for channels', () => {
    expect(channelKey('E-Mail')).toBe('mail');
    expect(channelKey(' Hotline ')).toBe('phone');
    expect(channelKey('service_centre')).toBe('phone');
    expect(channelKey('Rohrpost')).toBeUndefined();
    expect(channelKey('')).toBeUndefined();
    expect(colorsOf('dark').channel('Telefon')).toBe(colorsOf('dark').channel('phone'));
  });
});
