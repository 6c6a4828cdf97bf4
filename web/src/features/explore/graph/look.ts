import type { Graph, GraphEdge, GraphNode } from '@/api';
import type { Formats } from '@/i18n';
import type { MeasureKey } from '../view';
import { edgeId, END, START, type FlowEdge } from './model';
import { countScale, timeScale, type Scale } from './scale';

/** The numbers behind the picture, by id, for a measure. */
export interface Numbers {
  measure: MeasureKey;
  node(id: string): GraphNode | undefined;
  edge(id: string): GraphEdge | undefined;
  /** What a node or an edge shows by the measure; none: the answer does not hold it. */
  nodeValue(id: string): number | undefined;
  edgeValue(edge: FlowEdge): number | undefined;
}

export function numbersOf(graph: Graph, measure: MeasureKey): Numbers {
  const nodes = new Map(graph.nodes.map((one) => [one.touchpoint, one]));
  const edges = new Map(graph.edges.map((one) => [edgeId(one.from, one.to), one]));
  return {
    measure,
    node: (id) => nodes.get(id),
    edge: (id) => edges.get(id),
    nodeValue: (id) => {
      const node = nodes.get(id);
      if (measure === 'customers') return node?.customers;
      if (measure === 'instances') return node?.instances;
      return node?.events;
    },
    edgeValue: (edge) => {
      const one = edges.get(edge.id);
      // Every instance begins and ends once, so that for these edges transitions and instances are the same.
      if (edge.from === START || edge.to === END) return measure === 'count' || measure === 'instances' ? edge.weight : undefined;
      if (measure === 'customers') return one?.customers;
      if (measure === 'instances') return one?.instances;
      if (measure === 'median') return one?.median_s;
      if (measure === 'p90') return one?.p90_s;
      return one?.count;
    },
  };
}

export function isTime(measure: MeasureKey): boolean {
  return measure === 'median' || measure === 'p90';
}

export function edgeScale(edges: readonly FlowEdge[], numbers: Numbers): Scale {
  const values = edges.flatMap((edge) => numbers.edgeValue(edge) ?? []);
  return isTime(numbers.measure) ? timeScale(values) : countScale(values);
}

export function valueText(value: number, measure: MeasureKey, format: Formats): string {
  return isTime(measure) ? format.durationShort(value) : format.compact(value);
}
