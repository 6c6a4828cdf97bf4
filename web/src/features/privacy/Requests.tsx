import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconShieldLock } from '@tabler/icons-react';
import { useEffect, useMemo, useState } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { api, asProblem, useApi, useApiPages, useChange, useWorkspace, type PrivacyRequest } from '@/api';
import { useLocale, useTexts } from '@/i18n';
import { EmptyState, LoadingLines, Pill, ProblemNote, ProblemState, Section, Table, useProblemText, type Column } from '@/ui';
import { NewRequest, type Rectify } from './NewRequest';
import { texts } from './de';

export function Requests() {
  const { t, format, language } = useTexts(texts);
  const { t: shared } = useLocale();
  const workspace = useWorkspace();
  const textOf = useProblemText();
  const list = useApiPages(api.privacyRequests, {});
  const rows = useMemo(() => list.data?.flatMap((page) => page.items) ?? [], [list.data]);
  const sources = useApi(api.sources);
  const sourceName = useMemo(() => new Map(sources.data?.items.map((s) => [s.id, s.name])), [sources.data]);
  // The customer view begins a rectification here; its values travel in the history's state, not in the address. They are taken
  // out of it, so that the page does not begin again when it is reloaded.
  const location = useLocation();
  const navigate = useNavigate();
  const given = (location.state as { rectify?: Rectify } | null)?.rectify;
  const [begun] = useState(given);
  useEffect(() => {
    if (given) void navigate(location, { replace: true, state: null });
  }, [given, location, navigate]);
  const [adding, { open: add, close }] = useDisclosure(!!begun);
  const bytes = useChange(api.privacyBytesNow, { quiet: true });
  const columns = useMemo<Column<PrivacyRequest>[]>(
    () => [
      {
        key: 'what',
        header: t('requests.what'),
        render: (r) => (
          <div style={{ padding: '8px 0' }}>
            <Text fz="sm" fw={550}>{t(`kind.${r.kind}`)}</Text>
            <Text fz="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
              {[t('requests.more', { count: r.proof.customers }), r.kind === 'rectification' && (r.attribute ?? t('rectify.identifier')), r.proof.unknown > 0 && t('requests.unknown', { count: r.proof.unknown }), r.note].filter(Boolean).join(' · ')}
            </Text>
          </div>
        ),
      },
      {
        key: 'when',
        header: t('requests.when'),
        width: 170,
        render: (r) => (
          <>
            <Text fz="sm">{format.time(r.created_at)}</Text>
            <Text fz="xs" c="dimmed">{r.created_by}</Text>
          </>
        ),
      },
      { key: 'state', header: t('requests.state'), width: 170, render: (r) => <Pill tone={r.state === 'done' ? 'good' : r.state === 'failed' ? 'bad' : 'signal'}>{t(`state.${r.state}`)}</Pill> },
      {
        key: 'proof',
        header: t('requests.proof'),
        width: '32%',
        render: (r) => (
          <Stack gap={2} py={8}>
            {r.proof.gone_after_s !== undefined && <Text fz="xs">{t('requests.gone', { seconds: format.number(r.proof.gone_after_s, 1) })}</Text>}
            {r.proof.bytes_gone_after_s !== undefined && <Text fz="xs">{t('requests.bytes_gone', { seconds: format.number(r.proof.bytes_gone_after_s, 1) })}</Text>}
            {!!r.repeats && r.repeated_at && (
              <Text fz="xs">
                {t('requests.repeats', { count: r.repeats, time: format.time(r.repeated_at) })}
                {r.repeated_source && sourceName.get(r.repeated_source) ? ` (${sourceName.get(r.repeated_source)})` : ''}
              </Text>
            )}
            {r.error_code && <Text fz="xs">{t('requests.try_again', { why: textOf(asProblem({ code: r.error_code })) })}</Text>}
            {r.state === 'hidden' && r.bytes_due_at && (
              <Group gap="xs">
                <Text fz="xs">{t('requests.bytes_due', { time: format.time(r.bytes_due_at) })}</Text>
                <Button size="compact-xs" variant="default" loading={bytes.isPending} onClick={() => bytes.mutate({ id: r.id })} aria-label={t('requests.bytes_now_of', { note: r.note || r.id })}>
                  {t('requests.bytes_now')}
                </Button>
              </Group>
            )}
            {r.file && (
              <Group gap="sm">
                <Anchor fz="xs" href={`/api/v1/workspaces/${workspace.id}/privacy/requests/${r.id}/file.zip?language=${language}`}>{t('requests.zip')}</Anchor>
                <Anchor fz="xs" href={`/api/v1/workspaces/${workspace.id}/privacy/requests/${r.id}/file.html?language=${language}`}>{t('requests.html')}</Anchor>
                <Anchor fz="xs" href={`/api/v1/workspaces/${workspace.id}/privacy/requests/${r.id}/file.json`}>{t('requests.json')}</Anchor>
              </Group>
            )}
          </Stack>
        ),
      },
    ],
    [t, format, language, workspace, bytes, textOf, sourceName],
  );
  const button = (
    <Button leftSection={<IconPlus size={17} stroke={1.75} aria-hidden />} onClick={add}>
      {t('requests.new')}
    </Button>
  );
  return (
    <Section title={t('requests.title')} aside={rows.length > 0 && button}>
      {list.isPending ? (
        <LoadingLines lines={5} />
      ) : list.error && !list.data ? (
        <ProblemState problem={asProblem(list.error)} retry={() => void list.refetch()} />
      ) : (
        <>
          <ProblemNote problem={bytes.error} />
          <Table
            label={t('requests.title')}
            columns={columns}
            rows={rows}
            rowKey={(r) => r.id}
            empty={
              <EmptyState icon={IconShieldLock} title={t('requests.none')} action={button}>
                {t('requests.none_text')}
              </EmptyState>
            }
          />
          {list.hasNextPage && (
            <Group justify="center" mt="lg">
              <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                {shared('action.show_more')}
              </Button>
            </Group>
          )}
        </>
      )}
      <NewRequest opened={adding} onClose={close} begun={begun} />
    </Section>
  );
}
