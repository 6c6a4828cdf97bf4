import { describe, expect, it } from 'vitest';
import { readView, writeView, type View } from './view';

describe('view in the address', () => {
  it('survives the way there and back, and keeps the filter', () => {
    const view: View = { measure: 'p90', level: { nodes: 40, edges: 7 }, selection: { from: 'tp_1', to: 'tp_2' }, table: true };
    const parameters = writeView(view, new URLSearchParams('f=2.x'));
    expect(readView(parameters)).toEqual(view);
    expect(parameters.get('f')).toBe('2.x');
  });
  it('takes defaults for what is missing or nonsense', () => {
    expect(readView(new URLSearchParams('m=odd&d=1&s='))).toEqual({ measure: 'count', level: null, selection: null, table: false });
    expect(writeView({ measure: 'count', level: null, selection: null, table: false }, new URLSearchParams('m=p90&d=1.2&s=a&v=table')).toString()).toBe('');
  });
});
