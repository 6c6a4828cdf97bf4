import { describe, expect, it } from 'vitest';
import { rank, readableLevel, show } from './detail';
import { overlap, placeLabels } from './labels';
import { edgeId, END, START, toFlow, type Flow, type FlowSource } from './model';
import { mainPath, place, withEnd, type Cells } from './place';
import { boxOf, geometry, route } from './route';
import { countScale, timeScale } from './scale';

function chance(seed: number) {
  return (n: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
}

/** A graph of random journeys, so that starts, ends and pairs fit together; sometimes with edges taken out. */
function randomGraph(seed: number, holes: boolean): FlowSource {
  const random = chance(seed);
  const names = Array.from({ length: 2 + random(25) }, (_, i) => `n${i}`);
  const nodes = new Map(names.map((name) => [name, { touchpoint: name, events: 0, starts: 0, ends: 0 }]));
  const edges = new Map<string, { from: string; to: string; count: number }>();
  for (let j = 0; j < 1 + random(60); j++) {
    let at = random(4) ? random(Math.min(3, names.length)) : random(names.length);
    nodes.get(names[at]!)!.starts++;
    for (let step = random(12); ; step--) {
      const name = names[at]!;
      nodes.get(name)!.events++;
      if (step <= 0) {
        nodes.get(name)!.ends++;
        break;
      }
      const next = random(3) ? (at + 1) % names.length : random(names.length);
      const key = edgeId(name, names[next]!);
      const edge = edges.get(key) ?? { from: name, to: names[next]!, count: 0 };
      edge.count++;
      edges.set(key, edge);
      at = next;
    }
  }
  const kept = [...edges.values()].filter(() => !holes || random(4) > 0);
  return { nodes: [...nodes.values()].filter((node) => node.events > 0), edges: kept };
}

function reached(flow: Flow, root: string, forward: boolean, allowed: (edge: string) => boolean): Set<string> {
  const seen = new Set([root]);
  const open = [root];
  while (open.length > 0) {
    const at = open.pop()!;
    for (const edge of flow.edges) {
      if (!allowed(edge.id) || (forward ? edge.from : edge.to) !== at) continue;
      const next = forward ? edge.to : edge.from;
      if (!seen.has(next)) {
        seen.add(next);
        open.push(next);
      }
    }
  }
  return seen;
}

const levels = [0, 7, 20, 50, 85, 100];

describe('detail slider', () => {
  it('keeps every shown node joined to start and end, as it was in the full graph', () => {
    for (let seed = 1; seed <= 120; seed++) {
      const flow = toFlow(randomGraph(seed, seed % 3 === 0));
      const ranked = rank(flow);
      const fromStart = reached(flow, START, true, () => true);
      const toEnd = reached(flow, END, false, () => true);
      for (const nodes of levels) {
        for (const edges of levels) {
          const shown = show(ranked, { nodes, edges });
          const shownFromStart = reached(flow, START, true, (id) => shown.edges.has(id));
          const shownToEnd = reached(flow, END, false, (id) => shown.edges.has(id));
          for (const id of shown.nodes) {
            expect(shownFromStart.has(id), `seed ${seed}, ${id} from start`).toBe(fromStart.has(id));
            expect(shownToEnd.has(id), `seed ${seed}, ${id} to end`).toBe(toEnd.has(id));
          }
          for (const edge of flow.edges) {
            if (!shown.edges.has(edge.id)) continue;
            for (const id of [edge.from, edge.to]) expect(id === START || id === END || shown.nodes.has(id)).toBe(true);
          }
        }
      }
    }
  });

  it('never takes anything away when it is moved up', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const ranked = rank(toFlow(randomGraph(seed, false)));
      let before = show(ranked, { nodes: 0, edges: 0 });
      for (const level of levels) {
        const now = show(ranked, { nodes: level, edges: level });
        for (const id of before.nodes) expect(now.nodes.has(id)).toBe(true);
        for (const id of before.edges) expect(now.edges.has(id)).toBe(true);
        before = now;
      }
    }
  });

  it('shows all at 100 and counts what it hides', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const flow = toFlow(randomGraph(seed, false));
      const ranked = rank(flow);
      const all = show(ranked, { nodes: 100, edges: 100 });
      expect([all.hiddenNodes, all.hiddenEdges]).toEqual([0, 0]);
      const few = show(ranked, { nodes: 10, edges: 5 });
      expect(few.hiddenEdges).toBe(flow.edges.length - few.edges.size);
      expect(few.hiddenNodes).toBe(flow.nodes.length - few.nodes.size);
    }
  });

  it('opens a small graph whole and a large one at a level that can be read', () => {
    const small = rank(toFlow(randomGraph(4, false)));
    expect(show(small, readableLevel(small)).hiddenNodes).toBe(0);
    const wide: FlowSource = {
      nodes: Array.from({ length: 150 }, (_, i) => ({ touchpoint: `n${i}`, events: 1000 - i, starts: 10, ends: 10 })),
      edges: Array.from({ length: 149 }, (_, i) => ({ from: `n${i}`, to: `n${i + 1}`, count: 500 - i })),
    };
    const ranked = rank(toFlow(wide));
    const shown = show(ranked, readableLevel(ranked));
    expect(shown.nodes.size).toBeGreaterThan(10);
    expect(shown.nodes.size).toBeLessThan(40);
  });
});

const simple: FlowSource = {
  nodes: [
    { touchpoint: 'a', events: 100, starts: 100, ends: 0 },
    { touchpoint: 'b', events: 120, starts: 0, ends: 10 },
    { touchpoint: 'c', events: 90, starts: 0, ends: 80 },
    { touchpoint: 'd', events: 12, starts: 0, ends: 10 },
  ],
  edges: [
    { from: 'a', to: 'b', count: 100 },
    { from: 'b', to: 'c', count: 90 },
    { from: 'c', to: 'b', count: 20 },
    { from: 'b', to: 'd', count: 12 },
    { from: 'b', to: 'b', count: 5 },
  ],
};

describe('layout', () => {
  it('sets the main path on one straight row, from the start on the left to the end on the right', () => {
    const flow = toFlow(simple);
    const all = new Set(flow.nodes.map((node) => node.id));
    expect(mainPath(flow, all)).toEqual(['a', 'b', 'c']);
    const cells = withEnd(place(flow, all), all);
    for (const [i, id] of [START, 'a', 'b', 'c'].entries()) expect(cells.get(id)).toEqual({ layer: i, row: 0 });
    expect(cells.get('d')!.row).not.toBe(0);
    expect(cells.get(END)!.layer).toBe(Math.max(...[...cells].filter(([id]) => id !== END).map(([, cell]) => cell.layer)) + 1);
  });

  it('gives each node a cell of its own between start and end, whatever the graph', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const flow = toFlow(randomGraph(seed, seed % 3 === 0));
      const ranked = rank(flow);
      const cells = place(flow, show(ranked, readableLevel(ranked)).nodes);
      expect(cells.size).toBe(flow.nodes.length + 1);
      const taken = new Set([...cells.values()].map((cell) => `${cell.layer} ${cell.row}`));
      expect(taken.size).toBe(cells.size);
      for (const [id, cell] of cells) expect(id === START ? cell.layer === 0 : cell.layer >= 1).toBe(true);
    }
  });

  it('keeps every known node where it was when others come or go', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const flow = toFlow(randomGraph(seed, false));
      const ranked = rank(flow);
      const before = place(flow, show(ranked, readableLevel(ranked)).nodes);
      const part: Flow = { nodes: flow.nodes.filter((_, i) => i % 4 !== 3), edges: [] };
      const ids = new Set([START, END, ...part.nodes.map((node) => node.id)]);
      part.edges = flow.edges.filter((edge) => ids.has(edge.from) && ids.has(edge.to));
      const after = place(part, new Set(part.nodes.map((node) => node.id)), before);
      for (const node of part.nodes) expect(after.get(node.id)).toEqual(before.get(node.id));
      const again = place(flow, new Set(flow.nodes.map((node) => node.id)), after);
      for (const node of part.nodes) expect(again.get(node.id)).toEqual(before.get(node.id));
    }
  });

  it('is the same each time', () => {
    const flow = toFlow(randomGraph(11, false));
    const all = new Set(flow.nodes.map((node) => node.id));
    expect([...place(flow, all)]).toEqual([...place(flow, all)]);
  });
});

function picture(seed: number): { flow: Flow; cells: Cells; routes: ReturnType<typeof route> } {
  const flow = toFlow(randomGraph(seed, false));
  const all = new Set(flow.nodes.map((node) => node.id));
  const cells = withEnd(place(flow, all), all);
  return { flow, cells, routes: route(cells, flow.edges) };
}

describe('routes', () => {
  it('leads every edge from its box to its box, with the arrow at the second', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const { flow, cells, routes } = picture(seed);
      for (const edge of flow.edges) {
        const way = routes.get(edge.id)!;
        const on = (id: string, x: number, y: number) => {
          const box = boxOf(id, cells.get(id)!);
          return x >= box.x - 1 && x <= box.x + box.width + 1 && y >= box.y - 1 && y <= box.y + box.height + 1;
        };
        expect(on(edge.from, way.points[0]!.x, way.points[0]!.y), edge.id).toBe(true);
        expect(on(edge.to, way.tip.x, way.tip.y), edge.id).toBe(true);
        expect(way.path).not.toMatch(/NaN|Infinity/);
      }
    }
  });

  it('runs around the boxes of others', () => {
    let through = 0;
    let all = 0;
    for (let seed = 1; seed <= 30; seed++) {
      const { flow, cells, routes } = picture(seed);
      for (const edge of flow.edges) {
        all++;
        const inside = [...cells].some(([id, cell]) => {
          if (id === edge.from || id === edge.to) return false;
          const box = boxOf(id, cell);
          return routes.get(edge.id)!.points.some((p) => p.x > box.x + 2 && p.x < box.x + box.width - 2 && p.y > box.y + 2 && p.y < box.y + box.height - 2);
        });
        if (inside) through++;
      }
    }
    expect(through / all).toBeLessThan(0.005);
  });

  it('draws the main path straight and loops below', () => {
    const flow = toFlow(simple);
    const all = new Set(flow.nodes.map((node) => node.id));
    const cells = withEnd(place(flow, all), all);
    const routes = route(cells, flow.edges);
    for (const id of [edgeId(START, 'a'), edgeId('a', 'b'), edgeId('b', 'c')]) {
      expect(routes.get(id)!.points.every((p) => Math.abs(p.y) < 0.5), id).toBe(true);
    }
    for (const id of [edgeId('c', 'b'), edgeId('b', 'b')]) {
      expect(routes.get(id)!.points.every((p) => p.y >= geometry.height / 2), id).toBe(true);
    }
  });
});

describe('labels', () => {
  it('never touch each other or a box', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const { flow, cells, routes } = picture(seed);
      const boxes = [...cells].map(([id, cell]) => boxOf(id, cell));
      const labels = placeLabels(
        flow.edges.map((edge) => ({ id: edge.id, text: String(edge.weight * 1234), points: routes.get(edge.id)!.points })),
        boxes,
      );
      expect(labels.length).toBeGreaterThan(0);
      labels.forEach((label, i) => {
        for (const other of labels.slice(i + 1)) expect(overlap(label, other)).toBe(false);
        for (const box of boxes) expect(overlap(label, box)).toBe(false);
      });
    }
  });
});

describe('scales', () => {
  it('spread counts by the root and times by the logarithm', () => {
    const counts = countScale([1, 50, 100]);
    expect(counts.of(100)).toBe(1);
    expect(counts.of(25)).toBe(0.5);
    const times = timeScale([60, 3600, 216000]);
    expect(times.of(60)).toBe(0);
    expect(times.of(3600)).toBeCloseTo(0.5);
    expect(times.of(216000)).toBeCloseTo(1);
    expect(timeScale([0, 0]).of(0)).toBeCloseTo(0);
  });
});
