import { Button, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { api, request, useWorkspace, type CustomerCourse, type CustomerEvent, type Problem } from '@/api';
import { groupKey } from '@/api/useApi';
import { useTexts } from '@/i18n';
import { ChannelIcon, LoadingLines, ProblemState } from '@/ui';
import { texts } from '../de';
import classes from './rows.module.css';

/** Everything that happened to one customer, as the sources wrote it, in order of time. */
export function Course({ customer }: { customer: string }) {
  const { t } = useTexts(texts);
  const workspace = useWorkspace();
  const pages = useInfiniteQuery<CustomerCourse, Problem>({
    queryKey: [...groupKey(workspace.id, 'customers'), 'course', customer],
    queryFn: ({ pageParam, signal }) =>
      request<CustomerCourse>('GET', `workspaces/${workspace.id}/${api.customer.path({ id: customer, cursor: (pageParam as string | null) ?? undefined })}`, { signal }),
    initialPageParam: null as unknown,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  });
  if (pages.error) return <ProblemState problem={pages.error} retry={() => void pages.refetch()} />;
  if (!pages.data) return <LoadingLines lines={10} />;
  const head = pages.data.pages[0]!;
  const events = pages.data.pages.flatMap((page) => page.events);
  return (
    <>
      <Text c="dimmed" fz="sm" mb="md">
        {t('course.events', { count: head.events_total })}
        {head.identifier && ` · ${t('course.identifier', { identifier: head.identifier })}`}
      </Text>
      <ol className={classes.course}>
        {events.map((event, i) => (
          <Step key={i} event={event} before={events[i - 1]} />
        ))}
      </ol>
      {pages.hasNextPage && (
        <Button variant="default" mt="md" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {t('rows.more')}
        </Button>
      )}
    </>
  );
}

function Step({ event, before }: { event: CustomerEvent; before: CustomerEvent | undefined }) {
  const { t, format } = useTexts(texts);
  const later = before ? (Date.parse(event.time) - Date.parse(before.time)) / 1000 : 0;
  const more = [
    ...(event.instance_key ? [[t('rows.key'), event.instance_key] as const] : []),
    ...(event.unit ? [['', event.unit] as const] : []),
    ...(event.cost === undefined ? [] : [['', format.money(event.cost)] as const]),
    ...Object.entries(event.attributes),
  ];
  return (
    <li className={classes.step}>
      <span className={classes.dot}>
        <ChannelIcon channel={event.channel} size={16} named />
      </span>
      <div>
        <div className={classes.stepHead}>
          <b>{event.touchpoint_name}</b>
          <time dateTime={event.time}>{format.time(event.time)}</time>
          {later > 0 && <span className={classes.later}>{t('course.later', { duration: format.duration(later) })}</span>}
        </div>
        <div className={classes.raw}>{t('course.raw', { type: event.event_type, source: event.source })}</div>
        {more.length > 0 && (
          <dl className={classes.attributes}>
            {more.map(([name, value], i) => (
              <div key={i}>
                {name && <dt>{name}</dt>}
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        )}
      </div>
    </li>
  );
}
