import { Kbd, SegmentedControl, Text } from '@mantine/core';
import { IconChecks } from '@tabler/icons-react';
import { useRef, type KeyboardEvent } from 'react';
import { api, useApi, useChange, useWorkspace, type EventType } from '@/api';
import { useTexts } from '@/i18n';
import { Answer, EmptyState, LoadingLines, Pill, Table, type Column } from '@/ui';
import { useTouchpointActions } from '@/ui/touchpoints';
import { texts } from './de';
import { neighbour, typeShows, typesOf, type TypeShow } from './list';
import classes from './touchpoints.module.css';

/** The catalogue of event types; first the queue of those that nobody has assigned, which can be worked off by keyboard. */
export function EventTypes({ show, chosen, onShow, onOpen }: { show: TypeShow; chosen: string | null; onShow: (show: TypeShow) => void; onOpen: (id: string | null) => void }) {
  const { t, format } = useTexts(texts);
  const workspace = useWorkspace();
  const answer = useApi(api.eventTypes);
  const actions = useTouchpointActions();
  const putAside = useChange(api.putAside);
  const takeUp = useChange(api.takeUp);
  const box = useRef<HTMLDivElement>(null);
  const may = workspace.may('edit_touchpoints');
  const rows = typesOf(answer.data?.types ?? [], show);
  const keys = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.target as Element).closest('input,textarea,select,[role=listbox],[role=radiogroup]')) return;
    const one = rows.find((r) => r.id === chosen);
    const move = event.key === 'ArrowDown' || event.key === 'j' ? 1 : event.key === 'ArrowUp' || event.key === 'k' ? -1 : 0;
    if (move !== 0) {
      event.preventDefault();
      onOpen(neighbour(rows, chosen, move));
      return;
    }
    if (!one || !may) return;
    const next = neighbour(rows, chosen, 1);
    const done = () => onOpen(next === chosen ? null : next);
    if (event.key === 'a' && one.events_not_assigned > 0) void actions.adopt([one]).then(done, () => undefined);
    else if (event.key === 'm' && one.suggestions[0]) void actions.merge(one.suggestions[0], [one.id]).then(done, () => undefined);
    else if (event.key === 'x') (one.put_aside ? takeUp : putAside).mutate({ id: one.id }, { onSuccess: done });
    else return;
    event.preventDefault();
  };
  const columns: Column<EventType>[] = [
    { key: 'name', header: t('types.column'), sort: (one) => one.name, render: (one) => <b>{one.name}</b> },
    { key: 'sources', header: t('types.sources'), minor: 1, render: (one) => one.sources.map((s) => s.name).join(', ') },
    {
      key: 'to',
      header: t('types.belongs'),
      sort: (one) => one.touchpoints[0]?.name,
      render: (one) =>
        one.put_aside ? (
          <Pill>{t('types.aside')}</Pill>
        ) : one.events_not_assigned === one.events ? (
          one.suggestions[0] ? <span className={classes.open}>{t('types.like', { name: one.suggestions[0].name })}</span> : <span className={classes.open}>{t('panel.open')}</span>
        ) : (
          one.touchpoints.map((p) => p.name).join(', ')
        ),
    },
    { key: 'events', header: t('column.events'), align: 'right', sort: (one) => one.events, render: (one) => format.number(one.events) },
    { key: 'customers', header: t('column.customers'), align: 'right', minor: 1, sort: (one) => one.customers, render: (one) => (one.customers === undefined ? '–' : format.number(one.customers)) },
    { key: 'first', header: t('column.first'), align: 'right', minor: 2, sort: (one) => one.first, render: (one) => (one.first ? format.date(one.first) : '–') },
    { key: 'last', header: t('column.last'), align: 'right', minor: 2, sort: (one) => one.last, render: (one) => (one.last ? format.date(one.last) : '–') },
  ];
  return (
    <Answer of={answer} loading={<LoadingLines lines={10} height={28} />}>
      {(data) => (
        <div ref={box} onKeyDown={keys}>
          <div className={classes.tools}>
            <SegmentedControl
              size="sm"
              aria-label={t('types.show')}
              value={show}
              onChange={(next) => onShow(next as TypeShow)}
              data={typeShows.map((value) => ({ value, label: `${t(value === 'put_aside' ? 'types.put_aside_list' : `types.${value}`)} ${format.number(typesOf(data.types, value).length)}` }))}
            />
            {may && rows.length > 0 && (
              <Text fz="sm" c="dimmed">
                {t.rich('types.keys', { move: <Kbd size="xs">↑ ↓</Kbd>, adopt: <Kbd size="xs">a</Kbd>, map: <Kbd size="xs">m</Kbd>, aside: <Kbd size="xs">x</Kbd> })}
              </Text>
            )}
          </div>
          <Table
            label={t('tab.types')}
            columns={columns}
            rows={rows}
            rowKey={(one) => one.id}
            onOpen={(one) => onOpen(one.id)}
            rowName={(one) => one.name}
            selected={(one) => one.id === chosen}
            empty={
              <EmptyState icon={IconChecks} title={t(show === 'queue' ? 'types.queue_empty' : 'types.none')}>
                {show === 'queue' ? t('types.queue_empty_text') : null}
              </EmptyState>
            }
          />
        </div>
      )}
    </Answer>
  );
}
