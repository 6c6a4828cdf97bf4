import '@xyflow/react/dist/style.css';
import { ActionIcon, Skeleton, Tooltip } from '@mantine/core';
import { useReducedMotion } from '@mantine/hooks';
import { IconMaximize, IconMinus, IconPlus } from '@tabler/icons-react';
import { MiniMap, ReactFlow, ReactFlowProvider, useReactFlow, useStore, type Node } from '@xyflow/react';
import { useCallback, useEffect, useId, useLayoutEffect, useMemo, useRef, useState, type CSSProperties } from 'react';
import type { Graph } from '@/api';
import { useTexts } from '@/i18n';
import { useColors } from '@/ui';
import { useCounted } from '../counted';
import { texts } from '../de';
import type { MeasureKey, Selection } from '../view';
import type { Shown } from './detail';
import { sizeThatFits } from './fit';
import { GraphEdges, GraphFocus, type DrawnEdge } from './GraphEdges';
import { GraphNode, GraphTerminal, type Direction } from './GraphNode';
import classes from './graph.module.css';
import { placeLabels } from './labels';
import { Legend } from './Legend';
import { edgeScale, isTime, numbersOf, valueText, type Numbers } from './look';
import { edgeId, END, START, type Flow, type FlowEdge } from './model';
import { withEnd, type Cells } from './place';
import { boxOf, geometry, nameBox, route, type Box, type Route } from './route';
import { lineColour, strokeWidth, type Scale } from './scale';

/** Everything that a picture of the graph is made of; the screen and the export draw the same. */
export interface Picture {
  cells: Cells;
  edges: FlowEdge[];
  routes: Map<string, Route>;
  numbers: Numbers;
  scale: Scale;
}

const labelled = 28;

export function usePicture(graph: Graph, flow: Flow, shown: Shown, cells: Cells | null, measure: MeasureKey): Picture | null {
  const sheet = useMemo(() => {
    if (!cells) return null;
    const visible = withEnd(cells, shown.nodes);
    const edges = flow.edges.filter((edge) => shown.edges.has(edge.id) && visible.has(edge.from) && visible.has(edge.to));
    return { cells: visible, edges, routes: route(visible, edges) };
  }, [cells, flow, shown]);
  return useMemo(() => {
    if (!sheet) return null;
    const numbers = numbersOf(graph, measure);
    return { ...sheet, numbers, scale: edgeScale(sheet.edges, numbers) };
  }, [sheet, graph, measure]);
}

/** Thickness, colour and label of an edge; the heaviest edge of the picture is the measure of thickness. */
export function edgeLook(picture: Picture, edge: FlowEdge, heaviest: number) {
  const value = picture.numbers.edgeValue(edge);
  const share = isTime(picture.numbers.measure) ? edge.weight / heaviest : (value ?? 0) / heaviest;
  return { value, width: strokeWidth(share), t: value === undefined ? 0 : picture.scale.of(value), opacity: 0.45 + 0.55 * Math.min(1, Math.sqrt(share) * 2.2) };
}

export function heaviestOf(picture: Picture): number {
  if (isTime(picture.numbers.measure)) return picture.edges[0]?.weight ?? 1;
  return Math.max(1, ...picture.edges.map((edge) => picture.numbers.edgeValue(edge) ?? 0));
}

const nodeTypes = { touchpoint: GraphNode, terminal: GraphTerminal };

export interface GraphCanvasProps {
  picture: Picture | null;
  graph: Graph;
  /** Grows when everything stands somewhere else. */
  epoch: number;
  selection: Selection | null;
  onSelect: (selection: Selection | null) => void;
  /** A touchpoint to show in the middle; `turn` makes asking again for the same one possible. */
  find: { id: string; turn: number } | null;
  changed: ReadonlySet<string>;
  /** A slider is being dragged. */
  busy: boolean;
  /** The wheel zooms without a key. */
  full: boolean;
}

export function GraphCanvas(props: GraphCanvasProps) {
  return (
    <ReactFlowProvider>
      <Canvas {...props} />
    </ReactFlowProvider>
  );
}

function Canvas({ picture, graph, epoch, selection, onSelect, find, changed, busy, full }: GraphCanvasProps) {
  const { t, format } = useTexts(texts);
  const counted = useCounted();
  const colors = useColors();
  const flow = useReactFlow();
  const still = useReducedMotion();
  const box = useRef<HTMLDivElement>(null);
  const help = useId();
  // Words keep a readable size when the picture is small, as far as their boxes allow; in steps, so that zooming stays smooth.
  const zoom = useStore((state) => Math.min(1, Math.max(0.1, Math.round(state.transform[2] * 20) / 20)));
  const [hovered, setHovered] = useState<{ edge?: string; node?: string; x: number; y: number } | null>(null);
  const duration = still ? 0 : 180;
  const roomy = useStore((state) => state.width >= 560);

  const fit = useCallback(
    (over = duration, whole = false) => {
      const frame = box.current?.getBoundingClientRect();
      if (!picture || !frame) return;
      void flow.setViewport((whole ? fitted : opening)(picture, frame.width, frame.height), { duration: over });
    },
    [flow, picture, duration],
  );
  // While the user has not moved the picture, it stays fitted when its room changes (a panel opens, the window grows).
  const moved = useRef(false);
  const latestFit = useRef(fit);
  const panelOpen = useRef(false);
  useLayoutEffect(() => {
    panelOpen.current = selection !== null;
  }, [selection]);
  useEffect(() => {
    latestFit.current = fit;
  }, [fit]);
  useEffect(() => {
    if (!box.current) return;
    const watch = new ResizeObserver(() => {
      // A panel takes room for a while: shrinking the picture for it would make it unreadable.
      if (!moved.current && !panelOpen.current) latestFit.current(0);
    });
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  const ready = picture !== null;
  useEffect(() => {
    if (!ready) return;
    moved.current = false;
    const frame = requestAnimationFrame(() => fit(0));
    return () => cancelAnimationFrame(frame);
    // Only a new arrangement is fitted; a filter or a slider leaves the view where the user put it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [ready, epoch]);

  // What comes in by a slider is brought into sight when the handle is let go, unless the user looks at a part.
  const count = picture?.cells.size ?? 0;
  useEffect(() => {
    if (count === 0 || moved.current || busy) return;
    const timer = setTimeout(() => latestFit.current(), 30);
    return () => clearTimeout(timer);
  }, [count, busy]);

  /** Moves a box into sight without changing the zoom. */
  const reveal = useCallback(
    (id: string, centre: boolean) => {
      const cell = picture?.cells.get(id);
      const frame = box.current?.getBoundingClientRect();
      if (!cell || !frame) return;
      const { x, y, width, height } = boxOf(id, cell);
      const { x: left, y: top, zoom: scale } = flow.getViewport();
      const inside = x * scale + left > 8 && (x + width) * scale + left < frame.width - 8 && y * scale + top > 8 && (y + height) * scale + top < frame.height - 8;
      if (inside && !centre) return;
      if (centre) moved.current = true;
      void flow.setCenter(x + width / 2, y + height / 2, { zoom: centre ? Math.max(scale, 0.8) : scale, duration });
    },
    [flow, picture, duration],
  );
  const findId = find?.id;
  const findTurn = find?.turn;
  useEffect(() => {
    if (findId) reveal(findId, true);
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [findId, findTurn]);
  const selected = selection?.from;
  useEffect(() => {
    // The panel takes room from the picture: what was clicked must not slip away.
    if (!selected || selected === START) return;
    const timer = setTimeout(() => {
      reveal(selected, false);
      // On a narrow screen the panel opens below and takes the lower half: the picture moves up.
      const frame = box.current?.getBoundingClientRect();
      if (frame && window.innerWidth <= 1000 && frame.top > window.innerHeight * 0.2) box.current?.scrollIntoView({ block: 'start', behavior: still ? 'auto' : 'smooth' });
    }, 60);
    return () => clearTimeout(timer);
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [selected]);

  const onOpen = useCallback((id: string) => onSelect({ from: id }), [onSelect]);
  const onMove = useCallback(
    (id: string, direction: Direction) => {
      const next = picture && neighbour(picture, id, direction);
      if (!next) return;
      reveal(next, false);
      box.current?.querySelector<HTMLElement>(`[data-touchpoint="${CSS.escape(next)}"]`)?.focus({ preventScroll: true });
    },
    [picture, reveal],
  );
  const onFocus = useCallback((id: string) => reveal(id, false), [reveal]);
  const onHoverNode = useCallback((id: string | null) => setHovered(id ? { node: id, x: 0, y: 0 } : null), []);
  const onHoverEdge = useCallback((id: string | null, at?: { x: number; y: number }) => {
    const frame = box.current?.getBoundingClientRect();
    setHovered(id && at && frame ? { edge: id, x: at.x - frame.left, y: at.y - frame.top } : null);
  }, []);
  const edgeById = useMemo(() => new Map((picture?.edges ?? []).map((edge) => [edge.id, edge])), [picture]);
  const onOpenEdge = useCallback(
    (id: string) => {
      const edge = edgeById.get(id);
      if (edge) onSelect({ from: edge.from, to: edge.to });
    },
    [edgeById, onSelect],
  );

  const drawn = useMemo<DrawnEdge[]>(() => {
    if (!picture) return [];
    const heaviest = heaviestOf(picture);
    return picture.edges
      .map((edge) => {
        const look = edgeLook(picture, edge, heaviest);
        const colour = look.value === undefined ? colors.neutral : lineColour(colors, picture.scale.shade, look.t);
        return { id: edge.id, from: edge.from, to: edge.to, route: picture.routes.get(edge.id)!, width: look.width, colour, opacity: look.opacity };
      })
      .reverse();
  }, [picture, colors]);
  const labelSize = labelSizeAt(zoom);
  const labels = useMemo(() => (picture ? labelsOf(picture, (value) => valueText(value, picture.numbers.measure, format), labelSize) : []), [picture, format, labelSize]);

  const nodes = useMemo<Node[]>(() => {
    if (!picture) return [];
    const { numbers } = picture;
    const most = Math.max(1, ...graph.nodes.map((node) => numbers.nodeValue(node.touchpoint) ?? 0));
    const unit = numbers.measure === 'customers' || numbers.measure === 'instances' ? numbers.measure : 'events';
    return [...picture.cells]
      .sort(([, a], [, b]) => a.layer - b.layer || a.row - b.row)
      .map(([id, cell]): Node => {
        const { x, y, width, height } = boxOf(id, cell);
        const base = { id, position: { x, y }, width, height, draggable: false, connectable: false, selectable: false, focusable: false };
        if (id === START || id === END) {
          return { ...base, type: 'terminal', data: { name: t(id === END ? 'graph.end' : 'graph.start'), value: format.compact(graph.basis.instances), unit: t('unit.instances'), end: id === END } };
        }
        const node = numbers.node(id)!;
        const value = numbers.nodeValue(id) ?? node.events;
        return {
          ...base,
          type: 'touchpoint',
          data: {
            name: node.name,
            size: sizeThatFits(node.name, nameBox),
            value: format.compact(value),
            unit: unit === 'customers' ? counted.many : t(`unit.${unit}`),
            mark: node.mapped ? '' : `${t('legend.not_mapped')}, `,
            channel: node.channel,
            mapped: node.mapped,
            share: value / most,
            colour: colors.count(0.35 + 0.65 * Math.sqrt(value / most)),
            selected: selection?.from === id && selection.to === undefined,
            found: findId === id,
            changed: changed.has(id),
            onOpen,
            onMove,
            onFocus,
            onHover: onHoverNode,
          },
        };
      });
  }, [picture, graph, selection, findId, changed, colors, counted.many, format, t, onOpen, onMove, onFocus, onHoverNode]);

  const focus = useMemo(() => {
    const node = hovered?.node ?? (hovered ? undefined : selection && selection.to === undefined ? selection.from : undefined);
    const edge = hovered?.edge ?? (hovered ? undefined : selection?.to ? edgeId(selection.from, selection.to) : undefined);
    if (node) return drawn.filter((one) => one.from === node || one.to === node);
    if (edge) return drawn.filter((one) => one.id === edge);
    return [];
  }, [drawn, hovered, selection]);

  return (
    <div ref={box} className={classes.canvas} data-far={zoom < 0.3 || undefined} style={{ '--zoom': zoom } as CSSProperties} role="group" aria-label={t('graph.label')} aria-describedby={help}>
      <p id={help} className="visually-hidden">
        {t('graph.help')}
      </p>
      {picture ? (
        <ReactFlow
          nodes={nodes}
          edges={noEdges}
          nodeTypes={nodeTypes}
          attributionPosition="top-right"
          minZoom={0.06}
          maxZoom={2.5}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          elementsSelectable={false}
          zoomOnDoubleClick={false}
          zoomOnScroll={full}
          preventScrolling={full}
          onPaneClick={() => onSelect(null)}
          onMoveStart={(event) => {
            if (event) moved.current = true;
          }}
        >
          <GraphEdges edges={drawn} labels={labels} labelSize={labelSize} faded={focus.length > 0} onHover={onHoverEdge} onOpen={onOpenEdge} />
          {focus.length > 0 && <GraphFocus edges={focus} />}
          {roomy && (
            <MiniMap
              pannable
              zoomable={full}
              ariaLabel={t('graph.minimap')}
              nodeColor={(node) => (node.type === 'terminal' ? colors.accent : ((node.data as { colour?: string }).colour ?? colors.neutral))}
              nodeStrokeWidth={0}
              maskColor={colors.scheme === 'light' ? 'rgb(238 241 241 / 70%)' : 'rgb(10 14 14 / 66%)'}
              bgColor="transparent"
              style={overview}
            />
          )}
        </ReactFlow>
      ) : (
        <div className={classes.waiting} role="status" aria-label={t('graph.laying_out')}>
          <Skeleton height={200} className={classes.skeleton} />
        </div>
      )}
      {hovered?.edge && picture && <EdgeTip picture={picture} edge={edgeById.get(hovered.edge)} x={hovered.x} y={hovered.y} />}
      {picture && (
        <>
          <div className={classes.zoom}>
            <Tooltip label={full ? t('graph.zoom_in') : `${t('graph.zoom_in')} (${t('legend.zoom')})`} position="right">
              <ActionIcon aria-label={t('graph.zoom_in')} onClick={() => {
                  moved.current = true;
                  void flow.zoomIn({ duration });
                }} radius={0} size={30}>
                <IconPlus size={16} />
              </ActionIcon>
            </Tooltip>
            <Tooltip label={t('graph.zoom_out')} position="right">
              <ActionIcon aria-label={t('graph.zoom_out')} onClick={() => {
                  moved.current = true;
                  void flow.zoomOut({ duration });
                }} radius={0} size={30}>
                <IconMinus size={16} />
              </ActionIcon>
            </Tooltip>
            <Tooltip label={t('graph.fit')} position="right">
              <ActionIcon aria-label={t('graph.fit')} onClick={() => {
                  moved.current = false;
                  fit(duration, true);
                }} radius={0} size={30}>
                <IconMaximize size={16} />
              </ActionIcon>
            </Tooltip>
          </div>
          <Legend measure={picture.numbers.measure} scale={picture.scale} unmapped={graph.nodes.some((node) => !node.mapped)} />
        </>
      )}
    </div>
  );
}

const noEdges: never[] = [];

/** Size of the overview in the lower right corner. */
const overview = { width: 152, height: 84 };

/** Zoom and place at which all can be seen, and no box lies under the legend or the overview in the lower corners. */
export function fitted(picture: Picture, width: number, height: number): { x: number; y: number; zoom: number } {
  const all = boundsOf(picture);
  const legend = { width: 252, height: 100 };
  const map = { width: overview.width + 24, height: overview.height + 24 };
  const view = (bottom: number) => {
    const zoom = Math.min(1.1, (width - 32) / all.width, (height - 20 - bottom) / all.height);
    return { zoom, x: (width - all.width * zoom) / 2 - all.x * zoom, y: (height - bottom + 20 - all.height * zoom) / 2 - all.y * zoom };
  };
  const covers = (way: ReturnType<typeof view>) => [...picture.cells].some(([id, cell]) => {
    const at = boxOf(id, cell);
    const left = at.x * way.zoom + way.x;
    const right = left + at.width * way.zoom;
    const bottom = (at.y + at.height) * way.zoom + way.y;
    return (left < legend.width && bottom > height - legend.height) || (right > width - map.width && bottom > height - map.height);
  });
  // As much room below as it takes, and no more: every pixel makes the picture larger.
  const most = Math.max(legend.height, map.height);
  for (let room = 20; room < most; room += 8) if (!covers(view(room))) return view(room);
  return view(most);
}

/** Below this zoom names cannot be read. */
const readable = 0.42;

/** Where a picture opens: all of it, or where that is too small to read, its beginning; the overview shows the rest. */
export function opening(picture: Picture, width: number, height: number): { x: number; y: number; zoom: number } {
  const all = fitted(picture, width, height);
  const start = picture.cells.get(START);
  if (all.zoom >= readable || !start) return all;
  const zoom = 0.48;
  const { x, y } = boxOf(START, start);
  return { zoom, x: 72 - x * zoom, y: height * 0.46 - (y + geometry.circle / 2) * zoom };
}

/** What boxes, their words and edges take on the sheet. */
export function boundsOf(picture: Picture): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  const take = (x: number, y: number) => {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x);
    bottom = Math.max(bottom, y);
  };
  for (const [id, cell] of picture.cells) {
    const at = boxOf(id, cell);
    const terminal = id === START || id === END;
    take(at.x - (terminal ? 34 : 4), at.y - 4);
    take(at.x + at.width + (terminal ? 34 : 4), at.y + at.height + (terminal ? 48 : 4));
  }
  for (const way of picture.routes.values()) for (const point of way.points) take(point.x, point.y);
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** Labels of the strongest edges; of times, those of the strongest, too: they concern most people. */
export function labelsOf(picture: Picture, text: (value: number) => string, size = 12) {
  const wanted = picture.edges.slice(0, labelled).flatMap((edge) => {
    const value = picture.numbers.edgeValue(edge);
    return value === undefined ? [] : [{ id: edge.id, text: text(value), points: picture.routes.get(edge.id)!.points }];
  });
  const boxes = [...picture.cells].flatMap(([id, cell]) => {
    const box = boxOf(id, cell);
    // The words under the circles need room, too.
    return id === START || id === END ? [box, { x: box.x - 34, y: box.y + box.height, width: box.width + 68, height: 48 }] : [box];
  });
  return placeLabels(wanted, boxes, size);
}

/** Labels are printed at one of a few sizes, so that they are placed anew seldom. */
export function labelSizeAt(zoom: number): number {
  return [12, 14, 17, 20].find((size) => size * zoom >= 9) ?? 20;
}

function EdgeTip({ picture, edge, x, y }: { picture: Picture; edge: FlowEdge | undefined; x: number; y: number }) {
  const { t, format } = useTexts(texts);
  const counted = useCounted();
  if (!edge) return null;
  const name = (id: string) => (id === START ? t('graph.start') : id === END ? t('graph.end') : (picture.numbers.node(id)?.name ?? id));
  const one = picture.numbers.edge(edge.id);
  const terminal = edge.from === START || edge.to === END;
  return (
    <div className={classes.tip} style={{ left: x + 14, top: y + 14 }}>
      <b>{t('graph.from_to', { from: name(edge.from), to: name(edge.to) })}</b>
      {format.number(edge.weight)} {t(terminal ? 'unit.instances' : 'unit.count')}
      {one?.customers !== undefined && ` · ${format.number(one.customers)} ${counted.many}`}
      {one?.instances !== undefined && ` · ${format.number(one.instances)} ${t('unit.instances')}`}
      {one?.median_s !== undefined && ` · ${t('measure.median')} ${format.duration(one.median_s)}`}
      {one?.p90_s !== undefined && ` · p90 ${format.duration(one.p90_s)}`}
    </div>
  );
}

/** Where an arrow key leads: along the strongest shown way ahead or back, or to the next box above or below. */
function neighbour(picture: Picture, id: string, direction: Direction): string | undefined {
  const here = picture.cells.get(id);
  if (!here) return undefined;
  if (direction === 'right' || direction === 'left') {
    const ahead = direction === 'right';
    const ways = picture.edges.filter((edge) => (ahead ? edge.from : edge.to) === id).map((edge) => (ahead ? edge.to : edge.from));
    const others = ways.filter((other) => other !== id && other !== START && other !== END);
    // A loop back is a way ahead, too, but what lies in the direction of the key comes first.
    return others.find((other) => Math.sign(picture.cells.get(other)!.layer - here.layer) === (ahead ? 1 : -1)) ?? others[0];
  }
  const sign = direction === 'down' ? 1 : -1;
  let best: string | undefined;
  let least = Infinity;
  for (const [other, cell] of picture.cells) {
    const rows = (cell.row - here.row) * sign;
    if (other === START || other === END || rows <= 0) continue;
    const far = rows * geometry.line + Math.abs(cell.layer - here.layer) * geometry.column * 1.5;
    if (far < least) [least, best] = [far, other];
  }
  return best;
}
