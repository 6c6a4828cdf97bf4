import type { Flow } from './model';
import { place, type Cell } from './place';

export interface LayoutJob {
  id: number;
  flow: Flow;
  skeleton: string[];
  kept: [string, Cell][];
}
export interface LayoutAnswer {
  id: number;
  cells: [string, Cell][];
  /** The rest is still to come. */
  partial: boolean;
}

const post = (answer: LayoutAnswer) => (self as unknown as Worker).postMessage(answer);

// What is shown at first is placed and sent at once; the rest joins it without moving it.
self.onmessage = ({ data: { id, flow, skeleton, kept } }: MessageEvent<LayoutJob>) => {
  const inside = new Set(skeleton);
  const before = new Map(kept);
  const large = flow.nodes.length > inside.size * 1.5;
  if (!large) {
    post({ id, cells: [...place(flow, inside, before)], partial: false });
    return;
  }
  const nodes = flow.nodes.filter((node) => inside.has(node.id));
  const known = (end: string) => end === 'start' || end === 'end' || inside.has(end);
  const edges = flow.edges.filter((edge) => known(edge.from) && known(edge.to));
  const first = place({ nodes, edges }, inside, before);
  post({ id, cells: [...first], partial: true });
  post({ id, cells: [...place(flow, inside, new Map([...before, ...first]))], partial: false });
};
