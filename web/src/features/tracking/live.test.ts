import { describe, expect, it } from 'vitest';
import type { SeenEvent } from '@/api';
import { example, kinds } from './examples';
import { clock, merged, shownMax } from './live';

const event = (number: number): SeenEvent => ({
  number, source: 'src_1', event_type: 'x', customer: 'cu_1', time: '2026-01-01T00:00:00Z', received_at: '2026-01-01T00:00:00Z', visible_after: 0.1, attributes: [],
});

describe('live events', () => {
  it('stand newest first, each once, however news and state overlap', () => {
    const known = merged([], [event(2), event(1)]);
    expect(merged(known, [event(1), event(3), event(2)]).map((e) => e.number)).toEqual([3, 2, 1]);
    expect(merged(known, [event(1)])).toBe(known);
  });
  it('are bounded', () => {
    const many = merged([], Array.from({ length: 500 }, (_, i) => event(i)));
    expect(many).toHaveLength(shownMax);
    expect(many[0]!.number).toBe(499);
  });
  it('show milliseconds', () => {
    expect(clock('2026-01-01T13:05:09.123Z', 'de-DE', 'UTC')).toBe('13:05:09,123');
  });
});

describe('examples', () => {
  it('name host and key, and ask for consent only where that is wanted', () => {
    for (const kind of kinds) expect(example(kind, 'https://lotse.example', 'k1')).toContain('https://lotse.example');
    for (const kind of kinds) expect(example(kind, 'https://lotse.example', 'k1')).toContain('k1');
    expect(example('snippet', 'h', 'k', true)).toContain(' data-consent');
    expect(example('snippet', 'h', 'k', false)).not.toContain('consent');
  });
});
