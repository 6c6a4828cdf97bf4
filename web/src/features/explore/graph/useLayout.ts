import { useCallback, useEffect, useRef, useState } from 'react';
import type { LayoutAnswer, LayoutJob } from './layout.worker';
import type { Flow } from './model';
import type { Cells } from './place';

export interface Layout {
  /** Cells of what has been placed so far; null before the first. */
  cells: Cells | null;
  /** Grows when everything was arranged anew, so that the view can be fitted. */
  epoch: number;
  /** Forgets where things stood. */
  arrange(): void;
}

/** Places the flow's nodes in a worker. What was placed once stays where it is, also while it is filtered away. */
export function useLayout(flow: Flow | null, skeleton: ReadonlySet<string> | null): Layout {
  const worker = useRef<Worker | null>(null);
  const kept = useRef<Cells>(new Map());
  const job = useRef(0);
  const [cells, setCells] = useState<Cells | null>(null);
  const [epoch, setEpoch] = useState(0);
  const [turn, setTurn] = useState(0);

  useEffect(() => {
    const made = new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' });
    worker.current = made;
    made.onmessage = ({ data }: MessageEvent<LayoutAnswer>) => {
      if (data.id !== job.current) return;
      const fresh = kept.current.size === 0;
      const moved = data.cells.some(([id, cell]) => {
        const old = kept.current.get(id);
        return old !== undefined && (old.layer !== cell.layer || old.row !== cell.row);
      });
      kept.current = new Map(moved ? data.cells : [...kept.current, ...data.cells]);
      setCells(new Map(data.cells));
      if (fresh || moved) setEpoch((old) => old + 1);
    };
    return () => {
      made.terminate();
      worker.current = null;
    };
  }, []);

  useEffect(() => {
    if (!flow || !skeleton || flow.nodes.length === 0) return;
    job.current += 1;
    const ask: LayoutJob = { id: job.current, flow, skeleton: [...skeleton], kept: [...kept.current] };
    worker.current?.postMessage(ask);
  }, [flow, skeleton, turn]);

  const arrange = useCallback(() => {
    kept.current = new Map();
    setTurn((old) => old + 1);
  }, []);
  return { cells, epoch, arrange };
}
