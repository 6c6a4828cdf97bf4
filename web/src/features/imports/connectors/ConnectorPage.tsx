import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { IconDatabaseOff, IconPencil, IconPlayerPause, IconPlayerPlay, IconRefresh, IconRestore, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { addresses, api, useApi, useChange, useWorkspace, type Connector, type ConnectorRun } from '@/api';
import { problemText } from '@/api/problemTexts';
import { useTexts } from '@/i18n';
import { Answer, Confirm, EmptyState, Page, Pill, Section, Stat, Stats, Table, useNotify, useNow, type Column } from '@/ui';
import { ConnectorState } from './ConnectorState';
import { useWhen } from './ConnectorSection';
import { texts } from './de';

/** One connection: how it stands, what its runs brought, and what can be done with it. */
export function Component() {
  const { t, format, language } = useTexts(texts);
  const { id = '' } = useParams();
  const workspace = useWorkspace();
  const connectors = useApi(api.connectors);
  const c = connectors.data?.items.find((one) => one.id === id);
  const answer = (of: Connector) => {
    if (of.paused) return t('page.answer_paused');
    if (!of.last_run || (of.last_run.state === 'running' && !of.current_as_of)) return t('page.answer_new');
    if (of.last_run.state === 'failed') return t('page.answer_failed', { reason: problemText(of.last_run.error_code ?? '', language) ?? of.last_run.error_code ?? '' });
    return of.current_as_of ? t.rich('page.answer_good', { time: format.time(of.current_as_of), events: <b>{t('page.events', { count: of.last_run.events_new })}</b> }) : undefined;
  };
  return (
    <Page title={c?.name ?? t('list.title')} answer={c && answer(c)} actions={c && <Actions connector={c} />}>
      <Answer
        of={connectors}
        isEmpty={() => !c}
        empty={
          <EmptyState
            icon={IconDatabaseOff}
            title={t('page.gone')}
            action={
              <Button component={Link} to={workspace.to(addresses.sources)} variant="default">
                {t('page.to_list')}
              </Button>
            }
          >
            {t('page.gone_text')}
          </EmptyState>
        }
      >
        {() => c && <Facts connector={c} />}
      </Answer>
      {c && <Runs id={c.id} />}
    </Page>
  );
}

function Actions({ connector: c }: { connector: Connector }) {
  const { t } = useTexts(texts);
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const notify = useNotify();
  const [asked, setAsked] = useState<'restart' | 'delete'>();
  const act = useChange(api.doConnector);
  const remove = useChange(api.deleteConnector, { quiet: true });
  const icon = { size: 16, stroke: 1.75, 'aria-hidden': true } as const;
  return (
    <>
      {c.paused ? (
        <Button onClick={() => act.mutate({ id: c.id, what: 'resume' })} leftSection={<IconPlayerPlay {...icon} />}>
          {t('page.resume')}
        </Button>
      ) : (
        <>
          <Button onClick={() => act.mutate({ id: c.id, what: 'run' }, { onSuccess: () => notify.done(t('page.started')) })} disabled={c.running} leftSection={<IconRefresh {...icon} />}>
            {t('page.run')}
          </Button>
          <Button variant="default" onClick={() => act.mutate({ id: c.id, what: 'pause' })} leftSection={<IconPlayerPause {...icon} />}>
            {t('page.pause')}
          </Button>
        </>
      )}
      <Button component={Link} to={workspace.to(addresses.editConnector(c.id))} variant="default" leftSection={<IconPencil {...icon} />}>
        {t('page.edit')}
      </Button>
      <Button variant="default" onClick={() => setAsked('restart')} disabled={c.running} leftSection={<IconRestore {...icon} />}>
        {t('page.restart')}
      </Button>
      <Button variant="default" onClick={() => setAsked('delete')} leftSection={<IconTrash {...icon} />}>
        {t('page.delete')}
      </Button>
      <Confirm opened={asked === 'restart'} title={t('page.restart_title')} action={t('page.restart')} onClose={() => setAsked(undefined)} onConfirm={() => act.mutateAsync({ id: c.id, what: 'restart' })}>
        <Text fz="sm">{t('page.restart_text')}</Text>
      </Confirm>
      <Confirm
        opened={asked === 'delete'}
        title={t('page.delete_title', { name: c.name })}
        action={t('page.delete')}
        onClose={() => setAsked(undefined)}
        onConfirm={async () => {
          await remove.mutateAsync({ id: c.id });
          notify.done(t('page.deleted', { name: c.name }));
          void navigate(workspace.to(addresses.sources));
        }}
      >
        <Text fz="sm">{t('page.delete_text')}</Text>
      </Confirm>
    </>
  );
}

function Facts({ connector: c }: { connector: Connector }) {
  const { t, format } = useTexts(texts);
  const workspace = useWorkspace();
  const now = useNow();
  const when = useWhen();
  const target = c.settings.http?.url ?? c.settings.sql?.host ?? c.settings.folder?.path ?? c.settings.kafka?.brokers ?? '';
  return (
    <Section>
      <Stats>
        <Stat label={t('list.state')} value={<ConnectorState connector={c} />} hint={c.failures > 0 ? t('page.failures', { count: c.failures }) : undefined} />
        <Stat label={t('list.lag')} value={c.current_as_of ? format.ago(c.current_as_of, now) : '–'} hint={c.behind && Number(c.behind) > 0 ? t('behind', { count: Number(c.behind) }) : undefined} />
        <Stat label={t('list.next')} value={c.next_run_at ? <span title={format.time(c.next_run_at)}>{when(c.next_run_at)}</span> : '–'} hint={c.schedule.daily_at ? t('when.day', { time: c.schedule.daily_at }) : t('when.interval', { count: c.schedule.every_minutes ?? 60 })} />
        {c.place && <Stat label={t('page.place')} value={<Text span fz="md" style={{ overflowWrap: 'anywhere' }}>{c.place}</Text>} />}
      </Stats>
      <Stack gap={4} mt="md">
        <Text fz="sm" style={{ overflowWrap: 'anywhere' }}>
          {t(`kind.${c.kind}`)} · {target}
        </Text>
        <Text fz="sm" c="dimmed">
          {t('list.source')}{' '}
          <Anchor component={Link} to={{ pathname: workspace.to(addresses.sources), search: `?quelle=${encodeURIComponent(c.source)}` }}>
            {c.source_name}
          </Anchor>{' '}
          · {t('page.by')} {c.created_by}
        </Text>
      </Stack>
    </Section>
  );
}

function Runs({ id }: { id: string }) {
  const { t, format, language } = useTexts(texts);
  const workspace = useWorkspace();
  const now = useNow();
  const [cursor, setCursor] = useState<string>();
  const runs = useApi(api.connectorRuns, { id, cursor });
  const tones = { running: 'accent', done: 'good', failed: 'bad', cancelled: undefined } as const;
  const columns: Column<ConnectorRun>[] = [
    { key: 'when', header: t('runs.when'), render: (r) => <span title={format.time(r.started_at)}>{format.ago(r.started_at, now)}</span> },
    { key: 'state', header: t('runs.state'), render: (r) => <Pill tone={tones[r.state]}>{t(`run.${r.state}`)}</Pill> },
    { key: 'rows', header: t('runs.rows'), align: 'right', render: (r) => format.number(r.rows) },
    { key: 'new', header: t('runs.new'), align: 'right', render: (r) => format.number(r.events_new) },
    { key: 'known', header: t('runs.known'), align: 'right', render: (r) => format.number(r.events_known), minor: 2 },
    { key: 'rejected', header: t('runs.rejected'), align: 'right', render: (r) => format.number(r.rows_rejected), minor: 1 },
    { key: 'took', header: t('runs.took'), align: 'right', render: (r) => (r.finished_at ? format.duration((Date.parse(r.finished_at) - Date.parse(r.started_at)) / 1000) : '–'), minor: 2 },
    {
      key: 'what', header: t('runs.what'),
      render: (r) => (
        <Stack gap={2}>
          {r.error_code && <Text fz="sm">{problemText(r.error_code, language) ?? r.error_code}</Text>}
          {r.error_detail && (
            <Text fz="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
              {r.error_detail}
            </Text>
          )}
          {r.notes.map((note) => (
            <Text key={note} fz="sm">
              {problemText(note, language) ?? note}
            </Text>
          ))}
          {r.missing_columns.length > 0 && <Text fz="sm">{t('runs.missing', { columns: r.missing_columns.join(', ') })}</Text>}
          <Group gap={8}>
            {r.imports.slice(-3).map((one) => (
              <Anchor key={one} fz="sm" component={Link} to={workspace.to(addresses.importRun(one))}>
                {t('runs.import')}
              </Anchor>
            ))}
          </Group>
        </Stack>
      ),
    },
  ];
  return (
    <Section title={t('page.runs')}>
      <Answer of={runs} isEmpty={(list) => list.items.length === 0} empty={<Text c="dimmed">{t('page.no_runs')}</Text>}>
        {(list) => (
          <>
            <Table label={t('page.runs')} columns={columns} rows={list.items} rowKey={(r) => r.id} />
            {list.next_cursor && (
              <Button mt="sm" variant="default" onClick={() => setCursor(list.next_cursor)}>
                {t('runs.older')}
              </Button>
            )}
          </>
        )}
      </Answer>
    </Section>
  );
}
