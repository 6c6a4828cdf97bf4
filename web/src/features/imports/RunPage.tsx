import { Button, Menu, Progress, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAlertTriangle, IconArrowBackUp, IconDots, IconDownload, IconReplace, IconRoute, IconUpload } from '@tabler/icons-react';
import { Link, useNavigate, useParams } from 'react-router';
import { addresses, api, asProblem, download, useApi, useChange, useWorkspace, type Import, type RejectReason } from '@/api';
import { problemText } from '@/api/problemTexts';
import { useLocale, useTexts } from '@/i18n';
import { Answer, Confirm, Note, Page, Section, Stat, Stats, Table, useNotify } from '@/ui';
import { texts } from './de';
import classes from './imports.module.css';

const isRunning = (run: Import) => run.state === 'queued' || run.state === 'running';

/** One import: its progress while it runs (left and found again), its result afterwards. */
export function Component() {
  const { t } = useTexts(texts);
  const { id = '' } = useParams();
  // The stream brings progress at once; asking now and then covers a lost stream.
  const run = useApi(api.import, { id }, { keep: false, every: (answer) => (answer && isRunning(answer) ? 2000 : false) });
  if (!run.data)
    return (
      <Page title={t('import.title')}>
        <Answer of={run}>{() => null}</Answer>
      </Page>
    );
  return <Run run={run.data} runs={isRunning(run.data)} />;
}

function Run({ run, runs }: { run: Import; runs: boolean }) {
  const { t, format } = useTexts(texts);
  return (
    <Page title={t('run.title', { name: run.file_name })} answer={<RunAnswer run={run} />} actions={<Actions run={run} />} coverage={!runs}>
      <Text fz="sm" c="dimmed" mt={-16} mb="lg">
        {t('run.to_source', { name: run.source_name })} · {t('run.by', { time: format.time(run.created_at), name: run.created_by })}
        {run.size_bytes > 0 && ` · ${format.bytes(run.size_bytes)}`}
      </Text>
      {runs && <Running run={run} />}
      {run.state === 'failed' && <Failed run={run} />}
      {(run.state === 'done' || run.state === 'undone') && <Result run={run} />}
    </Page>
  );
}

function RunAnswer({ run }: { run: Import }) {
  const { t } = useTexts(texts);
  if (run.state === 'queued') return t('run.queued');
  if (run.state === 'running') return t.rich('run.running', { stage: <b>{t.code(`stage.${run.stage}`, run.stage)}</b> });
  if (run.state === 'done')
    return run.events_new === 0 && run.events_known > 0
      ? t('run.answer_known', { count: run.events_known })
      : t.rich('run.answer_done', { events: <b>{t('run.events', { count: run.events_new })}</b>, rows: t('run.rows', { count: run.rows_read }) });
  return t(`run.answer_${run.state}`);
}

function Actions({ run }: { run: Import }) {
  const { t } = useTexts(texts);
  const { t: shared } = useLocale();
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const notify = useNotify();
  const [undoing, { open, close }] = useDisclosure(false);
  const undo = useChange(api.undoImport, { quiet: true });
  const cancel = useChange(api.cancelImport);
  const may = workspace.may('import_data');
  if (isRunning(run))
    return (
      may && (
        <Button variant="default" loading={cancel.isPending} onClick={() => cancel.mutate({ id: run.id }, { onSuccess: () => notify.done(t('run.cancelled')) })}>
          {t('run.cancel')}
        </Button>
      )
    );
  return (
    <>
      {run.state === 'done' ? (
        <Button component={Link} to={workspace.to(addresses.journey)} leftSection={<IconRoute size={17} stroke={1.75} aria-hidden />}>
          {t('run.journey')}
        </Button>
      ) : (
        may && (
          <Button component={Link} to={workspace.to(addresses.import)}>
            {t('run.again')}
          </Button>
        )
      )}
      {run.state === 'done' && may && (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" aria-label={shared('action.more')} px={10}>
              <IconDots size={18} aria-hidden />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconUpload size={16} aria-hidden />} onClick={() => void navigate(workspace.to(addresses.import))}>
              {t('run.again')}
            </Menu.Item>
            <Menu.Item leftSection={<IconReplace size={16} aria-hidden />} onClick={() => void navigate({ pathname: workspace.to(addresses.import), search: `?ersetzt=${encodeURIComponent(run.id)}` })}>
              {t('run.replace')}
            </Menu.Item>
            <Menu.Item leftSection={<IconArrowBackUp size={16} aria-hidden />} color="red" onClick={open}>
              {t('run.undo')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      <Confirm
        opened={undoing}
        title={t('run.undo_title', { name: run.file_name })}
        action={t('run.undo')}
        onClose={close}
        onConfirm={async () => {
          await undo.mutateAsync({ id: run.id });
          notify.done(t('run.undone', { name: run.file_name }));
        }}
      >
        <Text fz="sm">{t('run.undo_text', { count: run.events_new })}</Text>
      </Confirm>
    </>
  );
}

function Running({ run }: { run: Import }) {
  const { t, format } = useTexts(texts);
  return (
    <div className={classes.uploading}>
      <div className={classes.uploadingFoot}>
        <Text fw={600}>{t.code(`stage.${run.stage || 'queued'}`, run.stage)}</Text>
        <Text fw={600}>{format.share(run.progress)}</Text>
      </div>
      <Progress value={run.progress * 100} size="md" aria-label={t('run.title', { name: run.file_name })} transitionDuration={150} />
      <div className={classes.uploadingFoot}>
        <Text fz="sm" c="dimmed">
          {t('run.leave')}
        </Text>
        {run.rows_read > 0 && (
          <Text fz="sm" c="dimmed">
            {t('run.rows_so_far', { count: run.rows_read })}
          </Text>
        )}
      </div>
    </div>
  );
}

function Failed({ run }: { run: Import }) {
  const { t, language } = useTexts(texts);
  const code = run.error_code ?? 'unknown';
  return (
    <Section title={t('run.failed')}>
      <Note tone="bad" icon={IconAlertTriangle}>
        {problemText(code, language) ?? t('run.failed_unknown', { code })}
        {run.error_detail && (
          <Text component="div" fz="xs" c="dimmed" mt={4}>
            {run.error_detail}
          </Text>
        )}
      </Note>
    </Section>
  );
}

function Result({ run }: { run: Import }) {
  const { t, format } = useTexts(texts);
  const notify = useNotify();
  const workspace = useWorkspace();
  const total = run.stages.reduce((sum, s) => sum + s.seconds, 0);
  return (
    <>
      <Stats>
        <Stat label={t('stat.new')} value={format.number(run.events_new)} hint={run.first && run.last ? format.period(run.first, run.last) : undefined} />
        <Stat label={t('stat.known')} value={format.number(run.events_known)} hint={run.events_known > 0 ? t('stat.known_hint') : undefined} />
        <Stat label={t('stat.rejected')} value={format.number(run.rows_rejected)} hint={run.rows_read > 0 ? format.share(run.rows_rejected / run.rows_read) : undefined} />
        <Stat label={t('stat.rows')} value={format.number(run.rows_read)} />
        <Stat label={t('stat.customers')} value={format.number(run.customers_new)} />
      </Stats>
      {run.rows_rejected > 0 && (
        <Section
          title={t('run.rejects')}
          aside={
            <Button
              size="compact-md"
              variant="default"
              leftSection={<IconDownload size={16} aria-hidden />}
              onClick={() => download('GET', `workspaces/${workspace.id}/imports/${run.id}/rejects.csv`, `${run.file_name}.rejects.csv`).catch((e: unknown) => notify.problem(asProblem(e)))}
            >
              {t('run.rejects_download')}
            </Button>
          }
        >
          <Text fz="sm" c="dimmed" mb="xs">
            {t('run.rejects_text', { share: format.share(run.rows_rejected / Math.max(1, run.rows_read)) })}
          </Text>
          <Reasons label={t('run.rejects')} reasons={run.rejects} kind="reject" />
        </Section>
      )}
      {run.warnings.length > 0 && (
        <Section title={t('run.warnings')}>
          <Reasons label={t('run.warnings')} reasons={run.warnings} kind="warning" />
        </Section>
      )}
      {run.stages.length > 0 && (
        <Section title={t('run.stages')}>
          <Table
            label={t('run.stages')}
            dense
            columns={[
              { key: 'stage', header: t('run.stage'), render: (s) => t.code(`stage.${s.stage}`, s.stage) },
              { key: 'seconds', header: t('run.seconds'), align: 'right', width: 160, render: (s) => format.duration(s.seconds) },
            ]}
            rows={[...run.stages, { stage: t('run.total'), seconds: total }]}
            rowKey={(s) => s.stage}
          />
        </Section>
      )}
    </>
  );
}

function Reasons({ label, reasons, kind }: { label: string; reasons: RejectReason[]; kind: 'reject' | 'warning' }) {
  const { t, format, language } = useTexts(texts);
  return (
    <Table
      label={label}
      dense
      columns={[
        { key: 'reason', header: t('run.reason'), render: (r) => t.code(`${kind}.${r.code}`, problemText(r.code, language) ?? r.code) },
        { key: 'example', header: t('run.example'), render: (r) => <Text fz="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>{r.example ?? '–'}</Text> },
        { key: 'rows', header: t('run.count'), align: 'right', width: 120, render: (r) => format.number(r.rows) },
      ]}
      rows={reasons}
      rowKey={(r) => r.code}
    />
  );
}
