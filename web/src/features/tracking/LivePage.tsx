import { Button, Select, Text } from '@mantine/core';
import { IconBroadcast, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { addresses, api, useApi, useStream, useWorkspace, type LiveSource, type LiveState, type SeenEvent, type Source } from '@/api';
import { problemText } from '@/api/problemTexts';
import { useTexts } from '@/i18n';
import { Answer, ChannelIcon, EmptyState, Page, Section, Table, useNow, type Column } from '@/ui';
import { texts } from './de';
import { clock, merged, shortCustomer } from './live';
import classes from './tracking.module.css';

/** What comes in right now: counts by source, and single events with the time until queries saw them. */
export function Component() {
  const { t, format } = useTexts(texts);
  const workspace = useWorkspace();
  // Asking again also tells the server that somebody still watches.
  const live = useApi(api.live, undefined, { every: 10_000 });
  const sources = useApi(api.sources);
  const [parameters, setParameters] = useSearchParams();
  const source = parameters.get('quelle');
  const list = sources.data?.items ?? [];
  const of = (all: LiveSource[]) => all.filter((s) => !source || s.source === source);
  const sum = of(live.data?.sources ?? []).reduce((n, s) => n + s.accepted, 0);
  const senders = of(live.data?.sources ?? []).filter((s) => s.accepted > 0).length;
  const values = { events: <b>{t('live.events', { count: sum })}</b>, sources: t('live.sources', { count: senders }) };
  const visible = live.data?.visible_after;
  return (
    <Page
      title={t('live.title')}
      answer={live.data && (sum === 0 ? t('live.quiet') : visible === undefined ? t.rich('live.answer', values) : t.rich('live.answer_visible', { ...values, time: milliseconds(visible, format.number, t) }))}
      how={t('live.how')}
    >
      <Answer
        of={live}
        isEmpty={(state) => state.sources.length === 0 && state.events.length === 0}
        empty={
          <EmptyState
            icon={IconBroadcast}
            title={t('live.none')}
            action={
              <>
                {workspace.may('import_data') && (
                  <Button component={Link} to={workspace.to(addresses.newSource)}>
                    {t('live.new_source')}
                  </Button>
                )}
                <Button component={Link} to={workspace.to(addresses.sources)} variant="default">
                  {t('live.to_sources')}
                </Button>
              </>
            }
          >
            {t('live.none_text')}
          </EmptyState>
        }
      >
        {(state) => (
          <>
            <BySource state={state} sources={list} only={source} />
            <Latest state={state} sources={list} only={source} onOnly={(next) => setParameters(next ? { quelle: next } : {}, { replace: true })} />
          </>
        )}
      </Answer>
      {live.data?.sources.length === 0 && live.data.events.length === 0 && <AskAtOnce onEvent={() => void live.refetch()} />}
    </Page>
  );
}

/** While nothing is shown yet, the first event is not waited for until the next question. */
function AskAtOnce({ onEvent }: { onEvent: () => void }) {
  useStream((event) => {
    if (event.type === 'live' || event.type === 'events_appended') onEvent();
  });
  return null;
}

function milliseconds(seconds: number, number: (value: number) => string, t: ReturnType<typeof useTexts<typeof texts.en>>['t']): string {
  return t('live.milliseconds', { count: number(Math.max(1, Math.round(seconds * 1000))) });
}

function useSourceName(sources: Source[]) {
  return useMemo(() => {
    const names = new Map(sources.map((s) => [s.id, s.name]));
    return (id: string) => names.get(id) ?? id;
  }, [sources]);
}

function BySource({ state, sources, only }: { state: LiveState; sources: Source[]; only: string | null }) {
  const { t, format, language } = useTexts(texts);
  const now = useNow(5000);
  const name = useSourceName(sources);
  const rows = state.sources.filter((s) => !only || s.source === only);
  const reasons = rows.flatMap((s) => s.rejects.map((r) => ({ ...r, source: s.source })));
  const columns: Column<LiveSource>[] = [
    { key: 'source', header: t('live.source'), render: (s) => name(s.source), sort: (s) => name(s.source) },
    { key: 'accepted', header: t('live.accepted'), align: 'right', render: (s) => format.number(s.accepted), sort: (s) => s.accepted },
    { key: 'rate', header: t('live.rate'), align: 'right', render: (s) => format.number(s.events_per_second, 1), sort: (s) => s.events_per_second },
    { key: 'known', header: t('live.known'), align: 'right', render: (s) => format.number(s.known), sort: (s) => s.known },
    { key: 'rejected', header: t('live.rejected'), align: 'right', render: (s) => format.number(s.rejected), sort: (s) => s.rejected },
    { key: 'last', header: t('live.last'), render: (s) => <Text fz="sm" c="dimmed">{format.ago(s.last_at, now)}</Text>, sort: (s) => s.last_at },
  ];
  return (
    <>
      {rows.length > 0 && (
        <Section title={t('live.by_source')}>
          <Table label={t('live.by_source')} columns={columns} rows={rows} rowKey={(s) => s.source} dense />
        </Section>
      )}
      {reasons.length > 0 && (
        <Section title={t('live.reasons')}>
          <Table
            label={t('live.reasons')}
            dense
            columns={[
              { key: 'source', header: t('live.source'), render: (r) => name(r.source) },
              { key: 'reason', header: t('live.reason'), render: (r) => problemText(r.code, language) ?? r.code },
              { key: 'count', header: t('live.rejected'), align: 'right', render: (r) => format.number(r.rows) },
            ]}
            rows={reasons}
            rowKey={(r) => `${r.source} ${r.code}`}
          />
        </Section>
      )}
    </>
  );
}

interface Feed {
  shown: SeenEvent[];
  held: SeenEvent[];
  /** Of the last news. */
  accepted: number;
  told: number;
}

function Latest({ state, sources, only, onOnly }: { state: LiveState; sources: Source[]; only: string | null; onOnly: (source: string | null) => void }) {
  const { t, format, language } = useTexts(texts);
  const workspace = useWorkspace();
  const name = useSourceName(sources);
  const [paused, setPaused] = useState(false);
  const [feed, setFeed] = useState<Feed>({ shown: state.events, held: [], accepted: 0, told: 0 });
  useStream((event) => {
    if (event.type !== 'live') return;
    const { accepted, events } = event.data;
    setFeed((f) => (paused ? { ...f, held: merged(f.held, events), accepted, told: events.length } : { shown: merged(f.shown, events), held: [], accepted, told: events.length }));
  });
  const go = () => {
    setPaused(!paused);
    setFeed((f) => ({ ...f, shown: merged(f.shown, f.held), held: [] }));
  };
  // What came before this page was open; a paused page stays as it is.
  const shown = (paused ? feed.shown : merged(feed.shown, state.events)).filter((e) => !only || e.source === only);
  const locale = language === 'de' ? 'de-DE' : 'en-GB';
  const columns = useMemo<Column<SeenEvent>[]>(
    () => [
      { key: 'received', header: t('live.received'), width: 110, render: (e) => <span className={classes.number}>{clock(e.received_at, locale, workspace.time_zone)}</span> },
      { key: 'source', header: t('live.source'), width: 110, render: (e) => name(e.source) },
      {
        key: 'event',
        header: t('live.event'),
        render: (e) => (
          <span className={classes.event}>
            <ChannelIcon channel={e.channel} named />
            {e.event_type}
          </span>
        ),
      },
      { key: 'customer', header: t('live.customer'), width: 100, render: (e) => <code title={e.customer}>{shortCustomer(e.customer)}</code> },
      {
        key: 'attributes',
        header: t('live.attributes'),
        render: (e) => (
          <div className={classes.attributes}>
            {e.attributes.map((a) => (
              <span key={a.name}>
                <b>{a.name}</b> {a.text}
              </span>
            ))}
          </div>
        ),
      },
      { key: 'visible', header: t('live.visible'), align: 'right', width: 100, render: (e) => <span className={classes.number}>{milliseconds(e.visible_after, format.number, t)}</span> },
    ],
    [t, format, locale, name, workspace.time_zone],
  );
  return (
    <Section title={t('live.latest')}>
      <div className={classes.controls}>
        <Button variant="default" onClick={go} leftSection={paused ? <IconPlayerPlay size={17} stroke={1.75} aria-hidden /> : <IconPlayerPause size={17} stroke={1.75} aria-hidden />}>
          {paused ? t('live.resume') : t('live.pause')}
        </Button>
        <Select
          aria-label={t('live.source')}
          value={only ?? ''}
          onChange={(value) => onOnly(value || null)}
          allowDeselect={false}
          data={[{ value: '', label: t('live.all_sources') }, ...sources.map((s) => ({ value: s.id, label: s.name }))]}
        />
        <span role="status">
          {paused
            ? t('live.paused', { count: feed.held.length })
            : feed.accepted > feed.told
              ? t('live.sample', { accepted: format.number(feed.accepted), shown: format.number(feed.told), max: state.shown_per_second })
              : t('live.all', { max: state.shown_per_second })}
        </span>
      </div>
      <Table label={t('live.latest')} columns={columns} rows={shown} rowKey={(e) => String(e.number)} dense />
    </Section>
  );
}
