import { Anchor, Button, FileButton, Group, NumberInput, Select, Table as Plain, Text, TextInput } from '@mantine/core';
import { IconScale, IconUpload } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { addresses, api, useApi, useChange, useWorkspace, type CountedBy, type Difference, type ReconciledDay } from '@/api';
import { problemText } from '@/api/problemTexts';
import { useTexts } from '@/i18n';
import { Answer, EmptyState, LoadingLines, Page, Pill, ProblemNote, Section, SidePanel, Table, useNotify, type Column } from '@/ui';
import { texts } from './de';
import classes from './quality.module.css';
import { Tabs } from './Tabs';

/** What sources count against what Lotse counts, and which events make the difference. */
export function Component() {
  const { t, format } = useTexts(texts);
  const workspace = useWorkspace();
  const [parameters, setParameters] = useSearchParams();
  const source = parameters.get('quelle') ?? undefined;
  const to = parameters.get('bis') ?? undefined;
  const by: CountedBy = parameters.get('nach') === 'eingang' ? 'arrival_day' : 'event_day';
  const sources = useApi(api.sources).data?.items ?? [];
  // Data that ended earlier is shown where it ended, not where today stands.
  const quality = useApi(api.quality, { days: 56 }, { enabled: !to });
  const end = to ?? quality.data?.until;
  const answer = useApi(api.reconciliation, { source, to: end, by }, { enabled: end !== undefined });
  const row = answer.data?.days.find((d) => `${d.day} ${d.source}` === parameters.get('tag'));
  const put = (changes: Record<string, string | null>) =>
    setParameters(
      (old) => {
        const next = new URLSearchParams(old);
        for (const [key, value] of Object.entries(changes)) {
          if (value) next.set(key, value);
          else next.delete(key);
        }
        return next;
      },
      { replace: true },
    );
  const reported = answer.data?.days.filter((d) => d.reported !== undefined).length ?? 0;
  return (
    <Page
      title={t('reconcile.title')}
      answer={answer.data && (reported === 0 ? t('reconcile.answer_none') : answer.data.open === 0 ? t('reconcile.answer_fine', { count: reported }) : t('reconcile.answer', { open: format.number(answer.data.open), count: reported }))}
      actions={<Tabs now="reconciliation" />}
      panel={row && <DayPanel key={`${row.day} ${row.source}`} day={row} onClose={() => put({ tag: null })} />}
      how={(['what', 'event_day', 'arrival_day', 'api'] as const).map((key) => (
        <p key={key}>{t(`reconcile.how_${key}`)}</p>
      ))}
    >
      <div className={classes.tools}>
        <Select
          size="sm"
          label={t('column.source')}
          placeholder={t('reconcile.all')}
          data={sources.map((s) => ({ value: s.id, label: s.name }))}
          value={source ?? null}
          onChange={(next) => put({ quelle: next, tag: null })}
          clearable
        />
        <TextInput size="sm" type="date" label={t('reconcile.until')} value={end ?? ''} onChange={(event) => put({ bis: event.currentTarget.value || null, tag: null })} />
        <Select
          size="sm"
          w={230}
          label={t('reconcile.by')}
          data={[
            { value: 'event_day', label: t('reconcile.event_day') },
            { value: 'arrival_day', label: t('reconcile.arrival_day') },
          ]}
          value={by}
          onChange={(next) => put({ nach: next === 'arrival_day' ? 'eingang' : null, tag: null })}
          allowDeselect={false}
        />
      </div>
      {workspace.may('import_data') && <Report sources={sources} source={source} day={end} />}
      <Answer
        of={answer}
        loading={<LoadingLines lines={10} height={28} />}
        isEmpty={(data) => data.days.length === 0}
        empty={
          <EmptyState icon={IconScale} title={t('reconcile.empty')}>
            {t('reconcile.empty_text')}
          </EmptyState>
        }
      >
        {(data) => <Days days={data.days} chosen={row} onOpen={(d) => put({ tag: `${d.day} ${d.source}` })} />}
      </Answer>
    </Page>
  );
}

function Days({ days, chosen, onOpen }: { days: ReconciledDay[]; chosen?: ReconciledDay; onOpen: (day: ReconciledDay) => void }) {
  const { t, format } = useTexts(texts);
  const columns = useMemo<Column<ReconciledDay>[]>(
    () => [
      { key: 'day', header: t('chart.day'), sort: (d) => d.day, render: (d) => format.date(d.day) },
      { key: 'source', header: t('column.source'), sort: (d) => d.name, render: (d) => d.name || d.source },
      { key: 'reported', header: t('reconcile.reported'), align: 'right', sort: (d) => d.reported, render: (d) => (d.reported === undefined ? '–' : format.number(d.reported)) },
      { key: 'received', header: t('reconcile.received'), align: 'right', minor: 1, sort: (d) => d.received, render: (d) => format.number(d.received) },
      { key: 'counted', header: t('reconcile.counted'), align: 'right', sort: (d) => d.counted, render: (d) => format.number(d.counted) },
      { key: 'difference', header: t('reconcile.difference'), align: 'right', sort: (d) => Math.abs(d.difference), render: (d) => <b>{signed(d.difference, format.number)}</b> },
      {
        key: 'state',
        header: t('reconcile.state'),
        sort: (d) => state(d),
        render: (d) => (state(d) === 'open' ? <Pill tone="signal">{t('reconcile.open')}</Pill> : state(d) === 'even' ? <Pill tone="good">{t('reconcile.even')}</Pill> : <Pill>{t('reconcile.explained')}</Pill>),
      },
    ],
    [t, format],
  );
  return <Table label={t('reconcile.title')} columns={columns} rows={days} rowKey={(d) => `${d.day} ${d.source}`} onOpen={onOpen} rowName={(d) => `${format.date(d.day)} ${d.name}`} selected={(d) => d === chosen} dense />;
}

function state(day: ReconciledDay): 'open' | 'even' | 'explained' {
  if (day.differences.some((d) => d.kind === 'not_received')) return 'open';
  return day.difference === 0 && day.differences.length === 0 ? 'even' : 'explained';
}

function signed(value: number, number: (n: number) => string): string {
  return value > 0 ? `+${number(value)}` : value < 0 ? `−${number(-value)}` : number(0);
}

/** From the source's number to Lotse's, step by step. */
function DayPanel({ day, onClose }: { day: ReconciledDay; onClose: () => void }) {
  const { t, format, language } = useTexts(texts);
  const workspace = useWorkspace();
  const reason = (d: Difference) => (d.code ? `${t(`difference.${d.kind}`)}: ${problemText(d.code, language) ?? d.code}` : d.events < 0 && d.kind === 'not_received' ? t('difference.more_received') : d.events < 0 && d.kind === 'taken_out' ? t('difference.before_counting') : t(`difference.${d.kind}`));
  return (
    <SidePanel kind={day.name} title={format.date(day.day)} onClose={onClose}>
      <Plain fz="sm" aria-label={t('reconcile.difference')}>
        <Plain.Tbody>
          <Plain.Tr>
            <Plain.Td>{day.reported === undefined ? t('reconcile.source_received') : t('reconcile.source_reported')}</Plain.Td>
            <Plain.Td ta="right">{format.number(day.source_count)}</Plain.Td>
          </Plain.Tr>
          {day.differences.map((d) => (
            <Plain.Tr key={d.kind + (d.code ?? '')}>
              <Plain.Td>{reason(d)}</Plain.Td>
              <Plain.Td ta="right">{signed(-d.events, format.number)}</Plain.Td>
            </Plain.Tr>
          ))}
          <Plain.Tr className={classes.sum}>
            <Plain.Td>{t('reconcile.lotse_counts')}</Plain.Td>
            <Plain.Td ta="right">{format.number(day.counted)}</Plain.Td>
          </Plain.Tr>
        </Plain.Tbody>
      </Plain>
      {day.late > 0 && <Text fz="sm" mt="sm">{t('reconcile.late', { count: day.late })}</Text>}
      {day.reported_at && <Text fz="sm" c="dimmed" mt="sm">{day.reported_by ? t('reconcile.said_by', { time: format.time(day.reported_at), name: day.reported_by }) : t('reconcile.said', { time: format.time(day.reported_at) })}</Text>}
      {workspace.may('import_data') && day.imports.length > 0 && (
        <Section title={t('reconcile.imports')}>
          <div className={classes.small}>
            {day.imports.map((id, i) => (
              <Anchor key={id} component={Link} to={workspace.to(addresses.importRun(id))} fz="sm">
                {t('reconcile.import_n', { n: i + 1 })}
              </Anchor>
            ))}
          </div>
        </Section>
      )}
      <Anchor component={Link} to={{ pathname: workspace.to(addresses.quality), search: `?quelle=${encodeURIComponent(day.source)}` }} fz="sm" mt="sm">
        {t('reconcile.to_quality')}
      </Anchor>
    </SidePanel>
  );
}

/** What a source counts, by hand or as a table. */
function Report({ sources, source, day }: { sources: { id: string; name: string }[]; source?: string; day?: string }) {
  const { t } = useTexts(texts);
  const notify = useNotify();
  const [of, setOf] = useState<string | null>(source ?? null);
  const [on, setOn] = useState('');
  const [count, setCount] = useState<number | string>('');
  const report = useChange(api.reportCounts, {
    quiet: true,
    onDone: (answer) => {
      notify.done(t('report.done', { count: answer.taken }));
      setCount('');
    },
  });
  const ready = of !== null && (on || day) && typeof count === 'number';
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) report.mutate({ counts: [{ source: of, day: on || day!, events: count }] });
      }}
    >
      <div className={classes.tools}>
        <Select size="sm" label={t('report.source')} data={sources.map((s) => ({ value: s.id, label: s.name }))} value={of} onChange={setOf} />
        <TextInput size="sm" type="date" label={t('report.day')} value={on || (day ?? '')} onChange={(event) => setOn(event.currentTarget.value)} />
        <NumberInput size="sm" w={140} label={t('report.count')} min={0} allowDecimal={false} value={count} onChange={setCount} hideControls />
        <Group gap="xs">
          <Button type="submit" size="sm" disabled={!ready} loading={report.isPending}>
            {t('report.save')}
          </Button>
          <FileButton accept=".csv,.txt,text/csv" onChange={(file) => file && void file.text().then((csv) => report.mutate({ counts: [], csv }))}>
            {(props) => (
              <Button {...props} size="sm" variant="default" leftSection={<IconUpload size={15} />}>
                {t('report.csv')}
              </Button>
            )}
          </FileButton>
        </Group>
      </div>
      <ProblemNote problem={report.error} />
    </form>
  );
}
