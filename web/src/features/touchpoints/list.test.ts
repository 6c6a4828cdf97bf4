import { describe, expect, it } from 'vitest';
import type { Touchpoint } from '@/api';
import { select } from './list';

const touchpoint = (name: string, more: Partial<Touchpoint> = {}): Touchpoint => ({ id: name, name, mapped: true, direction: 'none', event_types: [name], etag: '1', ...more });
const all = [
  touchpoint('Rechnung', { channel: 'mail', owner: 'Anna Adler', event_types: ['invoice_sent', 'INV-02'] }),
  touchpoint('Hotline', { channel: 'phone' }),
  touchpoint('call_in', { mapped: false, channel: 'phone' }),
];
const names = (state: Parameters<typeof select>[1]) => select(all, state).map((one) => one.name);

describe('touchpoint list', () => {
  it('shows owned, open and those without an owner', () => {
    expect(names({ show: 'owned', word: '', channel: null })).toEqual(['Rechnung', 'Hotline']);
    expect(names({ show: 'open', word: '', channel: null })).toEqual(['call_in']);
    expect(names({ show: 'no_owner', word: '', channel: null })).toEqual(['Hotline']);
  });
  it('finds by name, owner and event type, all words, any case', () => {
    expect(names({ show: 'all', word: 'ADLER inv', channel: null })).toEqual(['Rechnung']);
    expect(names({ show: 'all', word: 'adler hotline', channel: null })).toEqual([]);
  });
  it('keeps to a channel', () => {
    expect(names({ show: 'all', word: '', channel: 'phone' })).toEqual(['Hotline', 'call_in']);
  });
});
