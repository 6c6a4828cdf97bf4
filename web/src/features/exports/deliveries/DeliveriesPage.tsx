import { Button, Text } from '@mantine/core';
import { IconPlus, IconTruckDelivery } from '@tabler/icons-react';
import { Link, useNavigate } from 'react-router';
import { addresses, api, useApi, useWorkspace, type Delivery } from '@/api';
import { problemText } from '@/api/problemTexts';
import { useTexts } from '@/i18n';
import { Answer, EmptyState, Page, Section, Table, useNow, type Column } from '@/ui';
import { Tabs } from '../Tabs';
import { texts } from './de';
import { DeliveryState, targetOf, useWhen } from './state';

/** What other systems are given again and again, and how each delivery stands. */
export function Component() {
  const { t } = useTexts(texts);
  const workspace = useWorkspace();
  const deliveries = useApi(api.deliveries);
  const list = deliveries.data?.items ?? [];
  const failing = list.filter((d) => d.last_run?.state === 'failed' && !d.paused).length;
  const add = (
    <Button component={Link} to={workspace.to(addresses.newDelivery)} leftSection={<IconPlus size={17} stroke={1.75} aria-hidden />}>
      {t('list.new')}
    </Button>
  );
  return (
    <Page
      title={t('list.title')}
      answer={deliveries.data && (list.length === 0 ? t('list.answer_none') : failing > 0 ? t('list.answer_failing', { count: failing }) : t('list.answer_good', { count: list.length }))}
      actions={<Tabs now="deliveries" />}
    >
      <Section title={t('list.title')} aside={list.length > 0 && add}>
        <Answer
          of={deliveries}
          isEmpty={(all) => all.items.length === 0}
          empty={
            <EmptyState icon={IconTruckDelivery} title={t('list.none')} action={add}>
              {t('list.none_text')}
            </EmptyState>
          }
        >
          {(all) => <Deliveries deliveries={all.items} />}
        </Answer>
      </Section>
    </Page>
  );
}

function Deliveries({ deliveries }: { deliveries: Delivery[] }) {
  const { t, format, language } = useTexts(texts);
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const now = useNow();
  const when = useWhen();
  const quiet = (text: string) => (
    <Text fz="sm" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
      {text}
    </Text>
  );
  const columns: Column<Delivery>[] = [
    { key: 'name', header: t('column.name'), render: (d) => d.name, sort: (d) => d.name },
    { key: 'content', header: t('column.content'), render: (d) => t(`content.${d.what.content}`), sort: (d) => t(`content.${d.what.content}`), minor: 1 },
    { key: 'where', header: t('column.where'), render: (d) => <Text fz="sm" c="dimmed" lineClamp={1} title={targetOf(d)} style={{ overflowWrap: 'anywhere' }}>{targetOf(d)}</Text>, minor: 2 },
    {
      key: 'state', header: t('column.state'), sort: (d) => (d.paused ? 'paused' : d.last_run?.state),
      render: (d) => (
        <>
          <DeliveryState delivery={d} />
          {d.last_run?.error_code && (
            <Text fz="xs" c="dimmed" mt={2} lineClamp={2}>
              {problemText(d.last_run.error_code, language) ?? d.last_run.error_code}
            </Text>
          )}
        </>
      ),
    },
    { key: 'last', header: t('column.last'), render: (d) => quiet(d.last_run ? format.ago(d.last_run.started_at, now) : t('never')), sort: (d) => d.last_run?.started_at },
    { key: 'rows', header: t('column.rows'), align: 'right', render: (d) => (d.last_run ? format.number(d.last_run.rows) : '–'), sort: (d) => d.last_run?.rows },
    { key: 'lag', header: t('column.lag'), render: (d) => quiet(d.current_as_of ? format.ago(d.current_as_of, now) : '–'), sort: (d) => d.current_as_of, minor: 1 },
    { key: 'next', header: t('column.next'), render: (d) => quiet(d.next_run_at ? when.until(d.next_run_at) : '–'), sort: (d) => d.next_run_at, minor: 1 },
  ];
  return (
    <Table
      label={t('list.title')}
      columns={columns}
      rows={deliveries}
      rowKey={(d) => d.id}
      rowName={(d) => d.name}
      onOpen={(d) => void navigate(workspace.to(addresses.delivery(d.id)))}
      initialSort={{ key: 'name', descending: false }}
    />
  );
}
