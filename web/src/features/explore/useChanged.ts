import { useEffect, useRef, useState } from 'react';
import type { Graph } from '@/api';

const none: ReadonlySet<string> = new Set();

/** Touchpoints whose numbers grew by events that came in while the page was open; not those that a filter changed. */
export function useChanged(graph: Graph | undefined, question: string): ReadonlySet<string> {
  const before = useRef<{ question: string; graph: Graph } | null>(null);
  const [changed, setChanged] = useState<ReadonlySet<string>>(none);
  useEffect(() => {
    if (!graph) return;
    const old = before.current;
    before.current = { question, graph };
    if (!old || old.question !== question || old.graph.basis.as_of === graph.basis.as_of) return;
    const events = new Map(old.graph.nodes.map((node) => [node.touchpoint, node.events]));
    const grown = new Set(graph.nodes.filter((node) => events.get(node.touchpoint) !== node.events).map((node) => node.touchpoint));
    if (grown.size === 0) return;
    const show = setTimeout(() => setChanged(grown), 0);
    const hide = setTimeout(() => setChanged(none), 2000);
    return () => {
      clearTimeout(show);
      clearTimeout(hide);
    };
  }, [graph, question]);
  return changed;
}
