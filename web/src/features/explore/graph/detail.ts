import { END, START, type Flow, type FlowEdge } from './model';

/** The two sliders: how much of the graph is shown, 0 to 100 each. */
export interface DetailLevel {
  nodes: number;
  edges: number;
}

export interface Shown {
  nodes: ReadonlySet<string>;
  edges: ReadonlySet<string>;
  hiddenNodes: number;
  hiddenEdges: number;
}

/** A graph prepared for the sliders. Costs O(nodes² + edges) once; each slider step then O(nodes + edges). */
export interface Ranked {
  flow: Flow;
  /** Last edge of the strongest way from START to a node, and first edge of its strongest way to END. */
  wayIn: ReadonlyMap<string, FlowEdge>;
  wayOut: ReadonlyMap<string, FlowEdge>;
}

/**
 * The strongest way is the one whose weakest edge is as strong as can be (a widest path), the shortest among equals:
 * it runs along the roads that people take, and belongs to the full graph, so that moving a slider up never takes
 * anything away again.
 */
function strongestWays(flow: Flow, root: string, forward: boolean): Map<string, FlowEdge> {
  const next = new Map<string, FlowEdge[]>();
  for (const edge of flow.edges) {
    const near = forward ? edge.from : edge.to;
    const list = next.get(near);
    if (list) list.push(edge);
    else next.set(near, [edge]);
  }
  const width = new Map<string, number>([[root, Infinity]]);
  const hops = new Map<string, number>([[root, 0]]);
  const way = new Map<string, FlowEdge>();
  const open = new Set<string>([root]);
  const done = new Set<string>();
  while (open.size > 0) {
    let best = '';
    for (const id of open) {
      if (best === '' || width.get(id)! > width.get(best)! || (width.get(id) === width.get(best) && hops.get(id)! < hops.get(best)!)) best = id;
    }
    open.delete(best);
    done.add(best);
    for (const edge of next.get(best) ?? []) {
      const far = forward ? edge.to : edge.from;
      if (done.has(far)) continue;
      const reached = Math.min(width.get(best)!, edge.weight);
      const steps = hops.get(best)! + 1;
      const known = width.get(far);
      if (known === undefined || reached > known || (reached === known && steps < hops.get(far)!)) {
        width.set(far, reached);
        hops.set(far, steps);
        way.set(far, edge);
        open.add(far);
      }
    }
  }
  return way;
}

export function rank(flow: Flow): Ranked {
  return { flow, wayIn: strongestWays(flow, START, true), wayOut: strongestWays(flow, END, false) };
}

/**
 * Which nodes and edges a slider position shows: the heaviest nodes, the nodes on their strongest ways from the start
 * and to the end, these ways, and of the other edges the heaviest. So a shown node that the full graph joins to the
 * start or the end is joined to it by shown edges.
 */
export function show(ranked: Ranked, level: DetailLevel): Shown {
  const { flow, wayIn, wayOut } = ranked;
  const nodes = new Set<string>();
  const edges = new Set<string>();
  const wanted = Math.max(1, Math.ceil((flow.nodes.length * level.nodes) / 100));
  const follow = (id: string, way: ReadonlyMap<string, FlowEdge>, forward: boolean) => {
    for (let edge = way.get(id); edge !== undefined && !edges.has(edge.id); ) {
      edges.add(edge.id);
      const at = forward ? edge.to : edge.from;
      if (at === START || at === END) break;
      // A node that lies on the way is shown with its own ways, else it could hang in the air.
      reach(at);
      edge = way.get(at);
    }
  };
  const reach = (id: string) => {
    if (nodes.has(id)) return;
    nodes.add(id);
    follow(id, wayIn, false);
    follow(id, wayOut, true);
  };
  for (const node of flow.nodes.slice(0, wanted)) reach(node.id);
  const visible = (id: string) => id === START || id === END || nodes.has(id);
  const strongest = Math.round((flow.edges.length * level.edges) / 100);
  flow.edges.forEach((edge, place) => {
    if (place < strongest && visible(edge.from) && visible(edge.to)) edges.add(edge.id);
  });
  return { nodes, edges, hiddenNodes: flow.nodes.length - nodes.size, hiddenEdges: flow.edges.length - edges.size };
}

const readableNodes = 22;
const edgesPerNode = 1.7;

/** The level a new picture opens with: all of a small graph, of a large one as much as one can read at a glance. */
export function readableLevel(ranked: Ranked): DetailLevel {
  const count = ranked.flow.nodes.length;
  let nodes = 100;
  if (count > readableNodes) {
    nodes = Math.max(1, Math.floor((100 * readableNodes) / count));
    // The ways to and from the heaviest nodes may need more nodes than were asked for.
    while (nodes > 1 && show(ranked, { nodes, edges: 0 }).nodes.size > readableNodes * 1.4) nodes -= 1;
  }
  const shownNodes = show(ranked, { nodes, edges: 0 }).nodes.size;
  const limit = Math.max(8, Math.round(shownNodes * edgesPerNode));
  let low = 0;
  let high = 100;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (show(ranked, { nodes, edges: middle }).edges.size <= limit) low = middle;
    else high = middle - 1;
  }
  return { nodes, edges: low };
}
