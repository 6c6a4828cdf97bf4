import { ActionIcon, Button, SegmentedControl, Tooltip } from '@mantine/core';
import { IconArrowsMaximize, IconArrowsMinimize, IconLayoutGrid, IconSitemap, IconTable } from '@tabler/icons-react';
import { useDeferredValue, useEffect, useMemo, useState, type ReactNode } from 'react';
import type { Filter, Graph, GraphRequest, Measure } from '@/api';
import { useLocale, useTexts } from '@/i18n';
import { useEscape } from '@/ui';
import { useCounted } from './counted';
import { texts } from './de';
import { rank, readableLevel, show, type DetailLevel } from './graph/detail';
import { DetailSlider } from './graph/DetailSlider';
import { ExportMenu } from './graph/ExportMenu';
import { GraphCanvas, usePicture } from './graph/GraphCanvas';
import { GraphTable } from './graph/GraphTable';
import classes from './graph/graph.module.css';
import { toFlow } from './graph/model';
import { NodeSearch } from './graph/NodeSearch';
import { useLayout } from './graph/useLayout';
import { useChanged } from './useChanged';
import { measures, type MeasureKey, type View } from './view';

const asked: Record<MeasureKey, Measure[]> = { count: [], customers: ['customers'], instances: ['instances'], median: ['median'], p90: ['p90'] };

export function graphRequest(filter: Filter, measure: MeasureKey): GraphRequest {
  return { filter, measures: asked[measure] };
}

/** The picture with its tools, and the same numbers as tables. */
export function GraphSection({ graph, request, view, onView, full, onFull, panel }: {
  graph: Graph;
  request: GraphRequest;
  view: View;
  onView: (change: Partial<View>) => void;
  full: boolean;
  onFull: (full: boolean) => void;
  /** On the full screen the panel stands in it. */
  panel: ReactNode;
}) {
  const { t } = useTexts(texts);
  const counted = useCounted();
  const { t: shared } = useLocale();
  const flow = useMemo(() => toFlow(graph), [graph]);
  const ranked = useMemo(() => rank(flow), [flow]);
  const readable = useMemo(() => readableLevel(ranked), [ranked]);
  const [dragged, setDragged] = useState<DetailLevel | null>(null);
  const level = dragged ?? view.level ?? readable;
  // Dragging stays smooth: the picture may come a frame later than the handle.
  const drawnLevel = useDeferredValue(level);
  const shown = useMemo(() => show(ranked, drawnLevel), [ranked, drawnLevel]);
  const skeleton = useMemo(() => show(ranked, readable).nodes, [ranked, readable]);
  const layout = useLayout(flow, skeleton);
  const picture = usePicture(graph, flow, shown, layout.cells, view.measure);
  const [find, setFind] = useState<{ id: string; turn: number } | null>(null);
  const changed = useChanged(graph, JSON.stringify(request));

  useEffect(() => {
    if (!full) return;
    document.body.style.overflow = 'hidden';
    return () => {
      document.body.style.overflow = '';
    };
  }, [full]);
  // The first Escape closes the panel, the next one leaves the full screen.
  useEscape(full && !view.selection, () => onFull(false));
  useEffect(() => {
    if (!find) return;
    const timer = setTimeout(() => setFind(null), 2600);
    return () => clearTimeout(timer);
  }, [find]);

  const setLevel = (next: DetailLevel | null) => {
    setDragged(null);
    onView({ level: next });
  };
  const onFind = (id: string) => {
    // What is hidden is shown first: as much as it takes to see it.
    if (!shown.nodes.has(id)) {
      let nodes = level.nodes;
      while (nodes < 100 && !show(ranked, { ...level, nodes }).nodes.has(id)) nodes += 1;
      setLevel({ ...level, nodes });
    }
    onView({ table: false });
    setFind((old) => ({ id, turn: (old?.turn ?? 0) + 1 }));
  };

  return (
    <section className={classes.frame} data-full={full || undefined} aria-label={t('graph.label')}>
      <div className={classes.tools}>
        <SegmentedControl
          size="sm"
          aria-label={t('measure.label')}
          value={view.measure}
          onChange={(next) => onView({ measure: next as MeasureKey })}
          data={measures.map((value) => ({
            value,
            label: value === 'p90' ? <span title={t('measure.p90_hint')}>{t('measure.p90')}</span> : value === 'customers' ? counted.heading : t(`measure.${value}`),
          }))}
        />
        <NodeSearch nodes={graph.nodes} onFind={onFind} />
        <div className={classes.toolsEnd}>
          <SegmentedControl
            size="sm"
            aria-label={t('graph.view')}
            value={view.table ? 'table' : 'picture'}
            onChange={(next) => onView({ table: next === 'table' })}
            data={[
              { value: 'picture', label: <Shape name={shared('page.picture')} icon={<IconSitemap size={16} stroke={1.75} />} /> },
              { value: 'table', label: <Shape name={shared('page.table')} icon={<IconTable size={16} stroke={1.75} />} /> },
            ]}
          />
          <ExportMenu graph={graph} picture={picture} shown={shown} request={request} />
          <Tooltip label={t(full ? 'graph.full_end' : 'graph.full')}>
            <ActionIcon variant="default" size={30} aria-label={t(full ? 'graph.full_end' : 'graph.full')} aria-pressed={full} onClick={() => onFull(!full)}>
              {full ? <IconArrowsMinimize size={16} stroke={1.75} /> : <IconArrowsMaximize size={16} stroke={1.75} />}
            </ActionIcon>
          </Tooltip>
        </div>
      </div>
      <div className={classes.stage}>
        {view.table ? (
          <div className={classes.tables}>
            <GraphTable graph={graph} onSelect={(selection) => onView({ selection })} />
          </div>
        ) : (
          <GraphCanvas
            picture={picture}
            graph={graph}
            epoch={layout.epoch}
            selection={view.selection}
            onSelect={(selection) => onView({ selection })}
            find={find}
            changed={changed}
            busy={dragged !== null}
            full={full}
          />
        )}
        {panel}
      </div>
      {!view.table && (
        <div className={classes.below}>
          <DetailSlider level={level} flow={flow} shown={shown} onDrag={setDragged} onChange={setLevel} />
          <span className={classes.hidden} role="status">
            {shown.hiddenNodes + shown.hiddenEdges === 0
              ? t('detail.all')
              : [
                  ...(shown.hiddenNodes > 0 ? [t('detail.hidden_nodes', { count: shown.hiddenNodes })] : []),
                  ...(shown.hiddenEdges > 0 ? [t('detail.hidden_edges', { count: shown.hiddenEdges })] : []),
                ].join(' · ')}
          </span>
          {shown.hiddenNodes + shown.hiddenEdges > 0 && (
            <Button variant="subtle" size="compact-xs" onClick={() => setLevel({ nodes: 100, edges: 100 })}>
              {t('detail.show_all')}
            </Button>
          )}
          {(view.level !== null || dragged !== null) && (
            <Button variant="subtle" size="compact-xs" onClick={() => setLevel(null)}>
              {t('detail.readable')}
            </Button>
          )}
          <Tooltip label={t('graph.arrange')}>
            <ActionIcon size={26} aria-label={t('graph.arrange')} onClick={layout.arrange}>
              <IconLayoutGrid size={15} stroke={1.75} />
            </ActionIcon>
          </Tooltip>
        </div>
      )}
    </section>
  );
}

function Shape({ name, icon }: { name: string; icon: ReactNode }) {
  return (
    <span className={classes.shape} title={name}>
      {icon}
      <span className={classes.shapeName}>{name}</span>
    </span>
  );
}
