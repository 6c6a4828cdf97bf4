import { describe, expect, it } from 'vitest';
import { definitionOf, namedBy, readFunnel, readPart, repeated, without, writeFunnel, writePart, type FunnelView } from './definition';

const visit = { id: 'tp_1', name: 'Besuch' };
const basket = { id: 'tp_2', name: 'Waren.korb' };
const order = { id: 'tp_3', name: 'Auftrag' };
const view: FunnelView = { steps: [[visit, basket], [order]], window: 86400, mode: 'ordered', exclusions: [{ touchpoints: [basket], after: 1, before: 2 }] };

describe('a funnel in the address', () => {
  it('comes back as it was, with names', () => {
    const read = readFunnel(writeFunnel(view, new URLSearchParams('f=2.x&p=1d')));
    expect(read).toEqual({ ...view, steps: [[visit, { ...basket, name: 'Waren korb' }], [order]], exclusions: [{ touchpoints: [{ ...basket, name: 'Waren korb' }], after: 1, before: 2 }] });
    expect(writeFunnel(view, new URLSearchParams('f=2.x&p=1d')).get('p')).toBeNull();
    expect(writeFunnel(null, writeFunnel(view, new URLSearchParams('f=2.x'))).toString()).toBe('f=2.x');
  });
  it('is none where it cannot be read', () => {
    expect(readFunnel(new URLSearchParams('st=1~a&w=5'))).toBeNull();
    expect(readFunnel(new URLSearchParams('st=1~a*2~b&w=-5'))).toBeNull();
    expect(readFunnel(new URLSearchParams(''))).toBeNull();
  });
  it('leaves exclusions out where there is no order', () => {
    expect(readFunnel(writeFunnel({ ...view, mode: 'any_order' }, new URLSearchParams()))?.exclusions).toEqual([]);
  });
  it('says what it is made of', () => {
    expect(definitionOf(view)).toEqual({ steps: [{ touchpoints: ['tp_1', 'tp_2'] }, { touchpoints: ['tp_3'] }], window_s: 86400, mode: 'ordered', exclusions: [{ touchpoints: ['tp_2'], after: 1, before: 2 }] });
    expect(repeated([[visit], [visit, order]])).toEqual(['Besuch']);
    expect(namedBy('/funnel/steps/0/touchpoints/1', view)).toEqual({ touchpoint: basket, step: 1 });
    expect(namedBy('/funnel/window_s', view)).toBeNull();
    expect(without('tp_2', view)).toEqual({ ...view, steps: [[visit], [order]], exclusions: [] });
    expect(without('tp_3', view)).toBeNull();
  });
});

describe('a number in the address', () => {
  it('comes back as it was', () => {
    for (const part of [
      { step: 1, dropped: false }, { step: 2, dropped: true }, { step: 1, dropped: true, went: 'touchpoint' as const, next: 'tp_9' }, { step: 1, dropped: true, went: 'waiting' as const },
      { step: 3, dropped: false, value: 'Web & App' }, { step: 3, dropped: false, value: '' }, { step: 1, dropped: false, from: '2025-01-06', to: '2025-01-13' },
    ])
      expect(readPart(writePart(part))).toEqual(part);
    expect(readPart('x')).toBeNull();
  });
});
