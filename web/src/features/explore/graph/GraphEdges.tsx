import { ViewportPortal } from '@xyflow/react';
import { memo, type PointerEvent } from 'react';
import type { Label } from './labels';
import type { Route } from './route';
import classes from './graph.module.css';

export interface DrawnEdge {
  id: string;
  from: string;
  to: string;
  route: Route;
  width: number;
  colour: string;
  /** Rare edges are drawn fainter. */
  opacity: number;
}

/** The arrow's head as points of a polygon. */
export function arrow({ tip, towards }: Route, width: number): string {
  const length = 9 + width * 0.25;
  const half = 3.6 + width * 0.55;
  const { x, y } = tip;
  if (towards === 'right') return `${x},${y} ${x - length},${y - half} ${x - length},${y + half}`;
  if (towards === 'left') return `${x},${y} ${x + length},${y - half} ${x + length},${y + half}`;
  if (towards === 'up') return `${x},${y} ${x - half},${y + length} ${x + half},${y + length}`;
  return `${x},${y} ${x - half},${y - length} ${x + half},${y - length}`;
}

/** One SVG under the nodes instead of a component per edge: a thousand edges are drawn within a frame or two. */
export const GraphEdges = memo(function GraphEdges({ edges, labels, labelSize, faded, onHover, onOpen }: {
  /** Faintest first, so that the strong ones lie on top. */
  edges: readonly DrawnEdge[];
  labels: readonly Label[];
  /** Of their type, in the unit of the sheet. */
  labelSize: number;
  /** Something else is in focus. */
  faded: boolean;
  onHover: (id: string | null, at?: { x: number; y: number }) => void;
  onOpen: (id: string) => void;
}) {
  const idOf = (event: PointerEvent | React.MouseEvent) => (event.target as Element).getAttribute('data-edge');
  return (
    <ViewportPortal>
      <svg
        className={classes.edges}
        data-faded={faded || undefined}
        aria-hidden
        onPointerOver={(event) => onHover(idOf(event), { x: event.clientX, y: event.clientY })}
        onPointerOut={() => onHover(null)}
        onClick={(event) => {
          const id = idOf(event);
          if (id) onOpen(id);
        }}
      >
        {edges.map((edge) => (
          <g key={edge.id} className={classes.edge} style={{ opacity: edge.opacity }}>
            <path d={edge.route.path} stroke={edge.colour} strokeWidth={edge.width} />
            <polygon points={arrow(edge.route, edge.width)} fill={edge.colour} />
          </g>
        ))}
        {edges.map((edge) => (
          <path key={edge.id} d={edge.route.path} data-edge={edge.id} className={classes.hit} strokeWidth={Math.max(13, edge.width + 8)} />
        ))}
        {labels.map((label) => (
          <g key={label.id} className={classes.label}>
            <rect x={label.x} y={label.y} width={label.width} height={label.height} rx={label.height / 2} />
            <text x={label.x + label.width / 2} y={label.y + label.height / 2} dy="0.36em" textAnchor="middle" style={{ fontSize: labelSize }}>
              {label.text}
            </text>
          </g>
        ))}
      </svg>
    </ViewportPortal>
  );
});

/** What is hovered or selected, drawn once more above the faded rest. */
export const GraphFocus = memo(function GraphFocus({ edges }: { edges: readonly DrawnEdge[] }) {
  return (
    <ViewportPortal>
      <svg className={classes.edges} data-over aria-hidden>
        {edges.map((edge) => (
          <g key={edge.id} className={classes.edge}>
            <path d={edge.route.path} stroke={edge.colour} strokeWidth={edge.width + 1} />
            <polygon points={arrow(edge.route, edge.width + 1)} fill={edge.colour} />
          </g>
        ))}
      </svg>
    </ViewportPortal>
  );
});
