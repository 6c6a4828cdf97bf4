import { Button } from '@mantine/core';
import { IconDatabaseImport, IconFilterOff, IconRoute } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { addresses, api, isOpenFilter, openFilter, useApi, useCoverage, useFilter, useMe, useWorkspace, type Graph, type Variants } from '@/api';
import { useTexts } from '@/i18n';
import { Answer, EmptyState, Page } from '@/ui';
import { FilterBar } from '@/ui/filterbar';
import { useCounted } from './counted';
import { texts } from './de';
import { FirstLook } from './FirstLook';
import { GraphSection, graphRequest } from './GraphSection';
import { DetailPanel } from './panel/DetailPanel';
import { RowsDrawer, type RowsOf } from './rows/RowsDrawer';
import { GraphSkeleton } from './GraphSkeleton';
import { VariantsSection, pageSize } from './variants/VariantsSection';
import { useView } from './view';

const again = 1500;

/** Analyse → Ist-Journey: how the journeys really run. */
export function Component() {
  const { t } = useTexts(texts);
  const [filter, setFilter] = useFilter();
  const [view, setView] = useView();
  const [full, setFull] = useState(false);
  const [limit, setLimit] = useState(pageSize);
  const [rows, setRows] = useState<RowsOf | null>(null);
  // After a start the server may still be reading its columns: it is asked again until they stand.
  const coverage = useCoverage();
  const filling = coverage.data?.loading ?? false;
  const every = () => (filling ? again : false);
  const anyEvents = coverage.data === undefined || coverage.data.events > 0 || coverage.data.loading;
  const request = useMemo(() => graphRequest(filter, view.measure), [filter, view.measure]);
  const graph = useApi(api.graph, request, { enabled: anyEvents, every });
  // The list offers all paths, also while some are chosen.
  const allPaths = useMemo(() => ({ ...filter, variants: [] }), [filter]);
  const variants = useApi(api.variants, { filter: allPaths, limit, offset: 0 }, { enabled: anyEvents, every });

  // Where most matters are a single contact, medians and shares of all say little: the ways proper are asked for, too.
  const several = useApi(api.variants, { filter: { ...allPaths, events_min: 2 }, limit: 1, offset: 0 }, { enabled: variants.data?.median_duration_s === 0 && (filter.events_min ?? 0) < 2, every });

  const panel = view.selection && graph.data && graph.data.nodes.length > 0 && (
    <DetailPanel graph={graph.data} selection={view.selection} onSelect={(selection) => setView({ selection })} onRows={setRows} />
  );
  return (
    <Page
      title={t('page.title')}
      answer={graph.data && graph.data.basis.instances > 0 ? <Sentence graph={graph.data} variants={variants.data} several={variants.data?.median_duration_s === 0 ? several.data : undefined} /> : undefined}
      filters={<FilterBar basis={graph.data?.basis} />}
      panel={full ? undefined : panel || undefined}
      coverage
      how={
        <>
          <p>{t('how.graph')}</p>
          <p>{t('how.instances')}</p>
          <p>{t('how.order')}</p>
          <p>{t('how.detail')}</p>
          <p>{t('how.variants')}</p>
        </>
      }
    >
      {!anyEvents ? (
        <NoEvents />
      ) : graph.data === undefined && graph.error?.code === 'columns_loading' ? (
        <GraphSkeleton />
      ) : (
        <Answer
          of={graph}
          loading={<GraphSkeleton />}
          isEmpty={(data) => data.nodes.length === 0}
          empty={
            <EmptyState
              icon={IconFilterOff}
              title={t('empty.filtered')}
              action={
                isOpenFilter(filter) ? undefined : (
                  <Button variant="default" onClick={() => setFilter(openFilter)}>
                    {t('empty.clear')}
                  </Button>
                )
              }
            >
              {t('empty.filtered_text', { total: graph.data?.basis.instances_total ?? 0 })}
            </EmptyState>
          }
        >
          {(data) => (
            <>
              <FirstLook several={several.data} />
              <GraphSection graph={data} request={request} view={view} onView={setView} full={full} onFull={setFull} panel={full ? panel : null} />
              <VariantsSection
                answer={variants}
                filter={allPaths}
                limit={limit}
                onMore={setLimit}
                onRows={(variant, rank, asOf) =>
                  setRows({ request: { filter: { ...allPaths, variants: [variant.id] }, as_of: asOf }, words: `${t('variants.path')} ${rank}` })
                }
              />
            </>
          )}
        </Answer>
      )}
      <RowsDrawer rows={rows} onClose={() => setRows(null)} />
    </Page>
  );
}

/** The page's question, answered in words with numbers. */
function Sentence({ graph, variants, several }: { graph: Graph; variants: Variants | undefined; several: Variants | undefined }) {
  const { t, format } = useTexts(texts);
  const { basis } = graph;
  const counted = useCounted();
  const bold = (value: number) => <b>{format.number(value)}</b>;
  const numbers = {
    instances: bold(basis.instances),
    customers: <>{bold(basis.customers)} {counted.many}</>,
    of_customers: <>{bold(basis.customers)} {counted.ofMany}</>,
    events: bold(basis.events),
  };
  const first = variants?.variants[0];
  const path = first && { share: <b>{format.share(first.share)}</b>, median: <b>{format.duration(variants.median_duration_s)}</b> };
  const part = basis.instances < basis.instances_total;
  return (
    <>
      {several && several.basis.instances > 0
        ? t.rich('answer.single', { ...numbers, single: <b>{format.share(1 - several.basis.instances / basis.instances)}</b>, median: <b>{format.duration(several.median_duration_s)}</b> })
        : path
        ? part
          ? t.rich('answer.part', { ...numbers, ...path, total: bold(basis.instances_total) })
          : t.rich('answer.all', { ...numbers, ...path })
        : t.rich('answer.plain', numbers)}
      {basis.open_instances > 0 && ` ${t('answer.open', { count: basis.open_instances })}`}
      {(basis.events_without_reference ?? 0) > 0 && ` ${t('answer.without_reference', { count: basis.events_without_reference!, kind: counted.one })}`}
      {basis.events_without_key > 0 && ` ${t('answer.without_key', { count: basis.events_without_key })}`}
    </>
  );
}

function NoEvents() {
  const { t } = useTexts(texts);
  const workspace = useWorkspace();
  const me = useMe();
  const navigate = useNavigate();
  const demo = me.workspaces.find((one) => one.is_demo && one.id !== workspace.id);
  return (
    <EmptyState
      icon={IconRoute}
      title={t('empty.title')}
      action={
        <>
          {workspace.may('import_data') && (
            <Button leftSection={<IconDatabaseImport size={17} />} onClick={() => void navigate(workspace.to(addresses.import))}>
              {t('empty.import')}
            </Button>
          )}
          {demo && (
            <Button variant="default" component={Link} to={`/w/${demo.slug}/${addresses.journey}`}>
              {t('empty.demo')}
            </Button>
          )}
        </>
      }
    >
      {t('empty.text')} {!workspace.may('import_data') && t('empty.ask')}
    </EmptyState>
  );
}
