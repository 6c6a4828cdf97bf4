import { Button, Stack, Text } from '@mantine/core';
import { IconPencil, IconPlayerPause, IconPlayerPlay, IconRestore, IconTrash, IconTruckDelivery, IconTruckOff } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useLocation, useNavigate, useParams } from 'react-router';
import { addresses, api, filterToText, openFilter, useApi, useChange, useWorkspace, type Delivery, type DeliveryRun } from '@/api';
import { problemText } from '@/api/problemTexts';
import { useTexts } from '@/i18n';
import { Answer, Confirm, EmptyState, Note, Page, Pill, Secret, Section, Stat, Stats, Table, useNotify, useNow, type Column } from '@/ui';
import { filterLines, filterTexts, useNames, useRuleText, useSegments } from '@/ui/filterbar';
import { texts } from './de';
import { DeliveryState, targetOf, useWhen } from './state';

/** One delivery: how it stands, what its runs delivered, and what can be done with it. */
export function Component() {
  const { t, format, language } = useTexts(texts);
  const { id = '' } = useParams();
  const workspace = useWorkspace();
  const deliveries = useApi(api.deliveries);
  const fresh = (useLocation().state as { secret?: string } | null)?.secret;
  const d = deliveries.data?.items.find((one) => one.id === id);
  const answer = (of: Delivery) => {
    if (of.paused) return t('page.answer_paused');
    if (!of.last_run || (of.last_run.state === 'running' && !of.current_as_of)) return t('page.answer_new');
    if (of.last_run.state === 'failed') return t('page.answer_failed', { reason: problemText(of.last_run.error_code ?? '', language) ?? of.last_run.error_code ?? '' });
    return of.current_as_of ? t('page.answer_good', { time: format.time(of.current_as_of), rows: format.number(of.last_run.rows) }) : undefined;
  };
  return (
    <Page title={d?.name ?? t('list.title')} answer={d && answer(d)} actions={d && <Actions delivery={d} />}>
      {fresh && (
        <Section title={t('secret.new')}>
          <Text fz="sm" mb="xs">
            {t('secret.new_text')}
          </Text>
          <Secret value={fresh} label={t('secret.webhook')} />
        </Section>
      )}
      <Answer
        of={deliveries}
        isEmpty={() => !d}
        empty={
          <EmptyState
            icon={IconTruckOff}
            title={t('page.gone')}
            action={
              <Button component={Link} to={workspace.to(addresses.deliveries)} variant="default">
                {t('page.to_list')}
              </Button>
            }
          >
            {t('page.gone_text')}
          </EmptyState>
        }
      >
        {() => d && <Facts delivery={d} />}
      </Answer>
      {d && <Runs id={d.id} audience={d.what.content === 'audience'} />}
    </Page>
  );
}

function Actions({ delivery: d }: { delivery: Delivery }) {
  const { t } = useTexts(texts);
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const notify = useNotify();
  const [asked, setAsked] = useState<'restart' | 'delete'>();
  const act = useChange(api.doDelivery);
  const remove = useChange(api.deleteDelivery, { quiet: true });
  const icon = { size: 16, stroke: 1.75, 'aria-hidden': true } as const;
  const filter = filterToText({ ...openFilter, ...d.what.filter });
  return (
    <>
      {d.paused ? (
        <Button onClick={() => act.mutate({ id: d.id, what: 'resume' })} leftSection={<IconPlayerPlay {...icon} />}>
          {t('page.resume')}
        </Button>
      ) : (
        <>
          <Button onClick={() => act.mutate({ id: d.id, what: 'run' }, { onSuccess: () => notify.done(t('page.started')) })} disabled={d.running} leftSection={<IconTruckDelivery {...icon} />}>
            {t('page.run')}
          </Button>
          <Button variant="default" onClick={() => act.mutate({ id: d.id, what: 'pause' })} leftSection={<IconPlayerPause {...icon} />}>
            {t('page.pause')}
          </Button>
        </>
      )}
      <Button component={Link} to={{ pathname: workspace.to(addresses.editDelivery(d.id)), search: filter && `?f=${filter}` }} variant="default" leftSection={<IconPencil {...icon} />}>
        {t('page.edit')}
      </Button>
      <Button variant="default" onClick={() => setAsked('restart')} disabled={d.running} leftSection={<IconRestore {...icon} />}>
        {t('page.restart')}
      </Button>
      <Button variant="default" onClick={() => setAsked('delete')} leftSection={<IconTrash {...icon} />}>
        {t('page.delete')}
      </Button>
      <Confirm opened={asked === 'restart'} title={t('page.restart_title')} action={t('page.restart')} onClose={() => setAsked(undefined)} onConfirm={() => act.mutateAsync({ id: d.id, what: 'restart' })}>
        <Text fz="sm">{t('page.restart_text')}</Text>
      </Confirm>
      <Confirm
        opened={asked === 'delete'}
        title={t('page.delete_title', { name: d.name })}
        action={t('page.delete')}
        onClose={() => setAsked(undefined)}
        onConfirm={async () => {
          await remove.mutateAsync({ id: d.id });
          notify.done(t('page.deleted', { name: d.name }));
          void navigate(workspace.to(addresses.deliveries));
        }}
      >
        <Text fz="sm">{t('page.delete_text')}</Text>
      </Confirm>
    </>
  );
}

function Facts({ delivery: d }: { delivery: Delivery }) {
  const { t, format } = useTexts(texts);
  const { t: words, format: shown } = useTexts(filterTexts);
  const now = useNow();
  const when = useWhen();
  const segments = useApi(api.segments);
  const speaker = { t: words, format: shown, names: useNames(), segments: useSegments(), rule: useRuleText() };
  const result = d.what.content === 'touchpoints' || d.what.content === 'transitions' || d.what.content === 'variants';
  const lines = [
    [t(`content.${d.what.content}`), segments.data?.items.find((s) => s.id === d.what.segment)?.name, !result && d.what.content !== 'events' && t(`mode.${d.what.mode ?? 'changes'}`), d.where.place === 'webhook' ? 'JSON' : t(`format.${d.what.format ?? 'parquet'}`)],
    [t(`place.${d.where.place}`), targetOf(d)],
    !result && [d.what.originals ? t('form.originals') : t('page.pseudonyms'), d.what.purpose && t('page.purpose', { purpose: t(`purpose.${d.what.purpose}`) })],
  ];
  return (
    <Section>
      <Stats>
        <Stat label={t('column.state')} value={<DeliveryState delivery={d} />} hint={d.failures > 0 ? t('page.failures', { count: d.failures }) : undefined} />
        <Stat label={t('column.lag')} value={d.current_as_of ? format.ago(d.current_as_of, now) : '–'} hint={d.what.content === 'events' && d.waiting > 0 ? t('page.waiting', { count: d.waiting }) : undefined} />
        <Stat label={t('column.next')} value={d.next_run_at ? <span title={format.time(d.next_run_at)}>{when.until(d.next_run_at)}</span> : '–'} hint={when.plan(d.schedule)} />
        <Stat label={t(d.where.place === 'webhook' ? 'page.messages' : 'page.files')} value={format.number(d.delivered)} />
      </Stats>
      <Stack gap={4} mt="md">
        {lines.map((line) => line && (
          <Text key={String(line[0])} fz="sm" style={{ overflowWrap: 'anywhere' }}>
            {line.filter(Boolean).join(' · ')}
          </Text>
        ))}
        {(result || d.what.content === 'customers') && (
          <Text fz="sm" c="dimmed">
            {filterLines({ ...openFilter, ...d.what.filter }, speaker).join(' · ')}
          </Text>
        )}
        <Text fz="sm" c="dimmed">
          {t('page.by', { name: d.created_by })}
        </Text>
      </Stack>
      {d.last_run && d.last_run.left_out > 0 && <Note tone="neutral">{t('page.left_out', { count: d.last_run.left_out })}</Note>}
    </Section>
  );
}

function Runs({ id, audience }: { id: string; audience: boolean }) {
  const { t, format, language } = useTexts(texts);
  const now = useNow();
  const [cursor, setCursor] = useState<string>();
  const runs = useApi(api.deliveryRuns, { id, cursor });
  const tones = { running: 'accent', done: 'good', failed: 'bad', cancelled: undefined } as const;
  const columns: Column<DeliveryRun>[] = [
    { key: 'when', header: t('runs.when'), render: (r) => <span title={format.time(r.started_at)}>{format.ago(r.started_at, now)}</span> },
    { key: 'state', header: t('runs.state'), render: (r) => <Pill tone={tones[r.state]}>{t(`run.${r.state}`)}</Pill> },
    { key: 'rows', header: t('runs.rows'), align: 'right', render: (r) => format.number(r.rows) },
    { key: 'left_out', header: t('runs.left_out'), align: 'right', render: (r) => format.number(r.left_out), minor: 1 },
    { key: 'size', header: t('runs.size'), align: 'right', render: (r) => format.bytes(r.size_bytes), minor: 2 },
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
          {audience && r.entered + r.left > 0 && <Text fz="sm">{t('runs.changes', { entered: format.number(r.entered), left: format.number(r.left) })}</Text>}
          {r.names.slice(-3).map((name) => (
            <Text key={name} fz="sm" style={{ overflowWrap: 'anywhere' }}>
              {name}
            </Text>
          ))}
          {r.files > 3 && <Text fz="sm">{t('runs.more', { count: r.files - 3 })}</Text>}
          {r.state === 'done' && r.files === 0 && <Text fz="sm" c="dimmed">{t('runs.nothing')}</Text>}
          {r.again && <Text fz="xs" c="dimmed">{t('runs.again')}</Text>}
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
