import { memo, type CSSProperties, type KeyboardEvent } from 'react';
import type { Node, NodeProps } from '@xyflow/react';
import { IconFlag2, IconPlayerPlay } from '@tabler/icons-react';
import { ChannelIcon } from '@/ui';
import { breakable } from './fit';
import classes from './graph.module.css';

export type Direction = 'left' | 'right' | 'up' | 'down';

export type TouchpointNode = Node<
  {
    name: string;
    /** The largest size at which the name fits. */
    size: number;
    value: string;
    /** What the value counts, and whether the touchpoint is not assigned yet: for readers. */
    unit: string;
    mark: string;
    channel?: string;
    mapped: boolean;
    /** 0..1 of the heaviest, and its colour. */
    share: number;
    colour: string;
    selected: boolean;
    found: boolean;
    changed: boolean;
    onOpen: (id: string) => void;
    onMove: (id: string, direction: Direction) => void;
    onFocus: (id: string) => void;
    onHover: (id: string | null) => void;
  },
  'touchpoint'
>;

const directions: Record<string, Direction> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down' };

export const GraphNode = memo(function GraphNode({ id, data }: NodeProps<TouchpointNode>) {
  const onKeyDown = (event: KeyboardEvent) => {
    const direction = directions[event.key];
    if (!direction) return;
    event.preventDefault();
    event.stopPropagation();
    data.onMove(id, direction);
  };
  return (
    <button
      type="button"
      className={`${classes.node} nopan`}
      data-touchpoint={id}
      data-mapped={data.mapped || undefined}
      data-found={data.found || undefined}
      aria-pressed={data.selected}
      title={data.name}
      onClick={() => data.onOpen(id)}
      onKeyDown={onKeyDown}
      onFocus={() => data.onFocus(id)}
      onPointerEnter={() => data.onHover(id)}
      onPointerLeave={() => data.onHover(null)}
    >
      <span className={classes.nodeHead}>
        <span className={classes.nodeName} style={{ '--fits': `${data.size}px` } as CSSProperties}>
          {breakable(data.name)}
        </span>
        <span className="visually-hidden">, {data.mark}</span>
      </span>
      <span className={classes.nodeFoot}>
        <ChannelIcon channel={data.channel} size={16} />
        <span className={classes.nodeBar} aria-hidden>
          <span style={{ width: `${Math.max(2, data.share * 100)}%`, background: data.colour }} />
        </span>
        <span className={classes.nodeValue} data-changed={data.changed || undefined}>
          {data.value}
        </span>
        <span className="visually-hidden"> {data.unit}</span>
      </span>
    </button>
  );
});

export type TerminalNode = Node<{ name: string; value: string; unit: string; end: boolean }, 'terminal'>;

/** Start or end of all journeys. */
export const GraphTerminal = memo(function GraphTerminal({ data }: NodeProps<TerminalNode>) {
  const Shape = data.end ? IconFlag2 : IconPlayerPlay;
  return (
    <div className={classes.terminal} role="img" aria-label={`${data.name}: ${data.value} ${data.unit}`} title={`${data.value} ${data.unit}`}>
      <Shape size={16} stroke={2} aria-hidden />
      <span className={classes.terminalText}>
        <b>{data.name}</b>
        <span>{data.value}</span>
      </span>
    </div>
  );
});
