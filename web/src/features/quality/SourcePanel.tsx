import { Anchor, Group, Table as Plain, Text } from '@mantine/core';
import { useCallback } from 'react';
import { Link } from 'react-router';
import { addresses, api, filterToText, openFilter, useApi, useWorkspace, type DataQuality, type QualitySource, type Suspicion } from '@/api';
import { problemText } from '@/api/problemTexts';
import { useTexts } from '@/i18n';
import { Chart, Note, Section, SidePanel, Stat, Stats, type Colors } from '@/ui';
import { texts } from './de';
import classes from './quality.module.css';

interface Props {
  source: QualitySource;
  quality: DataQuality;
  assignment?: { events: number; events_not_assigned: number };
  onClose: () => void;
}

/** Everything about one source. */
export function SourcePanel({ source, quality, assignment, onClose }: Props) {
  const { t, format } = useTexts(texts);
  const workspace = useWorkspace();
  const { intake } = source;
  const rows = filterToText({ ...openFilter, from: quality.from, to: quality.until, event_attributes: [{ attribute: 'source', values: [source.name], exclude: false }] });
  return (
    <SidePanel
      kind={t('panel.kind')}
      title={source.name || source.source}
      onClose={onClose}
      actions={
        <Group gap="md">
          <Anchor component={Link} to={{ pathname: workspace.to(addresses.reconciliation), search: `?quelle=${encodeURIComponent(source.source)}` }} fz="sm">
            {t('panel.reconcile')}
          </Anchor>
          <Anchor component={Link} to={{ pathname: workspace.to(addresses.journey), search: `?f=${rows}` }} fz="sm">
            {t('panel.events')}
          </Anchor>
        </Group>
      }
    >
      {source.silent_since && <Note tone="signal">{t('panel.silent', { day: format.date(source.silent_since), missing: format.number(Math.round(source.missing ?? 0)) })}</Note>}
      <Section title={t('panel.volume')}>
        <Volume source={source} />
        {source.gaps.length > 0 && (
          <ul className={classes.list}>
            {source.gaps.map((gap) => (
              <li key={gap.from}>
                {gap.from === gap.to
                  ? t('panel.gap_day', { day: format.date(gap.from), expected: format.number(Math.round(gap.expected)) })
                  : t('panel.gap', { from: format.date(gap.from), to: format.date(gap.to), expected: format.number(Math.round(gap.expected)) })}
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section title={t('panel.intake')}>
        <Stats>
          <Stat label={t('panel.received')} value={format.compact(intake.received)} />
          <Stat label={t('column.duplicates')} value={format.compact(intake.duplicates)} />
          <Stat label={t('column.rejected')} value={format.compact(intake.rejected)} />
          <Stat label={t('column.consent')} value={format.compact(intake.without_consent)} />
          <Stat label={t('panel.no_customer')} value={format.compact(intake.no_customer)} />
        </Stats>
        <Rejects source={source} />
      </Section>
      <Section title={t('column.latency')}>
        {source.latency ? (
          <Text fz="sm">
            {t('panel.latency', { count: source.latency.events, p50: format.duration(Math.max(0, source.latency.p50_s)), p95: format.duration(Math.max(0, source.latency.p95_s)) })}
          </Text>
        ) : (
          <Text fz="sm" c="dimmed">{t('panel.latency_none')}</Text>
        )}
      </Section>
      <Section title={t('column.times')}>
        <Hours source={source} />
        {source.suspicions.length === 0 ? (
          <Text fz="sm" c="dimmed">{t('panel.times_fine')}</Text>
        ) : (
          source.suspicions.map((s) => <SuspicionText key={s.kind} suspicion={s} />)
        )}
      </Section>
      {assignment && (
        <Section title={t('column.open')}>
          <Text fz="sm">
            {t('panel.open', { share: format.share(assignment.events > 0 ? assignment.events_not_assigned / assignment.events : 0), count: assignment.events_not_assigned })}{' '}
            {assignment.events_not_assigned > 0 && (
              <Anchor component={Link} to={{ pathname: workspace.to(addresses.touchpoints), search: '?v=types' }} fz="sm">
                {t('panel.to_queue')}
              </Anchor>
            )}
          </Text>
        </Section>
      )}
    </SidePanel>
  );
}

function SuspicionText({ suspicion }: { suspicion: Suspicion }) {
  const { t, format } = useTexts(texts);
  const values = { events: format.number(suspicion.events), count: Math.abs(suspicion.hours ?? 0) };
  const key = suspicion.kind === 'hours_shifted' ? ((suspicion.hours ?? 0) > 0 ? 'suspicion.late' : 'suspicion.early') : (`suspicion.${suspicion.kind}` as const);
  return <Note tone="signal">{t(key, values)}</Note>;
}

function Rejects({ source }: { source: QualitySource }) {
  const { t, format, language } = useTexts(texts);
  const workspace = useWorkspace();
  const imports = useApi(api.imports, undefined, { enabled: workspace.may('import_data') && source.intake.rejects.some((r) => r.imports.length > 0) });
  const name = (id: string) => imports.data?.items.find((i) => i.id === id)?.file_name ?? t('panel.import');
  if (source.intake.rejects.length === 0) return <Text fz="sm" c="dimmed" mt="xs">{t('panel.no_rejects')}</Text>;
  return (
    <Plain fz="sm" mt="xs" aria-label={t('column.rejected')}>
      <Plain.Thead>
        <Plain.Tr>
          <Plain.Th>{t('panel.reason')}</Plain.Th>
          <Plain.Th ta="right">{t('panel.count')}</Plain.Th>
        </Plain.Tr>
      </Plain.Thead>
      <Plain.Tbody>
        {source.intake.rejects.map((reject) => (
          <Plain.Tr key={reject.code}>
            <Plain.Td>
              {problemText(reject.code, language) ?? reject.code}
              {workspace.may('import_data') && reject.imports.length > 0 && (
                <div className={classes.small}>
                  {reject.imports.slice(0, 3).map((id) => (
                    <Anchor key={id} component={Link} to={workspace.to(addresses.importRun(id))} fz="xs">
                      {name(id)}
                    </Anchor>
                  ))}
                </div>
              )}
              {reject.examples.slice(0, 3).map((example) => (
                <div key={example.at + example.message} className={classes.small}>
                  {format.time(example.at)} {example.event_type} {example.message && <code>{example.message}</code>}
                </div>
              ))}
            </Plain.Td>
            <Plain.Td ta="right">{format.number(reject.events)}</Plain.Td>
          </Plain.Tr>
        ))}
      </Plain.Tbody>
    </Plain>
  );
}

function Volume({ source }: { source: QualitySource }) {
  const { t, format } = useTexts(texts);
  const { days } = source;
  const option = useCallback(
    (colors: Colors) => ({
      xAxis: { type: 'category' as const, data: days.map((d) => format.date(d.day)), axisLabel: { hideOverlap: true } },
      yAxis: { type: 'value' as const, splitNumber: 3, minInterval: 1, axisLabel: { formatter: (n: number) => format.compact(n) } },
      tooltip: {
        trigger: 'axis' as const,
        formatter: (of: unknown) => {
          const d = days[(of as { dataIndex: number }[])[0]?.dataIndex ?? 0]!;
          const usual = d.usual === undefined ? t('level.not_judged') : t('chart.usual', { usual: format.number(Math.round(d.usual)), low: format.number(Math.round(d.low ?? 0)), high: format.number(Math.round(d.high ?? 0)) });
          return `${format.date(d.day)}<br/><b>${format.number(d.events)}</b> · ${t(`level.${d.level}`)}<br/>${usual}`;
        },
      },
      series: [
        { type: 'line' as const, stack: 'band', symbol: 'none', lineStyle: { opacity: 0 }, silent: true, data: days.map((d) => d.low ?? null) },
        { type: 'line' as const, stack: 'band', symbol: 'none', lineStyle: { opacity: 0 }, silent: true, areaStyle: { color: colors.neutral, opacity: 0.25 }, data: days.map((d) => (d.high === undefined ? null : d.high - (d.low ?? 0))) },
        {
          type: 'bar' as const,
          barCategoryGap: '20%',
          data: days.map((d) => ({ value: d.events, itemStyle: { color: d.level === 'usual' || d.level === 'not_judged' ? colors.accent : colors.time(0.7) } })),
        },
      ],
    }),
    [days, format, t],
  );
  return (
    <Chart
      title={t('chart.volume')}
      showTitle={false}
      option={option}
      height={170}
      table={
        <Plain fz="xs">
          <Plain.Thead>
            <Plain.Tr>
              <Plain.Th>{t('chart.day')}</Plain.Th>
              <Plain.Th ta="right">{t('panel.count')}</Plain.Th>
              <Plain.Th ta="right">{t('chart.usual_short')}</Plain.Th>
              <Plain.Th>{t('column.level')}</Plain.Th>
            </Plain.Tr>
          </Plain.Thead>
          <Plain.Tbody>
            {[...days].reverse().map((d) => (
              <Plain.Tr key={d.day}>
                <Plain.Td>{format.date(d.day)}</Plain.Td>
                <Plain.Td ta="right">{format.number(d.events)}</Plain.Td>
                <Plain.Td ta="right">{d.usual === undefined ? '–' : `${format.number(Math.round(d.low ?? 0))} – ${format.number(Math.round(d.high ?? 0))}`}</Plain.Td>
                <Plain.Td>{t(`level.${d.level}`)}</Plain.Td>
              </Plain.Tr>
            ))}
          </Plain.Tbody>
        </Plain>
      }
    />
  );
}

function Hours({ source }: { source: QualitySource }) {
  const { t, format } = useTexts(texts);
  const { hours } = source;
  const option = useCallback(
    (colors: Colors) => ({
      xAxis: { type: 'category' as const, data: hours.map((_, hour) => t('chart.hour', { hour })), axisLabel: { interval: 5 } },
      yAxis: { type: 'value' as const, splitNumber: 2, minInterval: 1, axisLabel: { formatter: (n: number) => format.compact(n) } },
      tooltip: { trigger: 'axis' as const },
      series: [{ type: 'bar' as const, barCategoryGap: '15%', data: hours, itemStyle: { color: colors.accent } }],
    }),
    [hours, format, t],
  );
  if (hours.length === 0) return null;
  return (
    <Chart
      title={t('chart.hours')}
      option={option}
      height={120}
      table={
        <Plain fz="xs">
          <Plain.Tbody>
            {hours.map((count, hour) => (
              <Plain.Tr key={hour}>
                <Plain.Td>{t('chart.hour', { hour })}</Plain.Td>
                <Plain.Td ta="right">{format.number(count)}</Plain.Td>
              </Plain.Tr>
            ))}
          </Plain.Tbody>
        </Plain>
      }
    />
  );
}
