import { Button, SegmentedControl, Text } from '@mantine/core';
import { IconDatabaseImport, IconHeartbeat } from '@tabler/icons-react';
import { useMemo } from 'react';
import { Link, useSearchParams } from 'react-router';
import { addresses, api, useApi, useWorkspace, type DataQuality, type QualitySource } from '@/api';
import { useTexts } from '@/i18n';
import { Answer, EmptyState, LoadingLines, Note, Page, Pill, Section, Table, type Column } from '@/ui';
import { texts } from './de';
import { SourcePanel } from './SourcePanel';
import { Tabs } from './Tabs';

const periods = ['28', '56', '182'] as const;

/** How good the data is, source by source. */
export function Component() {
  const { t, format } = useTexts(texts);
  const workspace = useWorkspace();
  const [parameters, setParameters] = useSearchParams();
  const days = periods.find((p) => p === parameters.get('tage')) ?? '56';
  const quality = useApi(api.quality, { days: Number(days) });
  const types = useApi(api.eventTypes);
  const chosen = quality.data?.sources.find((s) => s.source === parameters.get('quelle'));
  const put = (key: string, value: string | null) =>
    setParameters(
      (old) => {
        const next = new URLSearchParams(old);
        if (value) next.set(key, value);
        else next.delete(key);
        return next;
      },
      { replace: true },
    );
  const open = useMemo(() => new Map(types.data?.sources.map((s) => [s.source, s])), [types.data]);
  return (
    <Page
      title={t('page.title')}
      answer={quality.data && quality.data.sources.length > 0 ? <Sentence quality={quality.data} /> : undefined}
      actions={<Tabs now="quality" />}
      panel={chosen && quality.data && <SourcePanel key={chosen.source} source={chosen} quality={quality.data} assignment={open.get(chosen.source)} onClose={() => put('quelle', null)} />}
      how={(['usual', 'silent', 'latency', 'counts', 'times'] as const).map((key) => (
        <p key={key}>{t(`how.${key}`)}</p>
      ))}
    >
      <Answer
        of={quality}
        loading={<LoadingLines lines={8} height={32} />}
        isEmpty={(data) => data.sources.length === 0}
        empty={
          <EmptyState
            icon={IconHeartbeat}
            title={t('empty.title')}
            action={
              workspace.may('import_data') && (
                <Button component={Link} to={workspace.to(addresses.import)} leftSection={<IconDatabaseImport size={17} />}>
                  {t('empty.import')}
                </Button>
              )
            }
          >
            {t('empty.text')}
          </EmptyState>
        }
      >
        {(data) => (
          <>
            {data.quiet_since && <Note tone="signal">{t('quiet', { day: format.date(data.quiet_since), until: format.date(data.until) })}</Note>}
            <Section
              title={t('sources')}
              aside={
                <SegmentedControl size="sm" aria-label={t('period')} value={days} onChange={(next) => put('tage', next === '56' ? null : next)} data={periods.map((value) => ({ value, label: t(`period.${value}`) }))} />
              }
            >
              <Sources quality={data} open={open} chosen={chosen?.source} onOpen={(id) => put('quelle', id)} />
            </Section>
          </>
        )}
      </Answer>
    </Page>
  );
}

function Sentence({ quality }: { quality: DataQuality }) {
  const { t } = useTexts(texts);
  const silent = quality.sources.filter((s) => s.silent_since);
  const suspicious = quality.sources.filter((s) => s.suspicions.length > 0).length;
  // Where the whole log ends, little is no alarm; it is not as usual either.
  const little = quality.sources.filter((s) => s.level === 'low').length;
  return (
    <>
      {quality.alerts === 0
        ? little > 0
          ? t('answer.little', { count: little })
          : t('answer.fine', { count: quality.sources.length })
        : silent.length > 0
          ? t.rich('answer.silent', { names: <b>{silent.map((s) => s.name).join(', ')}</b>, count: silent.length })
          : t('answer.low', { count: quality.alerts })}
      {suspicious > 0 && ` ${t('answer.suspicious', { count: suspicious })}`}
    </>
  );
}

interface Assignment {
  events: number;
  events_not_assigned: number;
}

function Sources({ quality, open, chosen, onOpen }: { quality: DataQuality; open: Map<string, Assignment>; chosen?: string; onOpen: (id: string) => void }) {
  const { t, format } = useTexts(texts);
  const share = (part: number, all: number) => (all > 0 ? format.share(part / all) : '–');
  const columns = useMemo<Column<QualitySource>[]>(
    () => [
      { key: 'name', header: t('column.source'), sort: (s) => s.name, render: (s) => <b>{s.name || s.source}</b> },
      { key: 'level', header: t('column.level'), sort: (s) => s.level, render: (s) => <LevelMark source={s} /> },
      { key: 'course', header: t('column.course'), minor: 1, width: 180, render: (s) => <Spark days={s.days} /> },
      { key: 'last', header: t('column.last'), align: 'right', sort: (s) => s.last, render: (s) => (s.last ? format.date(s.last) : '–') },
      { key: 'latency', header: t('column.latency'), align: 'right', minor: 1, sort: (s) => s.latency?.p50_s, render: (s) => (s.latency ? format.durationRound(Math.max(0, s.latency.p50_s)) : '–') },
      { key: 'duplicates', header: t('column.duplicates'), align: 'right', minor: 2, sort: (s) => s.intake.duplicates, render: (s) => share(s.intake.duplicates, s.intake.received) },
      { key: 'rejected', header: t('column.rejected'), align: 'right', sort: (s) => s.intake.rejected, render: (s) => share(s.intake.rejected, s.intake.received) },
      { key: 'consent', header: t('column.consent'), align: 'right', minor: 2, sort: (s) => s.intake.without_consent, render: (s) => share(s.intake.without_consent, s.intake.received) },
      {
        key: 'open',
        header: t('column.open'),
        align: 'right',
        minor: 1,
        sort: (s) => open.get(s.source)?.events_not_assigned,
        render: (s) => share(open.get(s.source)?.events_not_assigned ?? 0, open.get(s.source)?.events ?? 0),
      },
      { key: 'suspicions', header: t('column.times'), render: (s) => (s.suspicions.length > 0 ? <Pill tone="signal">{t('times.look', { count: s.suspicions.length })}</Pill> : <Text fz="sm" c="dimmed">{t('times.fine')}</Text>) },
    ],
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [t, format, open],
  );
  return <Table label={t('sources')} columns={columns} rows={quality.sources} rowKey={(s) => s.source} onOpen={(s) => onOpen(s.source)} rowName={(s) => s.name || s.source} selected={(s) => s.source === chosen} />;
}

function LevelMark({ source }: { source: QualitySource }) {
  const { t, format } = useTexts(texts);
  if (source.silent_since) return <Pill tone="bad">{t('level.silent_since', { day: format.date(source.silent_since) })}</Pill>;
  return <Pill tone={source.level === 'usual' ? 'good' : source.level === 'not_judged' ? undefined : 'signal'}>{t(`level.${source.level}`)}</Pill>;
}

/** The days as thin bars; the panel has the same as a chart with its table. */
function Spark({ days }: { days: QualitySource['days'] }) {
  const most = Math.max(1, ...days.map((d) => d.events));
  const width = 160 / Math.max(1, days.length);
  return (
    <svg width={160} height={28} aria-hidden style={{ display: 'block' }}>
      {days.map((d, i) => {
        const height = d.level === 'silent' ? 28 : Math.max(d.events > 0 ? 1 : 0, (d.events / most) * 28);
        return <rect key={d.day} x={i * width} y={28 - height} width={Math.max(0.6, width - 0.6)} height={height} fill={d.level === 'silent' ? 'var(--signal)' : 'var(--accent)'} opacity={d.level === 'silent' ? 0.45 : 0.8} />;
      })}
    </svg>
  );
}
