import { describe, expect, it } from 'vitest';
import { readFilter, writeFilter } from './filterText';
import type { Filter } from './types';

const full: Partial<Filter> = {
  from: '2025-01-01',
  to: '2025-07-01T12:30:00',
  period_mode: 'started',
  slice: { kind: 'start_end', start: ['tp_01JABC'], end: ['tp_01JDEF', 'tp_01JGHI'] },
  sequences: [
    { kind: 'contains', touchpoints: ['tp_A', 'tp_B'], then: [] },
    { kind: 'eventually_followed', touchpoints: ['tp_A'], then: ['tp_B', 'tp_C'], within_s: 86400 },
    { kind: 'directly_followed', touchpoints: ['tp_A'], then: ['tp_B'] },
  ],
  instance_attributes: [{ attribute: 'at_01J', values: ['Süd & West', '', '100 %', '*-._~', '𝄞'], exclude: true }],
  event_attributes: [{ attribute: 'channel', values: ['phone'], exclude: false }],
  duration_min_s: 0.5,
  events_max: 20,
  exclude_open: true,
  variants: ['va_9f', 'x'],
  touchpoints_shown: ['tp_A', 'odd id'],
  segment: 'seg_01J',
};

describe('filter in the address', () => {
  it('survives the way there and back', () => {
    expect(readFilter(writeFilter(full))).toEqual(full);
  });

  it('keeps what is counted, in a schema that older programs do not misread', () => {
    for (const count_by of ['account', 'contract', 'order'] as const) {
      const text = writeFilter({ ...full, count_by });
      expect(text).toMatch(/^4\./);
      expect(readFilter(text)).toEqual({ ...full, count_by });
    }
    expect(writeFilter({ count_by: 'person' })).toBe('');
  });

  it('uses only characters that an address leaves alone', () => {
    const text = writeFilter(full);
    expect(text).toMatch(/^[A-Za-z0-9*\-._]+$/);
    expect(new URLSearchParams({ f: text }).toString()).toBe(`f=${text}`);
  });

  it('is short: a period and a touchpoint take less than half of the JSON', () => {
    const filter: Partial<Filter> = { from: '2025-01-01', to: '2025-04-01', sequences: [{ kind: 'contains', touchpoints: ['tp_01JD3X0000000000000000ABCD'], then: [] }] };
    expect(writeFilter(filter).length).toBeLessThan(JSON.stringify(filter).length / 2);
  });

  it('upgrades links of schema 1', () => {
    const json = JSON.stringify({ from: '2025-01-01', exclude_open: true });
    expect(readFilter(`1.${btoa(json)}`)).toEqual({ from: '2025-01-01', exclude_open: true });
  });

  it('says so when a text cannot be read', () => {
    for (const text of ['', '5.x', '4.cz', '2.Q', '2.p2025', '2.d1_b', '2.mz', '2.oops', '1.@@@', '1.W10', '2.v-xyz-']) expect(readFilter(text), text).toBeNull();
  });

  it('is equal for random filters', () => {
    let seed = 20250101;
    const random = (n: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
    const word = () => Array.from({ length: 1 + random(6) }, () => String.fromCodePoint([45, 95, 46, 42, 32, 97, 57, 228, 8364, 128640][random(10)]!)).join('');
    const words = () => Array.from({ length: 1 + random(3) }, () => `tp_${word()}`);
    for (let i = 0; i < 500; i++) {
      const filter: Partial<Filter> = {};
      if (random(2)) filter.from = `20${10 + random(20)}-0${1 + random(9)}-1${random(10)}`;
      if (random(2)) filter.sequences = [{ kind: 'eventually_followed', touchpoints: words(), then: words(), within_s: random(1e6) }];
      if (random(2)) filter.instance_attributes = [{ attribute: random(2) ? `at_${word()}` : word(), values: words(), exclude: random(2) === 1 }];
      if (random(2)) filter.touchpoints_shown = words();
      if (random(2)) filter.slice = { kind: 'gap', start: [], end: [], gap_s: random(100000) };
      const text = writeFilter(filter);
      expect(text === '' ? {} : readFilter(text)).toEqual(filter);
    }
  });
});
