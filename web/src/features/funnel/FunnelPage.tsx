import { Button, Text } from '@mantine/core';
import { IconDownload, IconFilter2, IconFilterOff, IconPencil, IconRoute } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { Link } from 'react-router';
import { addresses, api, download, isOpenFilter, openFilter, useApi, useCoverage, useFilter, useWorkspace, type Filter, type Funnel, type FunnelProposal } from '@/api';
import { useTexts } from '@/i18n';
import { Answer, EmptyState, LoadingLines, Note, Page, Section, Table, useNotify, type Column } from '@/ui';
import { FilterBar } from '@/ui/filterbar';
import { Breakdown } from './Breakdown';
import { Builder } from './Builder';
import { Comparison, ComparePicker } from './Compare';
import { texts } from './de';
import { definitionOf, namedBy, repeated, without, type FunnelView } from './definition';
import classes from './funnel.module.css';
import { RowsPanel } from './RowsPanel';
import { intervalText, Steps } from './Steps';
import { Trend } from './Trend';
import { useFunnel } from './useFunnel';

const again = 1500;
const day = 86_400;
const small = 30;

/** Analyse → Trichter: how many come through a sequence of touchpoints, and where the others go. */
export function Component() {
  const { t } = useTexts(texts);
  const [filter, setFilter] = useFilter();
  const state = useFunnel();
  const [building, setBuilding] = useState(false);
  const coverage = useCoverage();
  const every = () => (coverage.data?.loading ? again : false);
  const anyEvents = coverage.data === undefined || coverage.data.events > 0 || coverage.data.loading;
  const proposal = useApi(api.funnelProposal, { filter }, { enabled: anyEvents && state.view === null, every });
  const proposed = useMemo(() => (state.view === null && proposal.data ? viewOf(proposal.data) : null), [state.view, proposal.data]);
  const view = state.view ?? proposed;
  const definition = useMemo(() => view && definitionOf(view), [view]);
  const request = useMemo(
    () => ({ filter, funnel: definition ?? { steps: [], window_s: day, mode: 'ordered' as const, exclusions: [] }, ...(state.breakdown ? { breakdown: state.breakdown } : {}), ...(state.compare ? { compare: state.compare } : {}) }),
    [filter, definition, state.breakdown, state.compare],
  );
  const funnel = useApi(api.funnel, request, { enabled: anyEvents && definition !== null, every });
  const gone = funnel.error && view ? funnel.error.fields.map((field) => (field.code === 'unknown_touchpoint' ? namedBy(field.field, view) : null)).find((one) => one !== null) : undefined;
  const apply = (next: FunnelView) => {
    state.setView(next);
    setBuilding(false);
  };
  const empty: FunnelView = { steps: [[], []], window: 7 * day, mode: 'ordered', exclusions: [] };

  return (
    <Page
      title={t('page.title')}
      answer={funnel.data && definition && !gone ? <Sentence funnel={funnel.data} /> : undefined}
      filters={<FilterBar basis={funnel.data?.basis} />}
      actions={
        view && (
          <>
            <ComparePicker key={JSON.stringify([filter, state.compare])} filter={filter} compare={state.compare} onCompare={state.setCompare} />
            <Button leftSection={<IconPencil size={17} stroke={1.75} />} aria-expanded={building} onClick={() => setBuilding(!building)}>
              {t('build.open')}
            </Button>
          </>
        )
      }
      panel={state.part && funnel.data && definition ? <RowsPanel funnel={funnel.data} filter={filter} definition={definition} breakdown={state.breakdown} part={state.part} onClose={() => state.setPart(null)} /> : undefined}
      coverage
      how={
        <>
          <p>{t('how.funnel')}</p>
          <p>{t('how.dropped')}</p>
          <p>{t('how.intervals')}</p>
          <p>{t('how.compare')}</p>
          <p>{t('how.proposal')}</p>
        </>
      }
    >
      {!anyEvents ? (
        <NoEvents />
      ) : (
        <>
          {view && !building && <Summary view={view} proposal={state.view === null ? proposal.data : undefined} onReset={state.view === null ? undefined : () => state.setView(null)} />}
          {building && <Builder key={JSON.stringify(view)} view={view ?? empty} onApply={apply} onCancel={() => setBuilding(false)} />}
          {view === null ? (
            !building && (
              <Answer
                of={proposal}
                loading={<LoadingLines lines={6} height={48} />}
                isEmpty={(data) => data.how === 'none'}
                empty={
                  <EmptyState
                    icon={IconFilter2}
                    title={t('empty.none')}
                    action={
                      <>
                        <Button onClick={() => setBuilding(true)}>{t('build.title')}</Button>
                        {!isOpenFilter(filter) && <ClearFilter onClear={() => setFilter(openFilter)} />}
                      </>
                    }
                  >
                    {t('empty.none_text')}
                  </EmptyState>
                }
              >
                {() => null}
              </Answer>
            )
          ) : gone ? (
            <Gone gone={gone} view={view} onApply={state.setView} onBuild={() => setBuilding(true)} />
          ) : (
            <Answer
              of={funnel}
              loading={<LoadingLines lines={6} height={48} />}
              isEmpty={(data) => data.basis.instances === 0 || data.steps[0]?.instances === 0}
              empty={<Nobody funnel={funnel.data} filter={filter} onClear={() => setFilter(openFilter)} />}
            >
              {(data) => <Contents funnel={data} view={view} filter={filter} state={state} request={request} />}
            </Answer>
          )}
        </>
      )}
    </Page>
  );
}

function Contents({ funnel, view, filter, state, request }: { funnel: Funnel; view: FunnelView; filter: Filter; state: ReturnType<typeof useFunnel>; request: unknown }) {
  const { t } = useTexts(texts);
  const workspace = useWorkspace();
  const notify = useNotify();
  const { part, setPart } = state;
  const twice = repeated(view.steps);
  const kind = filter.slice?.kind ?? 'automatic';
  const lost = funnel.steps.filter((step) => (step.dropped ?? 0) > 0);
  const caseEnds = (kind === 'automatic' || kind === 'key') && lost.length > 0 && lost.every((step) => step.ended === step.dropped) && funnel.basis.events_without_key > 0;
  return (
    <>
      {twice.length > 0 && <Note>{t('build.twice', { names: twice.join(', ') })}</Note>}
      {(funnel.steps[0]?.instances ?? small) < small && <Note tone="signal">{t('small', { count: funnel.steps[0]!.instances! })}</Note>}
      <Steps funnel={funnel} part={part} onPart={setPart} />
      {caseEnds && (
        <Text component="div" fz="sm" c="dimmed" mb="lg">
          {t('dropped.by_key')}
          <Button variant="subtle" size="compact-sm" ml={6} onClick={() => state.setBoth(view, { ...filter, slice: { kind: 'customer', start: [], end: [] } })}>
            {t('dropped.whole')}
          </Button>
        </Text>
      )}
      {state.compare && <Comparison funnel={funnel} compare={state.compare} />}
      <Breakdown funnel={funnel} attribute={state.breakdown} onAttribute={state.setBreakdown} part={part} onPart={setPart} />
      {funnel.trend.length > 1 && (
        <Section>
          <Trend funnel={funnel} part={part} onPart={setPart} />
        </Section>
      )}
      <Section
        title={t('table.title')}
        aside={
          <Button
            variant="default"
            size="compact-md"
            leftSection={<IconDownload size={15} stroke={1.75} />}
            onClick={() => void download('POST', `workspaces/${workspace.id}/analysis/funnel.csv`, `${workspace.slug}-trichter.csv`, request).catch(notify.problem)}
          >
            {t('table.csv')}
          </Button>
        }
      >
        <Numbers funnel={funnel} />
      </Section>
      {filter.segment && <Text fz="xs" c="dimmed">{t('segment_note')}</Text>}
    </>
  );
}

/** The picture's numbers as a table. */
function Numbers({ funnel }: { funnel: Funnel }) {
  const { t, format } = useTexts(texts);
  const names = new Map(funnel.touchpoints.map((one) => [one.id, one.name]));
  type Step = Funnel['steps'][number];
  const share = (of: Step['from_first']) => (of ? <span title={intervalText(of, t, format.share)}>{format.share(of.share)} <span className={classes.quiet}>({format.share(of.low)} – {format.share(of.high)})</span></span> : '–');
  const number = (value: number | undefined) => (value === undefined ? t('withheld') : format.number(value));
  const columns: Column<Step>[] = [
    { key: 'step', header: t('table.step'), render: (step, k) => `${k + 1}. ${step.touchpoints.map((id) => names.get(id) ?? id).join(` ${t('steps.or')} `)}` },
    { key: 'instances', header: t('table.instances'), align: 'right', render: (step) => number(step.instances) },
    { key: 'customers', header: t('table.customers'), align: 'right', minor: 2, render: (step) => number(step.customers) },
    { key: 'previous', header: t('table.previous'), align: 'right', render: (step) => share(step.from_previous) },
    { key: 'first', header: t('table.first'), align: 'right', render: (step) => share(step.from_first) },
    { key: 'median', header: t('table.median_previous'), align: 'right', minor: 1, render: (step) => (step.median_from_previous_s === undefined ? '–' : format.duration(step.median_from_previous_s)) },
    { key: 'median_first', header: t('table.median_first'), align: 'right', minor: 2, render: (step) => (step.median_from_first_s === undefined ? '–' : format.duration(step.median_from_first_s)) },
  ];
  return <Table label={t('table.title')} columns={columns} rows={funnel.steps} rowKey={(_, k) => String(k)} dense />;
}

/** The page's question, answered in words. */
function Sentence({ funnel }: { funnel: Funnel }) {
  const { t, format } = useTexts(texts);
  const first = funnel.steps[0]!;
  const last = funnel.steps[funnel.steps.length - 1]!;
  if (!first.instances || !funnel.conversion || last.instances === undefined) return null;
  const name = (step: typeof first) => step.touchpoints.map((id) => funnel.touchpoints.find((one) => one.id === id)?.name ?? id).join(` ${t('steps.or')} `);
  const worst = funnel.steps.map((step, k) => ({ step, k, share: step.from_previous?.share ?? 1 })).slice(1).sort((a, b) => a.share - b.share)[0];
  return (
    <>
      {t.rich('answer.through', {
        first: <b>{format.number(first.instances)}</b>,
        share: <b>{format.share(funnel.conversion.share)}</b>,
        begin: name(first),
        end: name(last),
      })}
      {last.median_from_first_s !== undefined && ` ${t('answer.median', { duration: format.duration(last.median_from_first_s) })}`}
      {worst && funnel.steps.length > 2 && worst.share < 1 && ` ${t('answer.worst', { share: format.share(1 - worst.share), step: name(worst.step) })}`}
    </>
  );
}

function viewOf(proposal: FunnelProposal): FunnelView | null {
  if (proposal.how === 'none' || proposal.steps.length < 2) return null;
  const name = (id: string) => proposal.touchpoints.find((one) => one.id === id)?.name ?? id;
  return { steps: proposal.steps.map((id) => [{ id, name: name(id) }]), window: proposal.window_s, mode: 'ordered', exclusions: [] };
}

/** What the funnel asks, in a line; of a proposal also how it came about. */
function Summary({ view, proposal, onReset }: { view: FunnelView; proposal: FunnelProposal | undefined; onReset?: () => void }) {
  const { t, format } = useTexts(texts);
  return (
    <div className={classes.summary}>
      <span>{t('summary.line', { duration: format.duration(view.window), mode: t(`mode.${view.mode}`) })}</span>
      {view.exclusions.map((one, i) => (
        <span key={i}>{t('summary.without', { names: one.touchpoints.map((x) => x.name).join(', '), after: one.after, before: one.before })}</span>
      ))}
      {proposal && proposal.how !== 'none' && (
        <span className={classes.quiet}>
          {t(proposal.usual ? 'proposal.usual' : proposal.how === 'purchase' ? 'proposal.purchase' : 'proposal.end', { goal: view.steps[view.steps.length - 1]![0]!.name, count: format.number(proposal.instances), all: format.number(proposal.of_instances) })}
        </span>
      )}
      {onReset && (
        <Button variant="subtle" size="compact-sm" onClick={onReset}>
          {t('summary.reset')}
        </Button>
      )}
    </div>
  );
}

/** A link, or a saved funnel, names a touchpoint that was deleted or merged since. */
function Gone({ gone, view, onApply, onBuild }: { gone: NonNullable<ReturnType<typeof namedBy>>; view: FunnelView; onApply: (view: FunnelView) => void; onBuild: () => void }) {
  const { t } = useTexts(texts);
  const rest = without(gone.touchpoint.id, view);
  return (
    <div role="alert">
      <EmptyState
        icon={IconRoute}
        title={gone.step === null ? t('gone.exclusion', { name: gone.touchpoint.name }) : t('gone.step', { name: gone.touchpoint.name, step: gone.step })}
        action={
          <>
            {rest && <Button onClick={() => onApply(rest)}>{t('gone.without')}</Button>}
            <Button variant="default" onClick={onBuild}>
              {t('build.open')}
            </Button>
          </>
        }
      >
        {t('gone.text')}
      </EmptyState>
    </div>
  );
}

function Nobody({ funnel, filter, onClear }: { funnel: Funnel | undefined; filter: Filter; onClear: () => void }) {
  const { t } = useTexts(texts);
  const filtered = (funnel?.basis.instances ?? 0) === 0;
  return (
    <EmptyState icon={IconFilterOff} title={t(filtered ? 'empty.filtered' : 'empty.nobody')} action={isOpenFilter(filter) ? undefined : <ClearFilter onClear={onClear} />}>
      {filtered ? t('empty.filtered_text', { count: funnel?.basis.instances_total ?? 0, total: funnel?.basis.instances_total ?? 0 }) : t('empty.nobody_text')}
    </EmptyState>
  );
}
function ClearFilter({ onClear }: { onClear: () => void }) {
  const { t } = useTexts(texts);
  return (
    <Button variant="default" onClick={onClear}>
      {t('empty.clear')}
    </Button>
  );
}

function NoEvents() {
  const { t } = useTexts(texts);
  const workspace = useWorkspace();
  return (
    <EmptyState
      icon={IconFilter2}
      title={t('empty.events')}
      action={
        workspace.may('import_data') && (
          <Button component={Link} to={workspace.to(addresses.import)}>
            {t('empty.import')}
          </Button>
        )
      }
    >
      {t('empty.events_text')}
    </EmptyState>
  );
}

