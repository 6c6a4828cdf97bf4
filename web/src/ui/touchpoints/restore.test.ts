import { describe, expect, it } from 'vitest';
import type { Mapping, Rule, Touchpoint } from '@/api';
import { paint } from './paint';
import { restore, type Steps } from './restore';

const touchpoint = (id: string, mapped: boolean): Touchpoint => ({ id, name: id, mapped, direction: 'none', event_types: [id], etag: '1' });
const rule = (id: string, types: string[], to: string): Rule => ({ id, event_types: types, sources: [], properties: [], touchpoint: to });

/** The server's rules and owned touchpoints, as far as undo sees them. */
function server(rules: Rule[], owned: string[]): { rules: Rule[]; owned: Set<string>; steps: Steps } {
  const state = { rules, owned: new Set(owned) };
  let next = 100;
  const mapping = (): Mapping => ({ version: 1, job_running: false, rules: [...state.rules] });
  const steps: Steps = {
    mapping: () => Promise.resolve(mapping()),
    addRule: ({ position, ...request }) => {
      if (!state.owned.has(request.touchpoint)) throw new Error('not owned');
      state.rules.splice(position ?? state.rules.length, 0, { ...request, id: `r${next++}` });
      return Promise.resolve(mapping());
    },
    deleteRule: (id) => {
      state.rules = state.rules.filter((one) => one.id !== id);
      return Promise.resolve(mapping());
    },
    patch: (id) => {
      state.owned.add(id);
      return Promise.resolve(touchpoint(id, true));
    },
    touchpoints: () => Promise.resolve([...state.owned].map((id) => touchpoint(id, true))),
    remove: (id) => {
      if (!state.owned.delete(id)) throw new Error('touchpoint_not_found');
      state.rules = state.rules.filter((one) => one.touchpoint !== id);
      return Promise.resolve();
    },
  };
  return { get rules() { return state.rules; }, get owned() { return state.owned; }, steps };
}
const shape = (rules: readonly Rule[]) => rules.map((one) => `${one.event_types.join('+')}>${one.touchpoint}`);

describe('taking a change of touchpoints back', () => {
  it('takes a merge apart: owned ones come back, rules stand in their order, the target is given back', async () => {
    const before = { touchpoints: [touchpoint('a', true), touchpoint('b', false), touchpoint('c', false)], rules: [rule('1', ['x'], 'a'), rule('2', ['y'], 'd'), rule('3', ['z'], 'a')] };
    const now = server([rule('1', ['x'], 'c'), rule('2', ['y'], 'd'), rule('3', ['z'], 'c'), rule('4', ['a', 'b'], 'c')], ['c', 'd']);
    await restore(before, ['a', 'b', 'c'], now.steps);
    expect(shape(now.rules)).toEqual(shape(before.rules));
    expect([...now.owned].sort()).toEqual(['a', 'd']);
  });

  it('brings a deleted touchpoint back with its rules', async () => {
    const before = { touchpoints: [touchpoint('a', true)], rules: [rule('1', ['x'], 'a'), rule('2', ['y'], 'b'), rule('3', ['z'], 'a')] };
    const now = server([rule('2', ['y'], 'b')], ['b']);
    await restore(before, ['a'], now.steps);
    expect(shape(now.rules)).toEqual(shape(before.rules));
  });

  it('leaves alone what is as it was', async () => {
    const before = { touchpoints: [touchpoint('a', false)], rules: [rule('1', ['x'], 'b')] };
    const now = server([rule('1', ['x'], 'b')], ['a', 'b']);
    await restore(before, ['a'], now.steps);
    expect(now.rules.map((one) => one.id)).toEqual(['1']);
    expect([...now.owned]).toEqual(['b']);
  });
});

describe('showing a change at once', () => {
  it('changes what names the touchpoint and keeps everything else as it is', () => {
    const graph = { basis: { events: 1 }, nodes: [{ touchpoint: 'a', name: 'old', mapped: false }, { touchpoint: 'b', name: 'b', mapped: false }], edges: [] };
    const painted = paint(graph, new Set(['a']), { name: 'new' });
    expect(painted.nodes[0]).toEqual({ touchpoint: 'a', name: 'new', mapped: true });
    expect(painted.nodes[1]).toBe(graph.nodes[1]);
    expect(painted.edges).toBe(graph.edges);
    expect(paint(graph, new Set(['z']), { name: 'new' })).toBe(graph);
  });
});
