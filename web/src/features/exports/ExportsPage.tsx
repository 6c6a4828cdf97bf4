import { Button, Group, Progress, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDownload, IconFileExport, IconPlus } from '@tabler/icons-react';
import { useMemo } from 'react';
import { api, useApi, useChange, useWorkspace, type Export } from '@/api';
import { problemText } from '@/api/problemTexts';
import { useLocale, useTexts } from '@/i18n';
import { Answer, EmptyState, Page, Pill, Section, Table, useNotify, useNow, type Column } from '@/ui';
import { FilterBar } from '@/ui/filterbar';
import { texts } from './de';
import { ExportDialog } from './ExportDialog';
import { Tabs } from './Tabs';

const runs = (e: Export) => e.state === 'queued' || e.state === 'running';
const tones = { queued: undefined, running: 'accent', done: 'good', failed: 'bad', cancelled: undefined, undone: undefined } as const;

export function Component() {
  const { t } = useTexts(texts);
  const exports = useApi(api.exports, undefined, { every: (list) => (list?.items.some(runs) ? 700 : false) });
  const [asking, { open, close }] = useDisclosure(false);
  const ready = exports.data?.items.filter((e) => e.state === 'done').length ?? 0;
  const add = (
    <Button leftSection={<IconPlus size={17} stroke={1.75} aria-hidden />} onClick={open}>
      {t('new')}
    </Button>
  );
  return (
    <Page title={t('title')} answer={exports.data && (ready > 0 ? t('answer', { count: ready }) : t('answer_none'))} filters={<FilterBar />} coverage actions={<Tabs now="now" />}>
      <Section title={t('list')} aside={(exports.data?.items.length ?? 0) > 0 && add}>
        <Answer
          of={exports}
          isEmpty={(list) => list.items.length === 0}
          empty={
            <EmptyState icon={IconFileExport} title={t('none')} action={add}>
              {t('none_text')}
            </EmptyState>
          }
        >
          {(list) => <ExportList exports={list.items} />}
        </Answer>
      </Section>
      <ExportDialog opened={asking} onClose={close} />
    </Page>
  );
}

function ExportList({ exports }: { exports: Export[] }) {
  const { t, format, language } = useTexts(texts);
  const { t: shared } = useLocale();
  const workspace = useWorkspace();
  const notify = useNotify();
  const now = useNow();
  const cancel = useChange(api.cancelExport);
  const remove = useChange(api.deleteExport);
  const columns = useMemo<Column<Export>[]>(() => {
    const what = (e: Export) => {
      const period = e.from && e.to ? t('what.period', { from: e.from, to: e.to }) : e.from ? t('what.from', { from: e.from }) : e.to ? t('what.to', { to: e.to }) : '';
      return [e.source_name, period, e.filtered && t('what.filtered'), e.originals && t('what.originals')].filter(Boolean).join(', ') || t('what.all');
    };
    return [
      { key: 'format', header: t('column.format'), render: (e) => t(`format.${e.format}`), sort: (e) => e.format },
      { key: 'what', header: t('column.what'), render: what, sort: what },
      {
        key: 'when',
        header: t('column.when'),
        sort: (e) => e.created_at,
        render: (e) => (
          <Text fz="sm" c="dimmed" title={t('by', { time: format.time(e.created_at), name: e.created_by })} style={{ whiteSpace: 'nowrap' }}>
            {format.ago(e.created_at, now)}
          </Text>
        ),
      },
      {
        key: 'state',
        header: t('column.state'),
        width: 170,
        sort: (e) => e.state,
        render: (e) =>
          e.state === 'running' ? (
            <Progress value={e.progress * 100} size="sm" aria-label={t('state.running')} />
          ) : (
            <span title={e.error_code ? t('failed_because', { why: problemText(e.error_code, language) ?? e.error_code }) : undefined}>
              <Pill tone={tones[e.state]}>{t(`state.${e.state}`)}</Pill>
            </span>
          ),
      },
      { key: 'events', header: t('column.events'), align: 'right', render: (e) => (e.state === 'done' ? format.number(e.events) : '–'), sort: (e) => e.events },
      { key: 'size', header: t('column.size'), align: 'right', render: (e) => (e.state === 'done' ? format.bytes(e.size_bytes) : '–'), sort: (e) => e.size_bytes },
      {
        key: 'do',
        header: '',
        label: t('column.do'),
        align: 'right',
        width: 260,
        render: (e) => (
          <Group gap="xs" justify="flex-end" wrap="nowrap">
            {e.state === 'done' && (
              // A plain link: the browser writes the file as it comes, however large it is.
              <Button
                component="a"
                href={`/api/v1/workspaces/${workspace.id}/exports/${e.id}/file`}
                download={e.file_name}
                size="compact-sm"
                variant="light"
                leftSection={<IconDownload size={15} stroke={1.75} aria-hidden />}
                aria-label={t('fetch_of', { name: e.file_name })}
              >
                {t('fetch')}
              </Button>
            )}
            {runs(e) ? (
              <Button size="compact-sm" variant="default" loading={cancel.isPending && cancel.variables?.id === e.id} onClick={() => cancel.mutate({ id: e.id })} aria-label={t('cancel_of', { name: e.file_name })}>
                {shared('action.cancel')}
              </Button>
            ) : (
              <Button
                size="compact-sm"
                variant="subtle"
                onClick={() => remove.mutate({ id: e.id }, { onSuccess: () => notify.done(t('deleted', { name: e.file_name })) })}
                aria-label={t('delete_of', { name: e.file_name })}
              >
                {t('delete')}
              </Button>
            )}
          </Group>
        ),
      },
    ];
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the changes' functions stay the same
  }, [t, format, language, now, workspace.id, cancel.isPending]);
  return <Table label={t('list')} columns={columns} rows={exports} rowKey={(e) => e.id} rowName={(e) => e.file_name} />;
}
