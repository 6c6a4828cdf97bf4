import { describe, expect, it } from 'vitest';
import { kpiText, meets, periodText } from './values';

const plain = (text: string) => text.replaceAll('\u00a0', ' ').replaceAll('\u202f', ' ');

describe('values', () => {
  it('stand in their unit and language', () => {
    expect(plain(kpiText(4.25, { unit: 'percent' }, 'de'))).toBe('4,25 %');
    expect(kpiText(4.2, { unit: 'percent', decimals: 1 }, 'en')).toBe('4.2%');
    expect(plain(kpiText(1234567, { unit: 'eur' }, 'de'))).toBe('1.234.567 €');
    expect(plain(kpiText(11.4, { unit: 'working_days' }, 'de'))).toBe('11,4 Arbeitstage');
    expect(plain(kpiText(0.8, { unit: 'other', unit_label: 'Anrufe je Auftrag' }, 'de'))).toBe('0,8 Anrufe je Auftrag');
  });
  it('have a direction', () => {
    expect(meets(5, { better: 'lower', target: 5 })).toBe(true);
    expect(meets(5.1, { better: 'lower', target: 5 })).toBe(false);
    expect(meets(5.1, { better: 'higher', target: 5 })).toBe(true);
    expect(meets(5, { better: 'neither', target: 5 })).toBeUndefined();
    expect(meets(5, { better: 'lower' })).toBeUndefined();
  });
});

describe('periods', () => {
  it('read as people write them', () => {
    expect(periodText('2026-03', 'month', 'de')).toBe('März 2026');
    expect(periodText('2026-W12', 'week', 'de')).toBe('KW 12/2026');
    expect(periodText('2026-Q1', 'quarter', 'en')).toBe('Q1 2026');
    expect(periodText('2026-03-01', 'day', 'de')).toBe('01.03.2026');
    expect(periodText('2026', 'year', 'en')).toBe('2026');
  });
});
