import { END, START, type FlowEdge } from './model';
import type { Cell } from './place';

/** Pixels of the sheet at zoom 1. A node's box is centred in its cell; START and END are circles. */
export const geometry = { width: 176, height: 84, column: 236, line: 106, circle: 40 } as const;
/** The part of a box in which the name stands. */
export const nameBox = { width: geometry.width - 20, height: geometry.height - 36 } as const;

export interface Point {
  x: number;
  y: number;
}
export interface Box extends Point {
  width: number;
  height: number;
}

/** The way of an edge on the sheet: `path` for SVG, `points` along it, and where the arrow's tip stands. */
export interface Route {
  path: string;
  points: Point[];
  tip: Point;
  /** Direction of the arrow. */
  towards: 'right' | 'left' | 'up' | 'down';
}

export function centre(cell: Cell): Point {
  return { x: cell.layer * geometry.column, y: cell.row * geometry.line };
}

/** The box of a node, by its top left corner. */
export function boxOf(id: string, cell: Cell): Box {
  const { x: middle, y } = centre(cell);
  const round = id === START || id === END;
  // The circles stand closer to their neighbours than a box would.
  const x = middle + (id === START ? 44 : id === END ? -44 : 0);
  const width = round ? geometry.circle : geometry.width;
  const height = round ? geometry.circle : geometry.height;
  return { x: x - width / 2, y: y - height / 2, width, height };
}

interface Gap {
  top: number;
  bottom: number;
  /** Edges that pass, to be set side by side. */
  lanes: Lane[];
}
interface Lane {
  gap: Gap;
  layer: number;
  y: number;
  /** Where the edge comes from and goes to: lanes are sorted by it, so that they do not twist. */
  pull: number;
}
interface Plan {
  edge: FlowEdge;
  kind: 'ahead' | 'back' | 'beside' | 'loop';
  lanes: Lane[];
}

const clear = 8;
const pitch = 9;
const tipLength = 7;

/**
 * Leads the edges between the boxes: forward edges from the right side of a box to the left side of the next, through
 * the gaps between the boxes of the layers that they pass; edges backwards leave and arrive below or above. `edges` strongest
 * first: these get the straight ways. Cost O(edges · layers · rows²); 1,000 edges on 200 boxes take about 30 ms.
 */
export function route(cells: ReadonlyMap<string, Cell>, edges: readonly FlowEdge[]): Map<string, Route> {
  const gaps = gapsByLayer(cells);
  const plans: Plan[] = [];
  for (const edge of edges) {
    const from = cells.get(edge.from);
    const to = cells.get(edge.to);
    if (!from || !to) continue;
    if (edge.from === edge.to) plans.push({ edge, kind: 'loop', lanes: [] });
    else if (to.layer > from.layer) plans.push({ edge, kind: 'ahead', lanes: ahead(from, to, gaps) });
    else if (to.layer < from.layer) plans.push({ edge, kind: 'back', lanes: back(from, to, gaps) });
    else plans.push({ edge, kind: 'beside', lanes: [] });
  }
  for (const layer of gaps.values()) for (const gap of layer) spread(gap);
  const ports = new Ports(cells, plans);
  const routes = new Map<string, Route>();
  for (const plan of plans) routes.set(plan.edge.id, draw(plan, cells, ports));
  return routes;
}

function gapsByLayer(cells: ReadonlyMap<string, Cell>): Map<number, Gap[]> {
  const rows = new Map<number, Point[]>();
  for (const [id, cell] of cells) {
    const box = boxOf(id, cell);
    const list = rows.get(cell.layer);
    const span = { x: box.y - clear, y: box.y + box.height + clear };
    if (list) list.push(span);
    else rows.set(cell.layer, [span]);
  }
  const gaps = new Map<number, Gap[]>();
  const last = Math.max(...[...cells.values()].map((cell) => cell.layer), 0);
  for (let layer = 0; layer <= last; layer++) {
    const spans = (rows.get(layer) ?? []).sort((a, b) => a.x - b.x);
    const list: Gap[] = [];
    let top = -Infinity;
    for (const span of spans) {
      list.push({ top, bottom: span.x, lanes: [] });
      top = span.y;
    }
    list.push({ top, bottom: Infinity, lanes: [] });
    gaps.set(layer, list);
  }
  return gaps;
}

const clamp = (y: number, gap: Gap) => Math.min(Math.max(y, gap.top), gap.bottom);

/** What one more edge in a full gap costs: about as much as a way round a box. */
function crowd(gap: Gap): number {
  const room = Number.isFinite(gap.top) && Number.isFinite(gap.bottom) ? Math.floor((gap.bottom - gap.top) / pitch) + 1 : 1e9;
  return gap.lanes.length < room ? 0 : 14 * (gap.lanes.length - room + 1);
}

interface State {
  cost: number;
  gap: Gap;
  y: number;
  previous: State | null;
}

/** The cheapest way through one gap of each layer: few bends, little up and down, not where it is crowded. */
function pass(start: number, end: number, layers: readonly number[], choices: (layer: number) => readonly Gap[], aims: readonly number[]): Lane[] {
  let states: State[] = [];
  layers.forEach((layer, step) => {
    const next: State[] = [];
    for (const gap of choices(layer)) {
      const tried = new Set<number>();
      for (const aim of aims) {
        const y = clamp(aim, gap);
        if (tried.has(y)) continue;
        tried.add(y);
        let best: State = { cost: Infinity, gap, y, previous: null };
        if (step === 0) best = { cost: move(start, y), gap, y, previous: null };
        for (const from of states) {
          const cost = from.cost + move(from.y, y);
          if (cost < best.cost) best = { cost, gap, y, previous: from };
        }
        next.push({ ...best, cost: best.cost + crowd(gap) });
      }
    }
    states = next;
  });
  let best: State | null = null;
  for (const state of states) {
    const cost = state.cost + move(state.y, end);
    if (best === null || cost < best.cost) best = { ...state, cost };
  }
  const lanes: Lane[] = [];
  for (let state = best, i = layers.length - 1; state && i >= 0; state = state.previous, i--) {
    const lane = { gap: state.gap, layer: layers[i]!, y: state.y, pull: 0 };
    lanes.unshift(lane);
  }
  lanes.forEach((lane, i) => {
    lane.pull = lane.y + 0.001 * ((lanes[i - 1]?.y ?? start) + (lanes[i + 1]?.y ?? end));
    lane.gap.lanes.push(lane);
  });
  return lanes;
}

function move(from: number, to: number): number {
  const way = Math.abs(to - from);
  return way < 2 ? way : way + 18;
}

function ahead(from: Cell, to: Cell, gaps: Map<number, Gap[]>): Lane[] {
  const layers: number[] = [];
  for (let layer = from.layer + 1; layer < to.layer; layer++) layers.push(layer);
  const a = centre(from).y;
  const b = centre(to).y;
  return pass(a, b, layers, (layer) => gaps.get(layer)!, [a, b, (a + b) / 2]);
}

/** An edge backwards leaves and arrives on the sides that face each other; in one row it runs below. */
function facing(from: Cell, to: Cell): { leaves: 'above' | 'below'; arrives: 'above' | 'below' } {
  return { leaves: to.row < from.row ? 'above' : 'below', arrives: to.row > from.row ? 'above' : 'below' };
}

function back(from: Cell, to: Cell, gaps: Map<number, Gap[]>): Lane[] {
  const beside = (cell: Cell, side: 'above' | 'below') => {
    const y = centre(cell).y;
    const list = gaps.get(cell.layer)!;
    const below = list.findIndex((gap) => gap.top > y);
    return list[side === 'below' ? below : below - 1]!;
  };
  const { leaves, arrives } = facing(from, to);
  const first = beside(from, leaves);
  const last = beside(to, arrives);
  const layers: number[] = [];
  for (let layer = from.layer; layer >= to.layer; layer--) layers.push(layer);
  const a = leaves === 'below' ? first.top + 6 : first.bottom - 6;
  const b = arrives === 'below' ? last.top + 6 : last.bottom - 6;
  const choices = (layer: number) => (layer === from.layer ? [first] : layer === to.layer ? [last] : gaps.get(layer)!);
  return pass(a, b, layers, choices, [a, b, Math.max(a, b)]);
}

/** Sets the edges of a gap side by side; they keep the order of where they come from. */
function spread(gap: Gap) {
  const lanes = gap.lanes.sort((a, b) => a.pull - b.pull);
  if (lanes.length === 0) return;
  const closed = Number.isFinite(gap.top) && Number.isFinite(gap.bottom);
  const step = closed && lanes.length > 1 ? Math.min(pitch, (gap.bottom - gap.top) / (lanes.length - 1)) : pitch;
  let at = -Infinity;
  for (const lane of lanes) {
    at = Math.max(lane.y, at + step);
    lane.y = at;
  }
  const over = at - gap.bottom;
  if (over > 0) {
    let limit = gap.bottom;
    for (let i = lanes.length - 1; i >= 0; i--) {
      const lane = lanes[i]!;
      lane.y = Math.min(lane.y, limit);
      limit = lane.y - step;
    }
  }
}

/** Where edges touch the boxes: side by side, sorted by where they lead, the straight one in the middle. */
class Ports {
  private readonly at = new Map<string, number>();

  constructor(
    private readonly cells: ReadonlyMap<string, Cell>,
    plans: readonly Plan[],
  ) {
    const sides = new Map<string, { edge: FlowEdge; towards: number }[]>();
    const add = (side: string, edge: FlowEdge, towards: number) => {
      const list = sides.get(side);
      if (list) list.push({ edge, towards });
      else sides.set(side, [{ edge, towards }]);
    };
    for (const { edge, kind, lanes } of plans) {
      const from = centre(cells.get(edge.from)!);
      const to = centre(cells.get(edge.to)!);
      if (kind === 'ahead') {
        add(`out ${edge.from}`, edge, (lanes[0]?.y ?? to.y) - from.y);
        add(`in ${edge.to}`, edge, (lanes.at(-1)?.y ?? from.y) - to.y);
      } else if (kind === 'back') {
        // The lane next to the box turns off first, so that the edges do not cross each other.
        const { leaves, arrives } = facing(cells.get(edge.from)!, cells.get(edge.to)!);
        add(`${leaves} out ${edge.from}`, edge, Math.abs(lanes[0]!.y - from.y));
        add(`${arrives} in ${edge.to}`, edge, Math.abs(lanes.at(-1)!.y - to.y));
      }
    }
    for (const [side, list] of sides) {
      const round = side.endsWith(` ${START}`) || side.endsWith(` ${END}`);
      list.sort((a, b) => a.towards - b.towards || (a.edge.id < b.edge.id ? -1 : 1));
      if (side.startsWith('above') || side.startsWith('below')) {
        list.forEach(({ edge }, i) => this.at.set(`${side} ${edge.id}`, 14 + Math.min(list.length - 1 - i, 5) * 9));
        continue;
      }
      const room = round ? 16 : geometry.height - 22;
      const step = list.length > 1 ? Math.min(10, room / (list.length - 1)) : 0;
      const straight = list.reduce<number>((found, entry, i) => {
        if (Math.abs(entry.towards) > 1) return found;
        return found < 0 || entry.edge.weight > list[found]!.edge.weight ? i : found;
      }, -1);
      const middle = straight >= 0 ? straight : (list.length - 1) / 2;
      const limit = room / 2;
      list.forEach(({ edge }, i) => this.at.set(`${side} ${edge.id}`, Math.max(-limit, Math.min(limit, (i - middle) * step))));
    }
  }

  out(edge: FlowEdge): Point {
    const box = boxOf(edge.from, this.cells.get(edge.from)!);
    return { x: box.x + box.width, y: box.y + box.height / 2 + (this.at.get(`out ${edge.from} ${edge.id}`) ?? 0) };
  }
  in(edge: FlowEdge): Point {
    const box = boxOf(edge.to, this.cells.get(edge.to)!);
    return { x: box.x, y: box.y + box.height / 2 + (this.at.get(`in ${edge.to} ${edge.id}`) ?? 0) };
  }
  backOut(edge: FlowEdge, side: 'above' | 'below'): Point {
    const box = boxOf(edge.from, this.cells.get(edge.from)!);
    const x = box.x + box.width / 2 - (this.at.get(`${side} out ${edge.from} ${edge.id}`) ?? 0);
    return { x, y: side === 'below' ? box.y + box.height : box.y };
  }
  backIn(edge: FlowEdge, side: 'above' | 'below'): Point {
    const box = boxOf(edge.to, this.cells.get(edge.to)!);
    const x = box.x + box.width / 2 + (this.at.get(`${side} in ${edge.to} ${edge.id}`) ?? 0);
    return { x, y: side === 'below' ? box.y + box.height : box.y };
  }
}

/** Collects the path text and points along it. */
class Pen {
  private text = '';
  readonly points: Point[] = [];
  private x = 0;
  private y = 0;

  start(x: number, y: number): this {
    this.text = `M${r(x)} ${r(y)}`;
    return this.to(x, y);
  }
  line(x: number, y: number): this {
    if (Math.abs(x - this.x) < 0.05 && Math.abs(y - this.y) < 0.05) return this;
    this.text += `L${r(x)} ${r(y)}`;
    const steps = Math.ceil(Math.hypot(x - this.x, y - this.y) / 40);
    const { x: x0, y: y0 } = this;
    for (let i = 1; i < steps; i++) this.points.push({ x: x0 + ((x - x0) * i) / steps, y: y0 + ((y - y0) * i) / steps });
    return this.to(x, y);
  }
  curve(x1: number, y1: number, x2: number, y2: number, x: number, y: number): this {
    this.text += `C${r(x1)} ${r(y1)} ${r(x2)} ${r(y2)} ${r(x)} ${r(y)}`;
    const { x: x0, y: y0 } = this;
    for (let i = 1; i < 6; i++) {
      const t = i / 6;
      const s = 1 - t;
      const [a, b, c, d] = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t];
      this.points.push({ x: a * x0 + b * x1 + c * x2 + d * x, y: a * y0 + b * y1 + c * y2 + d * y });
    }
    return this.to(x, y);
  }
  /** An S from one height to the other, level at both ends. */
  bend(x: number, y: number): this {
    if (Math.abs(y - this.y) < 0.3) return this.line(x, y);
    const middle = (this.x + x) / 2;
    return this.curve(middle, this.y, middle, y, x, y);
  }
  private to(x: number, y: number): this {
    this.x = x;
    this.y = y;
    this.points.push({ x, y });
    return this;
  }
  route(tip: Point, towards: Route['towards']): Route {
    return { path: this.text, points: this.points, tip, towards };
  }
}

const r = (value: number) => Math.round(value * 10) / 10;

function draw(plan: Plan, cells: ReadonlyMap<string, Cell>, ports: Ports): Route {
  const { edge, lanes } = plan;
  const pen = new Pen();
  const reach = geometry.width / 2 + 8;
  if (plan.kind === 'ahead') {
    const a = ports.out(edge);
    const b = ports.in(edge);
    pen.start(a.x, a.y);
    for (const lane of lanes) {
      const x = lane.layer * geometry.column;
      pen.bend(x - reach, lane.y).line(x + reach, lane.y);
    }
    pen.bend(b.x - tipLength - 6, b.y).line(b.x - tipLength, b.y);
    return pen.route(b, 'right');
  }
  if (plan.kind === 'back') {
    const { leaves, arrives } = facing(cells.get(edge.from)!, cells.get(edge.to)!);
    const a = ports.backOut(edge, leaves);
    const b = ports.backIn(edge, arrives);
    const first = lanes[0]!.y;
    const last = lanes.at(-1)!.y;
    // Signed radii of the two corners: positive where the lane lies below the box.
    const turn = Math.sign(first - a.y) * Math.min(12, Math.abs(first - a.y));
    pen.start(a.x, a.y).line(a.x, first - turn);
    pen.curve(a.x, first - turn / 2, a.x - Math.abs(turn) / 2, first, a.x - Math.abs(turn), first);
    pen.line(cells.get(edge.from)!.layer * geometry.column - reach, first);
    for (const lane of lanes.slice(1, -1)) {
      const x = lane.layer * geometry.column;
      pen.bend(x + reach, lane.y).line(x - reach, lane.y);
    }
    const foot = b.y + (arrives === 'below' ? tipLength : -tipLength);
    const up = Math.sign(last - b.y) * Math.min(12, Math.abs(last - foot));
    pen.bend(cells.get(edge.to)!.layer * geometry.column + reach, last).line(b.x + Math.abs(up), last);
    pen.curve(b.x + Math.abs(up) / 2, last, b.x, last - up / 2, b.x, last - up).line(b.x, foot);
    return pen.route(b, arrives === 'below' ? 'up' : 'down');
  }
  const from = boxOf(edge.from, cells.get(edge.from)!);
  const to = boxOf(edge.to, cells.get(edge.to)!);
  if (plan.kind === 'loop') {
    const x = from.x + from.width - 18;
    const y = from.y + from.height;
    pen.start(x, y).curve(x, y + 26, x - 26, y + 26, x - 26, y + tipLength);
    return pen.route({ x: x - 26, y }, 'up');
  }
  const rows = cells.get(edge.to)!.row - cells.get(edge.from)!.row;
  const middle = from.x + from.width / 2;
  if (rows === 1) {
    const x = middle - 12;
    pen.start(x, from.y + from.height).line(x, to.y - tipLength);
    return pen.route({ x, y: to.y }, 'down');
  }
  if (rows === -1) {
    const x = middle + 12;
    pen.start(x, from.y).line(x, to.y + to.height + tipLength);
    return pen.route({ x, y: to.y + to.height }, 'up');
  }
  const x = from.x + from.width;
  const bulge = 22 + 5 * Math.min(Math.abs(rows), 5);
  const a = from.y + from.height / 2 + Math.sign(rows) * 14;
  const b = to.y + to.height / 2 - Math.sign(rows) * 14;
  pen.start(x, a).curve(x + bulge, a, x + bulge, b, x + tipLength, b);
  return pen.route({ x, y: b }, 'left');
}
