import { describe, expect, it } from 'vitest';
import { addRule, changedAt, edited, movedUp, withField, without } from './mapping';

describe('a mapping', () => {
  const fields = { customer: '{/a}', attributes: [], customer_attributes: [] };
  it('loses a field that is emptied', () => {
    expect(withField(fields, 'customer', '')).toEqual({ attributes: [], customer_attributes: [] });
    expect(withField(fields, 'time', '{/t}')).toEqual({ ...fields, time: '{/t}' });
  });
  it('changes, moves and removes one of many', () => {
    expect(changedAt([{ a: 1 }, { a: 2 }], 1, { a: 3 })).toEqual([{ a: 1 }, { a: 3 }]);
    expect(movedUp(['a', 'b', 'c'], 2)).toEqual(['a', 'c', 'b']);
    expect(without([1, 2, 3], 0)).toEqual([2, 3]);
    expect(addRule([])).toHaveLength(1);
  });
  it('is edited with everything that may be absent', () => {
    expect(edited({ rules: [{ when: [] }] })).toEqual({ list: '', time_zone: '', fields: { attributes: [], customer_attributes: [] }, rules: [{ when: [], set: { attributes: [], customer_attributes: [] } }] });
  });
});
