import { Button, Skeleton, Text } from '@mantine/core';
import { IconBookmark, IconPlus } from '@tabler/icons-react';
import { useMemo } from 'react';
import { Link, useNavigate } from 'react-router';
import { addresses, api, openFilter, useApi, useWorkspace, type Segment } from '@/api';
import { useTexts } from '@/i18n';
import { Answer, EmptyState, Page, ShareBar, Table, type Column } from '@/ui';
import { chipsOf, filterTexts, periodText, useNames, useRuleText } from '@/ui/filterbar';
import { texts } from './de';

/** All segments with their present size. */
export function Component() {
  const { t } = useTexts(texts);
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const segments = useApi(api.segments);
  const words = useWords();
  const columns = useMemo<Column<Segment>[]>(
    () => [
      { key: 'name', header: t('column.name'), width: '28%', render: (one) => <b>{one.name}</b>, sort: (one) => one.name },
      { key: 'size', header: t('column.size'), align: 'right', width: 130, render: (one) => <Size id={one.id} /> },
      { key: 'conditions', header: t('column.conditions'), render: (one) => <Text fz="sm" c="dimmed" lineClamp={2}>{words(one)}</Text> },
      { key: 'by', header: t('column.by'), minor: 1, width: '16%', render: (one) => one.created_by || '–' },
    ],
    [t, words],
  );
  const add = workspace.may('analyse') && (
    <Button component={Link} to={workspace.to(addresses.newSegment)} leftSection={<IconPlus size={16} stroke={2} />}>
      {t('list.new')}
    </Button>
  );
  return (
    <Page title={t('list.title')} coverage answer={segments.data && segments.data.items.length > 0 ? t('list.answer', { count: segments.data.items.length }) : undefined} actions={segments.data && segments.data.items.length > 0 && add}>
      <Answer
        of={segments}
        isEmpty={(data) => data.items.length === 0}
        empty={
          <EmptyState icon={IconBookmark} title={t('empty.title')} action={add}>
            {t('empty.text')}
          </EmptyState>
        }
      >
        {(data) => <Table label={t('list.title')} columns={columns} rows={data.items} rowKey={(one) => one.id} rowName={(one) => one.name} onOpen={(one) => void navigate(workspace.to(addresses.segment(one.id)))} tall />}
      </Answer>
    </Page>
  );
}

/** A segment's conditions in words. */
export function useWords(): (segment: Segment) => string {
  const { t } = useTexts(texts);
  const { t: filterWords, format } = useTexts(filterTexts);
  const names = useNames();
  const rule = useRuleText();
  return useMemo(
    () => (segment) => {
      const filter = { ...openFilter, ...segment.filter };
      const lines = chipsOf(filter, { t: filterWords, format, names, segments: [], rule }).map((chip) => chip.text);
      if (filter.from !== undefined || filter.to !== undefined) lines.unshift(periodText(filter, { t: filterWords, format }));
      return lines.join(' · ') || t('none');
    },
    [t, filterWords, format, names, rule],
  );
}

function Size({ id }: { id: string }) {
  const { t, format } = useTexts(texts);
  const answer = useApi(api.audience, { filter: { ...openFilter, segment: id } });
  if (answer.error && !answer.data) return <Text fz="xs" c="dimmed">{t('size.problem')}</Text>;
  if (!answer.data) return <Skeleton height={16} width={60} ml="auto" />;
  const { customers, customers_total: all } = answer.data;
  if (customers === undefined) return <>{t('size.small')}</>;
  return (
    <>
      {format.number(customers)}
      <ShareBar share={all > 0 ? customers / all : 0} />
    </>
  );
}
