import { Button, Collapse, Group, Stack, Text, UnstyledButton } from '@mantine/core';
import { IconArrowRight, IconFilter, IconFilterOff, IconListDetails } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { api, useApi, useFilter, useWorkspace, type Detail, type Filter, type Graph, type SequenceCondition, type TouchpointName } from '@/api';
import { groupKey } from '@/api/useApi';
import { useTexts } from '@/i18n';
import { Answer, Chain, ChannelIcon, LoadingLines, Note, ShareBar, SidePanel } from '@/ui';
import { MergeForm, TouchpointForm, touchpointTexts } from '@/ui/touchpoints';
import { useCounted } from '../counted';
import { texts } from '../de';
import { END, START } from '../graph/model';
import type { RowsOf } from '../rows/RowsDrawer';
import { shortId } from '../rows/RowsDrawer';
import type { Selection } from '../view';
import classes from './panel.module.css';
import { Times, Trend } from './Times';

const small = 30;

export interface DetailPanelProps {
  graph: Graph;
  selection: Selection;
  onSelect: (selection: Selection | null) => void;
  onRows: (rows: RowsOf) => void;
}

/** What is known of the selected touchpoint or way. */
export function DetailPanel(props: DetailPanelProps) {
  const { selection } = props;
  if (selection.from === START || selection.to === END) return <TerminalPanel {...props} />;
  return <MeasuredPanel key={`${selection.from}>${selection.to ?? ''}`} {...props} />;
}

/** Adds conditions to the page's filter. */
function useNarrow() {
  const [, setFilter] = useFilter();
  return (condition: SequenceCondition) => setFilter((old) => ({ ...old, sequences: [...old.sequences, condition] }));
}

function MeasuredPanel({ graph, selection, onSelect, onRows }: DetailPanelProps) {
  const { t } = useTexts(texts);
  const [filter] = useFilter();
  const { from, to } = selection;
  const nodes = useMemo(() => new Map(graph.nodes.map((node) => [node.touchpoint, node])), [graph]);
  const node = nodes.get(from);
  const target = to === undefined ? undefined : nodes.get(to);
  const there = node !== undefined && (to === undefined || target !== undefined);
  const detail = useApi(api.detail, { filter, from, to, as_of: graph.basis.as_of }, { enabled: there });
  const client = useQueryClient();
  const workspace = useWorkspace();
  const gone = detail.error?.code === 'as_of_gone';
  useEffect(() => {
    // The picture is older than what the server still holds: it is asked anew, and the panel with it.
    if (gone) void client.invalidateQueries({ queryKey: groupKey(workspace.id, 'analysis') });
  }, [gone, client, workspace.id]);
  const name = (id: string) => nodes.get(id)?.name ?? id;
  const title: ReactNode =
    to === undefined ? (
      <span className={classes.title}>
        <span className={classes.icon}>
          <ChannelIcon channel={node?.channel} size={18} named />
        </span>
        {name(from)}
      </span>
    ) : (
      <>
        {name(from)} <IconArrowRight size={15} stroke={2.25} style={{ verticalAlign: '-2px' }} aria-label="→" /> {name(to)}
      </>
    );
  return (
    <SidePanel title={title} kind={to !== undefined ? t('panel.edge') : node && !node.mapped ? <span className={classes.unmapped}>{t('panel.unmapped')}</span> : t('panel.node')} onClose={() => onSelect(null)}>
      {!there ? (
        <Text c="dimmed">{t('panel.gone')}</Text>
      ) : (
        <Answer of={detail} loading={<LoadingLines lines={8} height={28} />}>
          {(data) => <Contents graph={graph} detail={data} filter={filter} name={name} onSelect={onSelect} onRows={onRows} />}
        </Answer>
      )}
      {there && to === undefined && <Editing id={from} mapped={node.mapped} />}
    </SidePanel>
  );
}

function Contents({ graph, detail, filter, name, onSelect, onRows }: {
  graph: Graph;
  detail: Detail;
  filter: Filter;
  name: (id: string) => string;
  onSelect: (selection: Selection | null) => void;
  onRows: (rows: RowsOf) => void;
}) {
  const { t, format } = useTexts(texts);
  const workspace = useWorkspace();
  const narrow = useNarrow();
  const counted = useCounted();
  const { from, to } = detail;
  const names = useMemo(() => new Map<string, TouchpointName>(detail.touchpoints.map((one) => [one.id, one])), [detail]);
  const seesCustomers = workspace.may('see_customers');
  const rows: RowsOf = {
    request: { filter, at: from, edge_to: to, as_of: detail.basis.as_of },
    words: to === undefined ? t('rows.at', { name: name(from) }) : t('rows.edge', { from: name(from), to: name(to) }),
    timed: to !== undefined,
  };
  const share = graph.basis.instances > 0 ? detail.instances / graph.basis.instances : 0;
  const condition: SequenceCondition = to === undefined ? { kind: 'contains', touchpoints: [from], then: [] } : { kind: 'directly_followed', touchpoints: [from], then: [to] };
  return (
    <Stack gap="lg">
      <div>
        <dl className={classes.numbers}>
          <Figure label={t(to === undefined ? 'panel.events' : 'panel.transitions')}>{format.number(detail.count)}</Figure>
          <Figure label={t('panel.instances')}>
            {seesCustomers ? (
              <UnstyledButton className={classes.rowsLink} onClick={() => onRows(rows)} aria-label={t('panel.open_rows', { count: detail.instances })}>
                {format.number(detail.instances)}
              </UnstyledButton>
            ) : (
              format.number(detail.instances)
            )}
          </Figure>
          <Figure label={counted.heading}>{format.number(detail.customers)}</Figure>
        </dl>
        <div className={classes.share}>
          <ShareBar share={share} />
          <Text fz="xs" c="dimmed">
            {t('panel.of_all', { share: format.share(share) })} (n = {format.number(graph.basis.instances)})
          </Text>
        </div>
        {detail.instances < small && <Note tone="signal">{t('panel.small')}: n = {format.number(detail.instances)}</Note>}
      </div>

      {detail.median_s === undefined ? (
        <Text fz="sm" c="dimmed">
          {t('panel.no_times')}
        </Text>
      ) : (
        <div>
          <dl className={classes.times}>
            <Line label={t('panel.median')}>{format.duration(detail.median_s)}</Line>
            {detail.p90_s !== undefined && <Line label={t('panel.p90')}>{format.duration(detail.p90_s)}</Line>}
            {detail.mean_s !== undefined && <Line label={t('panel.mean')}>{format.duration(detail.mean_s)}</Line>}
            {detail.min_s !== undefined && detail.max_s !== undefined && (
              <Line label={t('panel.range')}>
                {format.duration(detail.min_s)} – {format.duration(detail.max_s)}
              </Line>
            )}
          </dl>
          <div className={classes.chart}>
            <Times detail={detail} />
          </div>
        </div>
      )}

      <Group gap="xs">
        <Button variant="default" size="compact-md" leftSection={<IconFilter size={15} stroke={1.75} />} onClick={() => narrow(condition)}>
          {t('panel.only_instances')}
        </Button>
        {to === undefined && (
          <Button
            variant="default"
            size="compact-md"
            leftSection={<IconFilterOff size={15} stroke={1.75} />}
            onClick={() => narrow({ kind: 'not_contains', touchpoints: [from], then: [] })}
          >
            {t('panel.without_instances')}
          </Button>
        )}
      </Group>

      {to === undefined && <Neighbours graph={graph} id={from} name={name} onSelect={onSelect} />}

      {detail.trend.length > 1 && (
        <div>
          <Trend detail={detail} median={false} />
          {to !== undefined && detail.trend.some((point) => point.median_s !== undefined) && <Trend detail={detail} median />}
        </div>
      )}

      <div>
        <div className={classes.headline}>
          <h3>{t('panel.examples')}</h3>
          {seesCustomers && (
            <Button variant="subtle" size="compact-sm" leftSection={<IconListDetails size={14} />} onClick={() => onRows(rows)}>
              {t('panel.all_examples')}
            </Button>
          )}
        </div>
        {seesCustomers ? (
          <ul className={classes.examples}>
            {detail.examples.map((row, i) => (
              <li key={i}>
                <UnstyledButton className={classes.example} onClick={() => onRows(counted.kind === 'person' ? { ...rows, customer: row.customer } : rows)}>
                  <span className={classes.exampleHead}>
                    <span className="visually-hidden">{counted.headingOne}</span>
                    <code>{shortId(row.customer)}</code>
                    <span>{format.date(row.first)}</span>
                    <span>{format.duration(row.time_s ?? row.duration_s)}</span>
                  </span>
                  <Chain sequence={row.sequence} names={names} most={7} small />
                </UnstyledButton>
              </li>
            ))}
          </ul>
        ) : (
          <Text fz="sm" c="dimmed">
            {t('panel.no_customers')}
          </Text>
        )}
      </div>

      {detail.event_types.length > 0 && (
        <div>
          <div className={classes.headline}>
            <h3>{t('panel.event_types')}</h3>
          </div>
          <Text fz="sm">{detail.event_types.join(', ')}</Text>
        </div>
      )}
    </Stack>
  );
}

/** The strongest ways in and out; each opens itself. */
function Neighbours({ graph, id, name, onSelect }: { graph: Graph; id: string; name: (id: string) => string; onSelect: (selection: Selection) => void }) {
  const { t, format } = useTexts(texts);
  const list = (edges: Graph['edges'], other: (edge: Graph['edges'][number]) => string, title: string) => {
    const total = edges.reduce((sum, edge) => sum + edge.count, 0);
    if (total === 0) return null;
    return (
      <div>
        <div className={classes.headline}>
          <h3>{title}</h3>
        </div>
        <ul className={classes.ways}>
          {edges.slice(0, 5).map((edge) => (
            <li key={`${edge.from}>${edge.to}`}>
              <UnstyledButton className={classes.way} onClick={() => onSelect({ from: edge.from, to: edge.to })}>
                <span className={classes.wayName}>{name(other(edge))}</span>
                <span className={classes.wayBar}>
                  <ShareBar share={edge.count / total} />
                </span>
                <span className={classes.wayCount}>{format.compact(edge.count)}</span>
              </UnstyledButton>
            </li>
          ))}
        </ul>
      </div>
    );
  };
  return (
    <>
      {list(graph.edges.filter((edge) => edge.to === id && edge.from !== id), (edge) => edge.from, t('panel.before'))}
      {list(graph.edges.filter((edge) => edge.from === id && edge.to !== id), (edge) => edge.to, t('panel.after'))}
    </>
  );
}

/** Rename, adopt, merge: right here. */
function Editing({ id, mapped }: { id: string; mapped: boolean }) {
  const { t } = useTexts(texts);
  const { t: words } = useTexts(touchpointTexts);
  const workspace = useWorkspace();
  const list = useApi(api.touchpoints, undefined, { enabled: workspace.may('edit_touchpoints') });
  const [open, setOpen] = useState<'edit' | 'merge' | null>(mapped ? null : 'edit');
  const touchpoint = list.data?.items.find((one) => one.id === id);
  if (!workspace.may('edit_touchpoints') || !touchpoint) return null;
  const toggle = (part: 'edit' | 'merge') => setOpen(open === part ? null : part);
  return (
    <section className={classes.editing}>
      <Group gap="xs">
        <Button variant={open === 'edit' ? 'light' : 'default'} size="compact-md" aria-expanded={open === 'edit'} onClick={() => toggle('edit')}>
          {t(mapped ? 'panel.edit' : 'panel.assign')}
        </Button>
        <Button variant={open === 'merge' ? 'light' : 'default'} size="compact-md" aria-expanded={open === 'merge'} onClick={() => toggle('merge')}>
          {words('action.merge')}
        </Button>
      </Group>
      <Collapse expanded={open === 'edit'} mt="sm">
        {open === 'edit' && <TouchpointForm key={`${touchpoint.id} ${touchpoint.etag}`} touchpoint={touchpoint} onDone={() => setOpen(null)} />}
      </Collapse>
      <Collapse expanded={open === 'merge'} mt="sm">
        {open === 'merge' && <MergeForm into={touchpoint} onDone={() => setOpen(null)} />}
      </Collapse>
    </section>
  );
}

/** Where journeys begin or end: counted in the graph, no times. */
function TerminalPanel({ graph, selection, onSelect, onRows }: DetailPanelProps) {
  const { t, format } = useTexts(texts);
  const [filter] = useFilter();
  const narrow = useNarrow();
  const workspace = useWorkspace();
  const begin = selection.from === START;
  const id = begin ? selection.to : selection.from;
  const node = graph.nodes.find((one) => one.touchpoint === id);
  if (!node || !id)
    return (
      <SidePanel title={t(begin ? 'panel.begin' : 'panel.finish')} onClose={() => onSelect(null)}>
        <Text c="dimmed">{t('panel.gone')}</Text>
      </SidePanel>
    );
  const count = begin ? node.starts : node.ends;
  const condition: SequenceCondition = { kind: begin ? 'starts_with' : 'ends_with', touchpoints: [id], then: [] };
  const share = graph.basis.instances > 0 ? count / graph.basis.instances : 0;
  return (
    <SidePanel title={node.name} kind={t(begin ? 'panel.begin' : 'panel.finish')} onClose={() => onSelect(null)}>
      <Stack gap="lg">
        <Text>{t(begin ? 'panel.begin_text' : 'panel.finish_text', { count, share: format.share(share) })}</Text>
        <ShareBar share={share} />
        <Group gap="xs">
          <Button variant="default" size="compact-md" leftSection={<IconFilter size={15} stroke={1.75} />} onClick={() => narrow(condition)}>
            {t('panel.only_instances')}
          </Button>
          {workspace.may('see_customers') && (
            <Button
              variant="default"
              size="compact-md"
              leftSection={<IconListDetails size={15} stroke={1.75} />}
              onClick={() =>
                onRows({
                  request: { filter: { ...filter, sequences: [...filter.sequences, condition] }, as_of: graph.basis.as_of },
                  words: t(begin ? 'rows.starts' : 'rows.ends', { name: node.name }),
                })
              }
            >
              {t('panel.open_rows', { count })}
            </Button>
          )}
          <Button variant="subtle" size="compact-md" onClick={() => onSelect({ from: id })}>
            {t('panel.to_node')}
          </Button>
        </Group>
      </Stack>
    </SidePanel>
  );
}

function Figure({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
function Line({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
