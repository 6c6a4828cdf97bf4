import { ActionIcon, Button, Collapse, Group, Text, UnstyledButton } from '@mantine/core';
import { IconChevronRight, IconX } from '@tabler/icons-react';
import { useEffect, useId, useMemo, useRef, useState } from 'react';
import { api, asProblem, useApiPages, type TimelineEvent } from '@/api';
import { useTexts } from '@/i18n';
import { ChannelIcon, EmptyState, LoadingLines, NotMapped, ProblemState, Section, useChannelName } from '@/ui';
import { useNames } from '@/ui/filterbar';
import { dayBefore } from '@/ui/filterbar/words';
import classes from './customers.module.css';
import { texts } from './de';

/** Which events are shown. */
export interface TimelineView {
  before?: string;
  channel?: string;
  source?: string;
  touchpoint?: string;
  instance_key?: string;
}

/** All events of one customer, newest first, by day; further pages come as one scrolls. Days out of sight are not laid out. */
export function Timeline({ customer, view, onView }: { customer: string; view: TimelineView; onView: (view: TimelineView) => void }) {
  const { t, format } = useTexts(texts);
  const names = useNames();
  const channelName = useChannelName();
  const pages = useApiPages(api.timeline, { id: customer, ...view });
  const events = useMemo(() => pages.data?.flatMap((page) => page.events) ?? [], [pages.data]);
  const days = useMemo(() => {
    const list: { day: string; events: TimelineEvent[] }[] = [];
    for (const event of events) {
      const day = format.date(event.time);
      const at = list.at(-1);
      if (at?.day === day) at.events.push(event);
      else list.push({ day, events: [event] });
    }
    return list;
  }, [events, format]);
  const more = useRef<HTMLDivElement>(null);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  useEffect(() => {
    const at = more.current;
    if (!at || !hasNextPage) return;
    const observer = new IntersectionObserver((seen) => {
      if (seen.some((one) => one.isIntersecting) && !isFetchingNextPage) void fetchNextPage();
    }, { rootMargin: '600px' });
    observer.observe(at);
    return () => observer.disconnect();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const chosen: { key: keyof TimelineView; text: string }[] = [];
  if (view.before) chosen.push({ key: 'before', text: t('timeline.before', { date: format.date(dayBefore(view.before)) }) });
  if (view.channel) chosen.push({ key: 'channel', text: t('timeline.only', { name: channelName(view.channel === '-' ? null : view.channel) }) });
  if (view.source) chosen.push({ key: 'source', text: t('timeline.only', { name: view.source }) });
  if (view.touchpoint) chosen.push({ key: 'touchpoint', text: t('timeline.only', { name: names.touchpoint(view.touchpoint)?.name ?? view.touchpoint }) });
  if (view.instance_key) chosen.push({ key: 'instance_key', text: t('timeline.only', { name: view.instance_key }) });
  const gone = asProblemCode(pages.error) === 'as_of_gone';
  return (
    <Section title={t('timeline.title')} aside={pages.data && <Text fz="sm" c="dimmed">{t('timeline.count', { count: pages.data[0]!.total })}</Text>}>
      {chosen.length > 0 && (
        <Group gap="xs" mb="sm">
          {chosen.map((one) => (
            <span key={one.key} className={classes.chosen}>
              {one.text}
              <ActionIcon size={24} variant="subtle" color="gray" aria-label={t('timeline.clear', { text: one.text })} onClick={() => onView({ ...view, [one.key]: undefined })}>
                <IconX size={14} />
              </ActionIcon>
            </span>
          ))}
        </Group>
      )}
      {pages.error && (!pages.data || gone) ? (
        <ProblemState problem={asProblem(pages.error)} retry={() => void pages.refetch()} />
      ) : !pages.data ? (
        <LoadingLines lines={10} />
      ) : events.length === 0 ? (
        <EmptyState title={t('timeline.nothing')} />
      ) : (
        <>
          {days.map(({ day, events: list }, i) => (
            <section key={`${day} ${i}`} className={classes.day} aria-label={day}>
              <h3 className={classes.dayName}>{day}</h3>
              <ol className={classes.events}>
                {list.map((event, k) => (
                  <Event key={`${event.time} ${k}`} event={event} onView={onView} />
                ))}
              </ol>
            </section>
          ))}
          <div ref={more} />
          {pages.hasNextPage ? (
            <Button variant="default" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
              {t('timeline.more')}
            </Button>
          ) : (
            <Text fz="sm" c="dimmed">
              {t('timeline.end')}
            </Text>
          )}
        </>
      )}
    </Section>
  );
}

function asProblemCode(error: unknown): string | undefined {
  return error ? asProblem(error).code : undefined;
}

function Event({ event, onView }: { event: TimelineEvent; onView: (view: TimelineView) => void }) {
  const { t, format } = useTexts(texts);
  const [open, setOpen] = useState(false);
  const id = useId();
  const clock = format.time(event.time).split(', ').at(-1);
  const facts: [string, string][] = [
    ...(event.direction ? [[t('timeline.direction'), t(event.direction === 'by_us' ? 'timeline.by_us' : 'timeline.by_customer')] as [string, string]] : []),
    ...(event.unit ? [[t('timeline.unit'), event.unit] as [string, string]] : []),
    ...(event.cost === undefined ? [] : [[t('timeline.cost'), format.money(event.cost)] as [string, string]]),
    ...Object.entries(event.attributes),
  ];
  const said = Object.entries(event.customer_attributes);
  const key = event.instance_key;
  return (
    <>
      <li className={classes.event}>
        <span className={classes.dot}>
          <ChannelIcon channel={event.channel} size={16} named />
        </span>
        <div className={classes.eventBody}>
          <UnstyledButton className={classes.eventHead} aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
            <IconChevronRight size={14} stroke={2} aria-hidden data-open={open || undefined} className={classes.chevron} />
            <b>{event.touchpoint_name || event.event_type}</b>
            {!event.mapped && <NotMapped />}
            <time dateTime={event.time}>{clock}</time>
            <span className={classes.raw}>{key ? `${event.source} · ${key}` : event.source}</span>
          </UnstyledButton>
          <Collapse expanded={open} id={id} transitionDuration={120}>
            <div className={classes.properties}>
              <Text fz="xs" c="dimmed">
                {t('timeline.raw', { type: event.event_type, source: event.source })} · {format.time(event.time)}
              </Text>
              <dl>
                {key && (
                  <div>
                    <dt>{t('timeline.key')}</dt>
                    <dd>
                      <UnstyledButton className={classes.only} onClick={() => onView({ instance_key: key })}>
                        {key}
                      </UnstyledButton>
                    </dd>
                  </div>
                )}
                {event.touchpoint && (
                  <div>
                    <dt>{t('timeline.touchpoint')}</dt>
                    <dd>
                      <UnstyledButton className={classes.only} onClick={() => onView({ touchpoint: event.touchpoint })}>
                        {event.touchpoint_name}
                      </UnstyledButton>
                    </dd>
                  </div>
                )}
                {facts.map(([name, value]) => (
                  <div key={name}>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                  </div>
                ))}
                {said.map(([name, value]) => (
                  <div key={`c ${name}`}>
                    <dt>
                      {name} <span className={classes.said}>{t('timeline.of_customer')}</span>
                    </dt>
                    <dd>{value}</dd>
                  </div>
                ))}
              </dl>
            </div>
          </Collapse>
        </div>
      </li>
      {event.pause_s !== undefined && (
        <li className={classes.pause}>
          <span>{t('timeline.pause', { duration: format.durationRound(event.pause_s) })}</span>
        </li>
      )}
    </>
  );
}
