import { Button, Group, Text } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useMemo } from 'react';
import { api, asProblem, useApi, useApiPages, useWorkspace, type AuditEntry } from '@/api';
import { useLocale, useTexts } from '@/i18n';
import { EmptyState, LoadingLines, Page, ProblemState, Section, Table, type Column } from '@/ui';
import { texts } from './de';
import { useNames } from '@/ui/filterbar';
import { detailsText, type DetailWords } from './details';

export function Component() {
  const { t, format } = useTexts(texts);
  const { t: shared } = useLocale();
  const workspace = useWorkspace();
  const log = useApiPages(api.audit, {});
  const entries = useMemo(() => log.data?.flatMap((page) => page.items) ?? [], [log.data]);
  const names = useNames();
  const sources = useApi(api.sources).data?.items;
  const words = useMemo<DetailWords>(
    () => ({
      name: (key) => t.code(`detail.${key}`, key.replaceAll('_', ' ')),
      of: (id) => names.touchpoint(id)?.name ?? sources?.find((one) => one.id === id)?.name,
      word: (value) => shared.code(`role.${value}`, value),
    }),
    [t, shared, names, sources],
  );
  const columns = useMemo<Column<AuditEntry>[]>(
    () => [
      { key: 'at', header: t('audit.at'), width: 138, render: (e) => format.time(e.at) },
      { key: 'who', header: t('audit.principal'), width: '16%', render: (e) => e.principal },
      { key: 'what', header: t('audit.action'), width: '22%', render: (e) => <Text fz="sm" fw={550}>{t.code(`action.${e.action}`, e.action)}</Text> },
      {
        key: 'details',
        header: t('audit.details'),
        render: (e) => (
          <Text fz="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }} py={8}>
            {detailsText(e.details, words) || words.of(e.object) || '–'}
          </Text>
        ),
      },
    ],
    [t, format, words],
  );
  return (
    <Page title={t('audit.title')} answer={t('audit.answer', { workspace: workspace.name })}>
      <Section>
        {log.isPending ? (
          <LoadingLines lines={8} />
        ) : log.error && !log.data ? (
          <ProblemState problem={asProblem(log.error)} retry={() => void log.refetch()} />
        ) : (
          <>
            <Table
              label={t('audit.title')}
              columns={columns}
              rows={entries}
              rowKey={(e, i) => `${e.at} ${i}`}
              empty={
                <EmptyState icon={IconHistory} title={t('audit.none')}>
                  {t('audit.none_text')}
                </EmptyState>
              }
            />
            {log.hasNextPage && (
              <Group justify="center" mt="lg">
                <Button variant="default" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
                  {shared('action.show_more')}
                </Button>
              </Group>
            )}
          </>
        )}
      </Section>
    </Page>
  );
}
