// How the graph is placed, beside ELK's layered algorithm (elkjs) on the same graphs: time, and how it looks in figures,
// with straight lines between the places of both. Run by bench/graph_layout.sh.
//   crossings   pairs of drawn edges that cross          through  nodes that an edge runs behind
//   length      mean length of an edge in cells, weighted by the root of its count        back  share that runs backwards
import ELK from 'elkjs';
import { rank, readableLevel, show } from '../web/src/features/explore/graph/detail';
import { END, START, toFlow, type Flow, type FlowEdge } from '../web/src/features/explore/graph/model';
import { place, withEnd, type Cells } from '../web/src/features/explore/graph/place';
import { geometry } from '../web/src/features/explore/graph/route';
import { bigGraph } from './big_graph.mjs';

interface Point {
  x: number;
  y: number;
}
type Places = Map<string, Point>;

const side = (p: Point, q: Point, r: Point) => (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x);

function look(edges: readonly FlowEdge[], at: Places): string {
  const lines = edges.filter((edge) => edge.from !== edge.to).map((edge) => ({ edge, a: at.get(edge.from)!, b: at.get(edge.to)!, pull: Math.sqrt(edge.weight) }));
  let [crossings, through, length, back, all] = [0, 0, 0, 0, 0];
  lines.forEach(({ edge, a, b, pull }, i) => {
    all += pull;
    length += pull * Math.hypot((b.x - a.x) / geometry.column, (b.y - a.y) / geometry.line);
    if (b.x < a.x) back += pull;
    for (const other of lines.slice(i + 1)) {
      if ([other.edge.from, other.edge.to].some((end) => end === edge.from || end === edge.to)) continue;
      if (side(a, b, other.a) * side(a, b, other.b) < 0 && side(other.a, other.b, a) * side(other.a, other.b, b) < 0) crossings++;
    }
    for (const [id, node] of at) {
      if (id === edge.from || id === edge.to || id === START || id === END) continue;
      const squared = (b.x - a.x) ** 2 + (b.y - a.y) ** 2 || 1;
      const along = ((node.x - a.x) * (b.x - a.x) + (node.y - a.y) * (b.y - a.y)) / squared;
      if (along > 0 && along < 1 && Math.abs(side(a, b, node)) / Math.sqrt(squared) < geometry.height / 2) through++;
    }
  });
  const width = (of: (p: Point) => number) => Math.round(Math.max(...[...at.values()].map(of)) - Math.min(...[...at.values()].map(of)));
  return `${String(crossings).padStart(9)} ${String(through).padStart(8)} ${(length / all).toFixed(2).padStart(7)} ${(back / all).toFixed(2).padStart(5)}   ${width((p) => p.x)} x ${width((p) => p.y)}`;
}

function ownPlaces(cells: Cells, shown: ReadonlySet<string>): Places {
  return new Map([...withEnd(cells, shown)].map(([id, cell]) => [id, { x: cell.layer * geometry.column, y: cell.row * geometry.line }]));
}

async function elkPlaces(flow: Flow, edges: readonly FlowEdge[], weighted: boolean): Promise<Places> {
  const heaviest = Math.sqrt(edges[0]?.weight ?? 1);
  const ends: Record<string, object> = { [START]: { 'elk.layered.layering.layerConstraint': 'FIRST' }, [END]: { 'elk.layered.layering.layerConstraint': 'LAST' } };
  const size = (id: string) => (id in ends ? { width: geometry.circle, height: geometry.circle } : { width: geometry.width, height: geometry.height });
  const priority = (edge: FlowEdge) => String(Math.round((10 * Math.sqrt(edge.weight)) / heaviest));
  const answer = await new ELK().layout({
    id: 'graph',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': 'RIGHT',
      'elk.edgeRouting': 'POLYLINE',
      'elk.layered.thoroughness': weighted ? '7' : '1',
      'elk.layered.nodePlacement.strategy': weighted ? 'NETWORK_SIMPLEX' : 'BRANDES_KOEPF',
      'elk.spacing.nodeNode': String(geometry.line - geometry.height),
      'elk.layered.spacing.nodeNodeBetweenLayers': String(geometry.column - geometry.width),
    },
    children: [START, ...flow.nodes.map((node) => node.id), END].map((id) => ({ id, ...size(id), layoutOptions: ends[id] ?? {} })),
    edges: edges
      .filter((edge) => edge.from !== edge.to)
      .map((edge) => ({
        id: edge.id,
        sources: [edge.from],
        targets: [edge.to],
        layoutOptions: weighted ? { 'elk.layered.priority.direction': priority(edge), 'elk.layered.priority.shortness': priority(edge), 'elk.layered.priority.straightness': priority(edge) } : {},
      })),
  } as never);
  return new Map((answer.children ?? []).map((node) => [node.id, { x: node.x! + node.width! / 2, y: node.y! + node.height! / 2 }]));
}

const say = (what: string, began: number, ended: number, figures: string) => console.log(`${what.padEnd(46)} ${String(Math.round(ended - began)).padStart(6)} ms ${figures}`);

async function main() {
  console.log(`${''.padEnd(46)}      time crossings  through  length  back   sheet`);
  for (const [nodeCount, edgeCount] of [
    [30, 110],
    [200, 1000],
  ] as const) {
    const flow = toFlow(bigGraph(nodeCount, edgeCount));
    const ranked = rank(flow);
    const shown = show(ranked, readableLevel(ranked));
    const known = (id: string) => id === START || id === END || shown.nodes.has(id);
    const first: Flow = { nodes: flow.nodes.filter((node) => shown.nodes.has(node.id)), edges: flow.edges.filter((edge) => known(edge.from) && known(edge.to)) };
    const drawn = first.edges.filter((edge) => shown.edges.has(edge.id));
    const all = new Set(flow.nodes.map((node) => node.id));
    await elkPlaces(first, drawn, true); // so that neither is timed cold
    place(first, shown.nodes);
    const parts = [
      { what: `first picture of ${nodeCount}/${edgeCount}, ${drawn.length} edges`, flow: first, edges: drawn },
      { what: `all of ${nodeCount}/${edgeCount}`, flow, edges: flow.edges },
    ];
    let kept: Cells = new Map();
    for (const part of parts) {
      let began = performance.now();
      kept = place(part.flow, shown.nodes, kept);
      say(`${part.what}: ours`, began, performance.now(), look(part.edges, ownPlaces(kept, part.flow === flow ? all : shown.nodes)));
      for (const weighted of [false, true]) {
        if (weighted && part.edges.length > 500) continue; // does not end within minutes
        began = performance.now();
        const at = await elkPlaces(part.flow, part.edges, weighted);
        say(`${part.what}: ELK${weighted ? ', edges weighted' : ', quickest'}`, began, performance.now(), look(part.edges, at));
      }
    }
  }
}

void main();
