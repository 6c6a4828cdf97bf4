import { ActionIcon, Button, Drawer, Group, Text } from '@mantine/core';
import { IconArrowLeft, IconDownload, IconUser } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { Link } from 'react-router';
import { addresses, api, download, request, useWorkspace, type Instances, type InstanceRow, type InstancesRequest, type Problem, type TouchpointName } from '@/api';
import { groupKey } from '@/api/useApi';
import { useLocale, useTexts } from '@/i18n';
import { Chain, LoadingLines, Pill, ProblemState, Table, useNotify, type Column } from '@/ui';
import { useCounted } from '../counted';
import { texts } from '../de';
import { Course } from './Course';
import classes from './rows.module.css';

/** What the rows stand behind: a question, and its words, e.g. "mit „Rechnung“". */
export interface RowsOf {
  request: Omit<InstancesRequest, 'limit' | 'cursor'>;
  words: string;
  /** Rows carry the time of an edge. */
  timed?: boolean;
  /** Opens this customer's course at once. */
  customer?: string;
}

/** The instances behind a number, page by page; a row opens the customer's course. */
export function RowsDrawer({ rows, onClose }: { rows: RowsOf | null; onClose: () => void }) {
  return (
    <Drawer.Root opened={rows !== null} onClose={onClose} position="right" size="min(880px, 94vw)" padding={0} transitionProps={{ duration: 140 }}>
      <Drawer.Overlay backgroundOpacity={0.25} />
      <Drawer.Content aria-label={rows?.words}>
        <Drawer.Body>{rows && <Contents key={JSON.stringify(rows.request) + (rows.customer ?? '')} rows={rows} onClose={onClose} />}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}

function Contents({ rows, onClose }: { rows: RowsOf; onClose: () => void }) {
  const { t, format } = useTexts(texts);
  const { t: shared } = useLocale();
  const workspace = useWorkspace();
  const notify = useNotify();
  const counted = useCounted();
  const [customer, setCustomer] = useState<string | null>(rows.customer ?? null);
  // The number's moment may be too long ago for the server to answer: then the rows of now are shown, with their own total.
  const [now, setNow] = useState(false);
  const asked = now ? { ...rows.request, as_of: undefined } : rows.request;
  const pages = useInfiniteQuery<Instances, Problem>({
    queryKey: [...groupKey(workspace.id, 'analysis'), 'rows', asked],
    queryFn: ({ pageParam, signal }) => {
      const body = { ...asked, limit: 50, ...(pageParam ? { cursor: pageParam } : {}) };
      return request<Instances>('POST', `workspaces/${workspace.id}/${api.instances.path(body as InstancesRequest)}`, { body, signal });
    },
    initialPageParam: null as unknown,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    // The rows belong to a number that was read at `as_of`: they do not change while they are looked at.
    staleTime: Infinity,
    enabled: rows.customer === undefined,
  });
  if (pages.error?.code === 'as_of_gone' && !now) setNow(true);
  const list = pages.data?.pages.flatMap((page) => page.rows) ?? [];
  const total = pages.data?.pages[0]?.total ?? 0;
  const names = useMemo(() => new Map<string, TouchpointName>(pages.data?.pages.flatMap((page) => page.touchpoints.map((one) => [one.id, one] as const)) ?? []), [pages.data]);

  const columns: Column<InstanceRow>[] = [
    { key: 'customer', header: counted.headingOne, render: (row) => <span className={classes.customer}>{shortId(row.customer)}</span> },
    { key: 'key', header: t('rows.key'), render: (row) => row.instance_key ?? '–' },
    {
      key: 'first',
      header: t('rows.first'),
      render: (row) => (
        <span className={classes.first}>
          {format.time(row.first)} {row.open && <Pill tone="accent">{t('rows.open')}</Pill>}
        </span>
      ),
    },
    ...(rows.timed ? [{ key: 'time', header: t('rows.time'), align: 'right' as const, render: (row: InstanceRow) => (row.time_s === undefined ? '–' : format.duration(row.time_s)) }] : []),
    { key: 'duration', header: t('rows.duration'), align: 'right', render: (row) => format.duration(row.duration_s) },
    { key: 'events', header: t('rows.events'), align: 'right', render: (row) => format.number(row.events) },
    { key: 'course', header: t('rows.course'), render: (row) => <Chain sequence={row.sequence} names={names} most={6} small /> },
  ];

  return (
    <div className={classes.drawer}>
      <header className={classes.head}>
        {customer && !rows.customer && (
          <ActionIcon aria-label={t('course.back')} onClick={() => setCustomer(null)} size="lg">
            <IconArrowLeft size={18} />
          </ActionIcon>
        )}
        <div className={classes.title}>
          <h2>{customer ? t('course.title', { counted: counted.headingOne, customer: shortId(customer) }) : pages.data ? t('rows.title', { count: total }) : rows.words}</h2>
          {!customer && pages.data && <p>{rows.words}</p>}
        </div>
        {customer && (
          <Button component={Link} to={workspace.to(addresses.customer(customer))} variant="default" size="compact-md" leftSection={<IconUser size={15} stroke={1.75} />}>
            {t('course.page')}
          </Button>
        )}
        {!customer && pages.data && workspace.may('analyse') && (
          <Button
            variant="default"
            size="compact-md"
            leftSection={<IconDownload size={15} stroke={1.75} />}
            onClick={() => void download('POST', `workspaces/${workspace.id}/analysis/instances.csv`, `${workspace.slug}-instanzen.csv`, asked).catch(notify.problem)}
          >
            {t('rows.csv')}
          </Button>
        )}
        <Button variant="subtle" color="gray" size="compact-md" onClick={onClose} data-autofocus>
          {shared('action.close')}
        </Button>
      </header>
      <div className={classes.body}>
        {customer ? (
          <Course customer={customer} />
        ) : pages.error ? (
          <ProblemState problem={pages.error} retry={() => void pages.refetch()} />
        ) : !pages.data ? (
          <LoadingLines lines={10} />
        ) : (
          <>
            <Table
              label={t('rows.title', { count: total })}
              columns={columns}
              rows={list}
              rowKey={(row, i) => `${row.customer} ${row.instance_key ?? ''} ${row.first} ${i}`}
              onOpen={counted.kind === 'person' ? (row) => setCustomer(row.customer) : undefined}
              rowName={(row) => t('course.title', { counted: counted.headingOne, customer: shortId(row.customer) })}
              empty={<Text c="dimmed">{t('rows.none')}</Text>}
            />
            <Group mt="md" justify="space-between">
              <Text fz="sm" c="dimmed">
                {t('rows.shown', { shown: list.length, all: total })}
              </Text>
              {pages.hasNextPage && (
                <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
                  {t('rows.more')}
                </Button>
              )}
            </Group>
          </>
        )}
      </div>
    </div>
  );
}

/** A pseudonym's last characters tell people apart; the whole stands in the CSV. */
export function shortId(id: string): string {
  const bare = id.replace(/^cu_/, '');
  return bare.length > 10 ? `…${bare.slice(-8)}` : bare;
}
