import { Button, Group, Text } from '@mantine/core';
import { IconInbox } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { api, useApiPages, type Asked, type List, type WebhookDelivery } from '@/api';
import { problemText } from '@/api/problemTexts';
import { useTexts } from '@/i18n';
import { Answer, EmptyState, Pill, Section, Table, useNow, type Column } from '@/ui';
import { texts } from './de';

const tones = { taken: 'good', partly: 'signal', ignored: undefined, rejected: 'bad', refused: 'bad', failed: 'bad' } as const;

/** The last requests and what became of them; older ones by the page. */
export function Deliveries({ hook, of }: { hook: string; of: Asked<List<WebhookDelivery>> }) {
  const { t } = useTexts(texts);
  const [older, setOlder] = useState<string>();
  const pages = useApiPages(api.webhookDeliveries, { id: hook }, { enabled: older !== undefined, first: older });
  const rows = [...(of.data?.items ?? []), ...(pages.data?.flatMap((p) => p.items) ?? [])];
  const seen = new Set<string>();
  const own = rows.filter((d) => !seen.has(d.id) && seen.add(d.id));
  const next = older === undefined ? of.data?.next_cursor : pages.hasNextPage;
  return (
    <Section title={t('deliveries.title')}>
      <Answer
        of={of}
        isEmpty={(data) => data.items.length === 0}
        empty={
          <EmptyState icon={IconInbox} title={t('deliveries.none')}>
            {t('deliveries.none_text')}
          </EmptyState>
        }
      >
        {(data) => (
          <>
            <Rows rows={own} />
            {next && (
              <Group mt="sm">
                <Button variant="default" loading={pages.isFetching} onClick={() => (older === undefined ? setOlder(data.next_cursor) : void pages.fetchNextPage())}>
                  {t('deliveries.more')}
                </Button>
              </Group>
            )}
          </>
        )}
      </Answer>
    </Section>
  );
}

function Rows({ rows }: { rows: WebhookDelivery[] }) {
  const { t, format, language } = useTexts(texts);
  const now = useNow();
  const columns = useMemo<Column<WebhookDelivery>[]>(
    () => [
      { key: 'time', header: t('deliveries.time'), width: 150, render: (d) => <span title={format.time(d.received_at)}>{format.ago(d.received_at, now)}</span> },
      { key: 'state', header: t('deliveries.state'), width: 150, render: (d) => <Pill tone={tones[d.state]}>{t(`delivery.${d.state}`)}</Pill> },
      { key: 'events', header: t('deliveries.events'), align: 'right', width: 120, render: (d) => format.number(d.accepted) },
      { key: 'known', header: t('deliveries.known'), align: 'right', width: 120, minor: 1, render: (d) => format.number(d.known) },
      { key: 'ignored', header: t('deliveries.ignored'), align: 'right', width: 90, minor: 2, render: (d) => format.number(d.ignored) },
      { key: 'what', header: t('deliveries.what'), render: (d) => <What delivery={d} language={language} /> },
      { key: 'status', header: t('deliveries.status'), align: 'right', width: 90, minor: 1, render: (d) => d.status },
      { key: 'size', header: t('deliveries.size'), align: 'right', width: 90, minor: 2, render: (d) => <Text fz="sm" c="dimmed">{format.bytes(d.size_bytes)}</Text> },
    ],
    [t, format, language, now],
  );
  return <Table label={t('deliveries.title')} columns={columns} rows={rows} rowKey={(d) => d.id} dense />;
}

function What({ delivery, language }: { delivery: WebhookDelivery; language: 'de' | 'en' }) {
  const { t } = useTexts(texts);
  if (delivery.error_code) return <Text fz="sm">{problemText(delivery.error_code, language) ?? delivery.error_code}</Text>;
  if (delivery.state === 'ignored') return <Text fz="sm">{t('delivery.ignored_text')}</Text>;
  return (
    <>
      {delivery.event_types.length > 0 && <Text fz="sm">{delivery.event_types.join(', ')}</Text>}
      {delivery.rejects.slice(0, 3).map((r, i) => (
        <Text key={i} fz="sm" c="dimmed">
          {t('deliveries.item', { index: r.index + 1, text: problemText(r.code, language) ?? r.code })}
        </Text>
      ))}
    </>
  );
}
