/** The directly-follows graph as the picture needs it: with explicit start and end, edges keyed, strongest first. */

export const START = 'start';
export const END = 'end';

export interface FlowNode {
  id: string;
  /** Events of the touchpoint; instances for start and end. */
  weight: number;
}

export interface FlowEdge {
  /** `edgeId(from, to)`. */
  id: string;
  from: string;
  to: string;
  weight: number;
}

export interface Flow {
  /** Without start and end; heaviest first, ties by id. */
  nodes: FlowNode[];
  /** With those from START and to END; heaviest first, ties by id. Loops of a node onto itself are edges too. */
  edges: FlowEdge[];
}

/** What a graph answer of the API holds, as far as the picture's shape depends on it. */
export interface FlowSource {
  nodes: readonly { touchpoint: string; events: number; starts: number; ends: number }[];
  edges: readonly { from: string; to: string; count: number }[];
}

export function edgeId(from: string, to: string): string {
  return `${from}>${to}`;
}

function heavierFirst(a: { id: string; weight: number }, b: { id: string; weight: number }): number {
  return b.weight - a.weight || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

export function toFlow(graph: FlowSource): Flow {
  const nodes = graph.nodes.map((node) => ({ id: node.touchpoint, weight: node.events }));
  const edges: FlowEdge[] = [];
  const add = (from: string, to: string, weight: number) => {
    if (weight > 0) edges.push({ id: edgeId(from, to), from, to, weight });
  };
  for (const node of graph.nodes) {
    add(START, node.touchpoint, node.starts);
    add(node.touchpoint, END, node.ends);
  }
  for (const edge of graph.edges) add(edge.from, edge.to, edge.count);
  return { nodes: nodes.sort(heavierFirst), edges: edges.sort(heavierFirst) };
}
