import { describe, expect, it } from 'vitest';
import { formats } from './format';

const de = formats('de', 'Europe/Berlin');
const en = formats('en', 'Europe/Berlin');
const plain = (text: string) => text.replaceAll('\u00a0', ' ').replaceAll('\u202f', ' ').replaceAll('\u2009', ' ');

describe('numbers', () => {
  it('follow the language', () => {
    expect(de.number(48210)).toBe('48.210');
    expect(en.number(48210)).toBe('48,210');
    expect(de.number(1.256, 2)).toBe('1,26');
  });
  it('are shortened when large', () => {
    expect(plain(de.compact(9999))).toBe('9.999');
    expect(plain(de.compact(1_250_000))).toBe('1,3 Mio.');
    expect(plain(de.compact(153_277))).toBe('153.277');
    expect(plain(en.compact(520_000))).toBe('520,000');
    expect(plain(en.compact(1_488_770))).toBe('1.5M');
    expect(plain(de.durationRound(3.04 * 86_400))).toBe('3 Tage');
    expect(plain(de.durationRound(86_400))).toBe('1 Tag');
    expect(plain(de.durationRound(12.8 * 86_400))).toBe('13 Tage');
    expect(plain(en.durationRound(5400))).toBe('1.5 hours');
    expect(plain(de.durationRound(0))).toBe('0 Sek.');
  });
});

describe('shares', () => {
  it('have one digit where it matters', () => {
    expect(plain(de.share(0.612))).toBe('61 %');
    expect(plain(de.share(0.0612))).toBe('6,1 %');
    expect(en.share(0.006)).toBe('0.6%');
    expect(en.share(0.0995)).toBe('10%');
  });
  it('never print something as nothing or nearly all as all', () => {
    expect(plain(de.share(0.0004))).toBe('<0,1 %');
    expect(plain(de.share(0))).toBe('0 %');
    expect(plain(de.share(0.9996))).toBe('>99,9 %');
    expect(plain(de.share(0.994))).toBe('99,4 %');
    expect(plain(de.share(1))).toBe('100 %');
  });
});

describe('durations', () => {
  it('name the two largest units', () => {
    expect(plain(de.duration(3 * 86400 + 4 * 3600 + 50))).toBe('3 Tage 4 Std.');
    expect(plain(en.duration(3 * 86400 + 4 * 3600 + 50))).toBe('3 d 4 h');
    expect(plain(de.duration(86400))).toBe('1 Tag');
    expect(plain(de.duration(5 * 60))).toBe('5 Min.');
    expect(plain(de.duration(90))).toBe('1 Min. 30 Sek.');
    expect(plain(de.duration(2 * 365 * 86400))).toBe('2 Jahre');
  });
  it('carry over when rounding', () => {
    expect(plain(de.duration(3599.7))).toBe('1 Std.');
    expect(plain(de.duration(86399.9))).toBe('1 Tag');
    expect(plain(de.duration(86400 + 23 * 3600 + 3599))).toBe('2 Tage');
  });
  it('do not lose small, zero and negative times', () => {
    expect(plain(de.duration(0))).toBe('0 Sek.');
    expect(plain(de.duration(0.25))).toBe('0,25 Sek.');
    expect(plain(de.duration(1.24))).toBe('1,2 Sek.');
    expect(plain(en.duration(8))).toBe('8 s');
    expect(plain(en.duration(12.4))).toBe('12 s');
    expect(plain(de.duration(-90))).toBe('−1 Min. 30 Sek.');
  });
  it('fit into labels', () => {
    expect(plain(de.durationShort(5.2 * 86400))).toBe('5,2 T.');
    expect(plain(en.durationShort(26 * 3600))).toBe('1.1 d');
    expect(plain(en.durationShort(45))).toBe('45 s');
  });
});

describe('times', () => {
  it('are printed in the workspace’s zone', () => {
    expect(de.time('2026-06-30T22:30:00Z')).toBe('01.07.2026, 00:30');
    expect(de.date('2026-06-30T22:30:00Z')).toBe('01.07.2026');
  });
  it('keep a plain date on its day in every zone', () => {
    expect(formats('de', 'Pacific/Auckland').date('2026-01-31')).toBe('31.01.2026');
    expect(formats('de', 'America/Los_Angeles').date('2026-01-31')).toBe('31.01.2026');
  });
  it('join a period', () => {
    expect(plain(de.period('2025-01-01T10:00:00Z', '2025-12-31T10:00:00Z'))).toMatch(/1\. Jan\. ?– ?31\. Dez\. 2025/);
  });
  it('say how long ago', () => {
    const now = Date.parse('2026-01-01T12:00:00Z');
    expect(de.ago('2026-01-01T11:55:00Z', now)).toBe('vor 5 Minuten');
    expect(en.ago('2025-12-31T12:00:00Z', now)).toBe('yesterday');
    expect(de.ago('2025-06-01T12:00:00Z', now)).toBe('01.06.2025');
  });
  it('leave what is no time as it is', () => {
    expect(de.date('bald')).toBe('bald');
    expect(formats('de', 'Nowhere/City').time('2026-01-01T00:00:00Z')).toMatch(/2026|2025/);
  });
});

describe('others', () => {
  it('print sizes, lists and money', () => {
    expect(plain(de.bytes(2_430_000))).toBe('2,4 MB');
    expect(plain(de.bytes(512))).toBe('512 B');
    expect(de.list(['a', 'b', 'c'])).toBe('a, b und c');
    expect(plain(de.money(136000))).toBe('136.000,00 €');
  });
});
