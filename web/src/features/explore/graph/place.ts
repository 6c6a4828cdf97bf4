import { END, START, type Flow, type FlowEdge } from './model';

/** A node's place on the sheet's grid: layers run from the start to the end, rows downwards; the main path is row 0. */
export interface Cell {
  layer: number;
  row: number;
}
export type Cells = Map<string, Cell>;

interface Link {
  from: string;
  to: string;
  /** 0..1, the root of the edge's share of the heaviest: rare edges have a say, too. */
  pull: number;
}

/**
 * Gives START and every node of the flow a cell; END has none, it stands right of what is shown (`withEnd`). The nodes of `skeleton` come first and get the best places; the others are set
 * around them, heaviest first. A node in `kept` stays where it is, so that a picture does not jump when a filter or a
 * slider changes it. Deterministic. Memory O(nodes + edges); 200 nodes and 1,000 edges take 0.4 s: call it in a worker.
 */
export function place(flow: Flow, skeleton: ReadonlySet<string>, kept: ReadonlyMap<string, Cell> = new Map()): Cells {
  const heaviest = flow.edges[0]?.weight ?? 1;
  const links: Link[] = [];
  for (const edge of flow.edges) {
    if (edge.from !== edge.to) links.push({ from: edge.from, to: edge.to, pull: Math.sqrt(edge.weight / heaviest) });
  }
  const known = [...skeleton].filter((id) => kept.has(id)).length;
  const sheet = new Sheet();
  sheet.put(START, { layer: 0, row: 0 });
  if (known > 0 && known * 2 >= skeleton.size) {
    // A node that was away may find its cell taken: it is placed anew.
    for (const { id } of flow.nodes) {
      const cell = kept.get(id);
      if (cell && !sheet.holds(cell)) sheet.put(id, cell);
    }
    sheet.end = sheet.lastLayer() + 1;
  } else {
    const inside = links.filter((link) => inSkeleton(link.from) && inSkeleton(link.to));
    const path = mainPath(flow, skeleton);
    // Room for side paths that outrun the main path, and enough layers that a short main path does not make a tower.
    const few = layersFor(skeleton.size);
    sheet.end = Math.max(path.length + (path.length < 8 ? 2 : 1), few) + 1;
    path.forEach((id, i) => sheet.put(id, { layer: i + 1, row: 0 }));
    const rest = flow.nodes.filter((node) => skeleton.has(node.id) && !sheet.cells.has(node.id)).map((node) => node.id);
    const layers = settleLayers(rest, inside, sheet);
    sheet.end = Math.max(path.length, ...layers.values()) + 1;
    sheet.put(END, { layer: sheet.end, row: 0 });
    sheet.use(inside, 100);
    for (const id of rest) sheet.insert(id, layers.get(id)!, 1);
    const heavy = rest.slice(0, 60);
    for (let sweep = 0; sweep < 8 && sheet.improve(heavy); sweep++);
    sheet.closeRows();
    sheet.take(END);
  }
  // What is rare comes last, and only looks at the strongest edges for crossings: it is drawn thin.
  sheet.end = Math.max(sheet.end, layersFor(flow.nodes.length) + 1);
  sheet.put(END, { layer: sheet.end, row: 0 });
  sheet.use(links, 40);
  const rest = flow.nodes.filter((node) => !sheet.cells.has(node.id)).map((node) => node.id);
  const layers = settleLayers(rest, links, sheet);
  for (const id of rest) sheet.insert(id, layers.get(id)!, 1);
  sheet.take(END);
  return sheet.cells;

  function inSkeleton(id: string) {
    return id === START || id === END || skeleton.has(id);
  }
}

/** Layers that give so many nodes a sheet somewhat wider than high. */
function layersFor(nodes: number): number {
  return Math.ceil(Math.sqrt(nodes * 0.75));
}

/** The cells of what is shown, with the end right of the last layer. */
export function withEnd(cells: ReadonlyMap<string, Cell>, shown: ReadonlySet<string>): Cells {
  const visible: Cells = new Map();
  let last = 0;
  for (const [id, cell] of cells) {
    if (id !== START && !shown.has(id)) continue;
    visible.set(id, cell);
    last = Math.max(last, cell.layer);
  }
  visible.set(END, { layer: last + 1, row: 0 });
  return visible;
}

/** The way that most take from one touchpoint to the next, until most end: it becomes the straight line. */
export function mainPath(flow: Flow, among: ReadonlySet<string>): string[] {
  const out = new Map<string, FlowEdge[]>();
  for (const edge of flow.edges) {
    if (edge.from === edge.to) continue;
    const list = out.get(edge.from);
    if (list) list.push(edge);
    else out.set(edge.from, [edge]);
  }
  const path: string[] = [];
  const seen = new Set<string>();
  const longest = 10;
  let at = START;
  let first = 0;
  while (path.length < longest) {
    const next = (out.get(at) ?? []).find((edge) => edge.to === END || (among.has(edge.to) && !seen.has(edge.to)));
    if (!next || next.to === END) break;
    first ||= next.weight;
    const ends = out.get(at)?.some((edge) => edge.to === END) ?? false;
    if (ends && next.weight * 8 < first) break;
    path.push(next.to);
    seen.add(next.to);
    at = next.to;
  }
  return path;
}

/** Cost of an edge that spans so many layers: one ahead is best, the same layer or backwards is a detour. */
function span(layers: number): number {
  return layers >= 1 ? layers - 1 : layers === 0 ? 2 : 1 - 0.7 * layers;
}

/** Chooses layers between start and end for `ids`, such that strong edges run one layer ahead; cycles are allowed. */
function settleLayers(ids: readonly string[], links: readonly Link[], sheet: Sheet): Map<string, number> {
  const layers = new Map<string, number>();
  if (ids.length === 0) return layers;
  const wanted = new Set(ids);
  const near = new Map<string, { other: string; step: number; pull: number }[]>(ids.map((id) => [id, []]));
  for (const { from, to, pull } of links) {
    if (wanted.has(to)) near.get(to)!.push({ other: from, step: 1, pull });
    if (wanted.has(from)) near.get(from)!.push({ other: to, step: -1, pull });
  }
  const at = new Map<string, number>();
  for (const [id, cell] of sheet.cells) at.set(id, cell.layer);
  // First the mean of what the neighbours want, which moves whole groups; then whole layers, one node at a time.
  for (let round = 0; round < 40; round++) {
    for (const id of ids) {
      let sum = 0;
      let weight = 0;
      for (const { other, step, pull } of near.get(id)!) {
        const there = at.get(other);
        if (there === undefined) continue;
        const say = other === START || other === END ? pull * 0.3 : pull;
        sum += (there + step) * say;
        weight += say;
      }
      at.set(id, weight > 0 ? sum / weight : sheet.end / 2);
    }
  }
  const last = Math.max(1, sheet.end - 1);
  const clamp = (layer: number) => Math.min(last, Math.max(1, Math.round(layer)));
  const load = new Array<number>(last + 1).fill(0);
  for (const cell of sheet.cells.values()) if (cell.layer >= 1 && cell.layer <= last) load[cell.layer]! += 1;
  for (const id of ids) {
    at.set(id, clamp(at.get(id)!));
    load[at.get(id)!]! += 1;
  }
  const fair = Math.max(5, (sheet.cells.size + ids.length) / last);
  for (let round = 0; round < 6; round++) {
    for (const id of ids) {
      let best = at.get(id)!;
      let least = Infinity;
      load[best]! -= 1;
      const all = near.get(id)!.reduce((sum, { pull }) => sum + pull, 0);
      for (let layer = 1; layer <= last; layer++) {
        // A full layer makes a tower: the fuller it is, the more a node would rather stand beside it.
        let cost = all * 0.9 * Math.max(0, load[layer]! / fair - 0.8) ** 2;
        for (const { other, step, pull } of near.get(id)!) {
          const there = at.get(other);
          if (there !== undefined) cost += (other === START || other === END ? 0.3 : 1) * pull * span(step > 0 ? layer - there : there - layer);
        }
        if (cost < least - 1e-9) [least, best] = [cost, layer];
      }
      at.set(id, best);
      load[best]! += 1;
    }
  }
  for (const id of ids) layers.set(id, at.get(id)!);
  return layers;
}

interface Surroundings {
  near: { cell: Cell; out: boolean; pull: number }[];
  others: { from: Cell; to: Cell; pull: number }[];
}

/** Cells and what it costs to put a node into one: length, detours, crossings, edges that run through a node. */
class Sheet {
  readonly cells: Cells = new Map();
  end = 1;
  private readonly taken = new Map<number, string>();
  private readonly mainRow = new Set<string>();
  private near = new Map<string, Link[]>();
  private strongest: Link[] = [];
  private top = 0;
  private bottom = 0;

  use(links: readonly Link[], strongest: number) {
    this.near = new Map();
    for (const link of links) {
      for (const id of [link.from, link.to]) {
        const list = this.near.get(id);
        if (list) list.push(link);
        else this.near.set(id, [link]);
      }
    }
    this.strongest = links.slice(0, strongest);
  }

  put(id: string, cell: Cell) {
    this.cells.set(id, cell);
    this.taken.set(key(cell), id);
    this.top = Math.min(this.top, cell.row);
    this.bottom = Math.max(this.bottom, cell.row);
    if (cell.row === 0) this.mainRow.add(id);
  }

  holds(cell: Cell): boolean {
    return this.taken.has(key(cell));
  }

  take(id: string) {
    const cell = this.cells.get(id);
    if (!cell) return;
    this.cells.delete(id);
    this.taken.delete(key(cell));
  }

  lastLayer(): number {
    return Math.max(...[...this.cells.values()].map((cell) => cell.layer));
  }

  /** Moves rows together where moving nodes left one empty. */
  closeRows() {
    const used = [...new Set([...this.cells.values()].map((cell) => cell.row))].sort((a, b) => a - b);
    const zero = used.indexOf(0);
    const all = [...this.cells];
    this.taken.clear();
    this.top = this.bottom = 0;
    for (const [id, cell] of all) this.put(id, { layer: cell.layer, row: used.indexOf(cell.row) - zero });
  }

  /** Puts a new node into the cheapest free cell at `layer`, or at most `reach` layers beside it. */
  insert(id: string, layer: number, reach: number) {
    const around = this.look(id);
    let best: Cell | null = null;
    let least = Infinity;
    for (let l = Math.max(1, layer - reach); l <= Math.min(Math.max(1, this.end - 1), layer + reach); l++) {
      for (let row = this.top - 1; row <= this.bottom + 1; row++) {
        const cell = { layer: l, row };
        if (this.taken.has(key(cell))) continue;
        const cost = this.cost(around, cell) + Math.abs(l - layer) * 0.2;
        if (cost < least - 1e-9) [least, best] = [cost, cell];
      }
    }
    this.put(id, best ?? { layer, row: this.bottom + 1 });
  }

  /** Tries for each node whether another cell, or changing places, is better; true where something moved. */
  improve(ids: readonly string[]): boolean {
    let moved = false;
    const movable = new Set(ids);
    for (const id of ids) {
      const from = this.cells.get(id)!;
      let best: Cell | null = null;
      let gain = 1e-6;
      for (let layer = Math.max(1, from.layer - 1); layer <= Math.min(this.end - 1, from.layer + 1); layer++) {
        for (let row = this.top - 1; row <= this.bottom + 1; row++) {
          if (layer === from.layer && row === from.row) continue;
          const to = { layer, row };
          const other = this.taken.get(key(to));
          if (other !== undefined && (this.mainRow.has(other) || !movable.has(other))) continue;
          const before = this.cost(this.look(id), from) + (other === undefined ? 0 : this.cost(this.look(other), to));
          this.swap(id, from, other, to);
          const after = this.cost(this.look(id), to) + (other === undefined ? 0 : this.cost(this.look(other), from));
          this.swap(id, to, other, from);
          if (before - after > gain) [gain, best] = [before - after, to];
        }
      }
      if (best) {
        this.swap(id, from, this.taken.get(key(best)), best);
        this.top = Math.min(this.top, best.row);
        this.bottom = Math.max(this.bottom, best.row);
        moved = true;
      }
    }
    return moved;
  }

  private swap(id: string, from: Cell, other: string | undefined, to: Cell) {
    this.cells.set(id, to);
    this.taken.set(key(to), id);
    if (other === undefined) this.taken.delete(key(from));
    else {
      this.cells.set(other, from);
      this.taken.set(key(from), other);
    }
  }

  /** What `cost` needs of a node's surroundings, looked up once for all the cells that are tried. */
  private look(id: string): Surroundings {
    const near: Surroundings['near'] = [];
    for (const link of this.near.get(id) ?? []) {
      const cell = this.cells.get(link.from === id ? link.to : link.from);
      if (cell) near.push({ cell, out: link.from === id, pull: link.pull });
    }
    const others: Surroundings['others'] = [];
    for (const link of this.strongest) {
      if (link.from === id || link.to === id) continue;
      const from = this.cells.get(link.from);
      const to = this.cells.get(link.to);
      if (from && to) others.push({ from, to, pull: link.pull });
    }
    return { near, others };
  }

  private cost(around: Surroundings, cell: Cell): number {
    // Rows above cost a hair more, so that ties go below and the picture does not depend on chance.
    let cost = 0.18 * Math.abs(cell.row) + (cell.row < 0 ? 0.01 : 0);
    // Row 0 belongs to the main path: a stray node on it would look like a part of it.
    if (cell.row === 0) cost += 1.2;
    for (const { cell: there, out, pull } of around.near) {
      const a = out ? cell : there;
      const b = out ? there : cell;
      const layers = b.layer - a.layer;
      const rows = Math.abs(b.row - a.row);
      cost += pull * (span(layers) * 0.7 + rows * (layers > 0 ? 0.9 : 0.7));
      if (layers === 0) cost += pull * (rows > 1 ? 2 : 0.2);
      cost += pull * 1.6 * this.through(a, b);
      for (const other of around.others) {
        if (cross(a, b, other.from, other.to)) cost += 0.9 * Math.min(pull, other.pull) + 0.1;
      }
    }
    // Edges of others that would run through this cell.
    for (const other of around.others) if (runsThrough(other.from, other.to, cell)) cost += other.pull * 1.6;
    return cost;
  }

  private through(a: Cell, b: Cell): number {
    const [left, right] = a.layer < b.layer ? [a, b] : [b, a];
    let hits = 0;
    for (let layer = left.layer + 1; layer < right.layer; layer++) {
      const row = left.row + ((right.row - left.row) * (layer - left.layer)) / (right.layer - left.layer);
      const near = Math.round(row);
      if (Math.abs(row - near) < 0.42 && this.taken.has(key({ layer, row: near }))) hits++;
    }
    return hits;
  }
}

function key(cell: Cell): number {
  return cell.layer * 100_003 + cell.row;
}

function runsThrough(a: Cell, b: Cell, cell: Cell): boolean {
  const low = Math.min(a.layer, b.layer);
  const high = Math.max(a.layer, b.layer);
  if (cell.layer <= low || cell.layer >= high) return false;
  const row = a.row + ((b.row - a.row) * (cell.layer - a.layer)) / (b.layer - a.layer);
  return Math.abs(row - cell.row) < 0.42;
}

function cross(a: Cell, b: Cell, c: Cell, d: Cell): boolean {
  if (Math.max(a.layer, b.layer) <= Math.min(c.layer, d.layer) || Math.max(c.layer, d.layer) <= Math.min(a.layer, b.layer)) return false;
  const side = (p: Cell, q: Cell, r: Cell) => (q.layer - p.layer) * (r.row - p.row) - (q.row - p.row) * (r.layer - p.layer);
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}
