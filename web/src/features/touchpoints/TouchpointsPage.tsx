import { Button, Checkbox, Group, Popover, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import { IconArrowMerge, IconDatabaseImport, IconMapPin, IconSearch } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { Link, useMatch, useNavigate, useSearchParams } from 'react-router';
import { addresses, api, asProblem, useApi, useMe, useWorkspace, type CountBy, type Touchpoint } from '@/api';
import { useTexts } from '@/i18n';
import { Answer, EmptyState, escapeCloses, LoadingLines, Note, Page, ProblemNote, Section, SidePanel, Table, TouchpointLabel, useChannelName, useNotify, type Column } from '@/ui';
import { touchpointTexts, useTouchpointActions } from '@/ui/touchpoints';
import { texts } from './de';
import { EventTypes } from './EventTypes';
import { belongs, select, shows, typeShows, type Show } from './list';
import { RuleForm } from './RuleForm';
import { RuleList } from './RuleList';
import { TouchpointPanel } from './TouchpointPanel';
import { TypePanel } from './TypePanel';
import classes from './touchpoints.module.css';

const countedBy: readonly CountBy[] = ['person', 'account', 'contract', 'order'];

/** The company's one list of touchpoints, and the rules that say which events belong to them. */
export function Component() {
  const { t, format } = useTexts(texts);
  const workspace = useWorkspace();
  const id = useMatch(`${workspace.to(addresses.touchpoints)}/:id`)?.params.id;
  const navigate = useNavigate();
  const [parameters, setParameters] = useSearchParams();
  const countBy = countedBy.find((one) => one === parameters.get('zaehlen')) ?? 'person';
  const answer = useApi(api.touchpointsBy, { count_by: countBy });
  const mapping = useApi(api.mapping);
  const items = answer.data?.items;
  const view = (['types', 'rules'] as const).find((v) => v === parameters.get('v')) ?? 'list';
  const types = useApi(api.eventTypes, undefined, { enabled: view === 'types' });
  const typeShow = typeShows.find((one) => one === parameters.get('welche')) ?? 'queue';
  const type = view === 'types' ? types.data?.types.find((one) => one.id === parameters.get('typ')) : undefined;
  const open = (to: string | null) => void navigate({ pathname: workspace.to(to ? addresses.touchpoint(to) : addresses.touchpoints), search: parameters.toString() });
  const chosen = items?.find((one) => one.id === id);
  const put = (key: string, value: string | null) =>
    setParameters(
      (old) => {
        const next = new URLSearchParams(old);
        if (value) next.set(key, value);
        else next.delete(key);
        return next;
      },
      { replace: true },
    );

  return (
    <Page
      title={t('page.title')}
      answer={items && items.length > 0 ? <Sentence items={items} /> : undefined}
      coverage
      panel={
        type ? (
          <TypePanel key={type.id} type={type} all={types.data?.types ?? []} onClose={() => put('typ', null)} />
        ) : chosen ? (
          <TouchpointPanel key={chosen.id} touchpoint={chosen} rules={mapping.data?.rules ?? []} onClose={() => open(null)} />
        ) : id && items ? (
          <SidePanel title={t('panel.gone')} onClose={() => open(null)}>
            <Text c="dimmed">{t('panel.gone_text')}</Text>
          </SidePanel>
        ) : undefined
      }
      how={
        <>
          <p>{t('how.owned')}</p>
          <p>{t('how.adopt')}</p>
          <p>{t('how.numbers')}</p>
        </>
      }
      actions={
        <SegmentedControl
          aria-label={t('tab.label')}
          value={view}
          onChange={(next) => put('v', next === 'list' ? null : next)}
          data={[
            { value: 'list', label: t('tab.list') },
            { value: 'types', label: t('tab.types') },
            { value: 'rules', label: `${t('tab.rules')}${mapping.data?.rules.length ? ` (${format.number(mapping.data.rules.length)})` : ''}` },
          ]}
        />
      }
    >
      {view === 'rules' ? (
        <Rules />
      ) : view === 'types' ? (
        <EventTypes show={typeShow} chosen={parameters.get('typ')} onShow={(next) => put('welche', next === 'queue' ? null : next)} onOpen={(next) => put('typ', next)} />
      ) : (
        <Answer of={answer} loading={<LoadingLines lines={12} height={28} />} isEmpty={(data) => data.items.length === 0} empty={<Empty />}>
          {(data) => <List all={data.items} countBy={countBy} parameters={parameters} put={put} selected={id} onOpen={open} />}
        </Answer>
      )}
    </Page>
  );
}

function Sentence({ items }: { items: readonly Touchpoint[] }) {
  const { t, format } = useTexts(texts);
  const owned = items.filter((one) => one.mapped);
  const open = items.filter((one) => !one.mapped);
  const events = (list: readonly Touchpoint[]) => list.reduce((sum, one) => sum + (one.events ?? 0), 0);
  const all = events(items);
  const ownerless = owned.filter((one) => !one.owner).length;
  return (
    <>
      {open.length === 0
        ? t('answer.all', { count: owned.length })
        : t.rich('answer.open', {
            owned: <b>{format.number(owned.length)}</b>,
            open: <b>{format.number(open.length)}</b>,
            share: <b>{format.share(all > 0 ? events(open) / all : 0)}</b>,
          })}
      {ownerless > 0 && ` ${t('answer.no_owner', { count: ownerless })}`}
    </>
  );
}

function List({ all, countBy, parameters, put, selected, onOpen }: {
  all: readonly Touchpoint[];
  countBy: CountBy;
  parameters: URLSearchParams;
  put: (key: string, value: string | null) => void;
  selected: string | undefined;
  onOpen: (id: string) => void;
}) {
  const { t, format } = useTexts(texts);
  const workspace = useWorkspace();
  const channelName = useChannelName();
  const show = shows.find((one) => one === parameters.get('show')) ?? 'all';
  const kinds = useApi(api.dimensions).data?.count_by ?? [];
  const channel = parameters.get('kanal');
  const [word, setWord] = useState(parameters.get('q') ?? '');
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => select(all, { show, word, channel }), [all, show, word, channel]);
  const may = workspace.may('edit_touchpoints');
  // What was merged away or is filtered out is not acted upon.
  const acted = rows.filter((one) => marked.has(one.id));
  const toggle = (id: string) =>
    setMarked((old) => {
      const next = new Set(old);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const channels = [...new Set(all.map((one) => one.channel ?? ''))].sort((a, b) => channelName(a).localeCompare(channelName(b)));
  const columns: Column<Touchpoint>[] = [
    ...(may
      ? [
          {
            key: 'choose',
            header: (
              <Checkbox
                size="md"
                aria-label={t('choose.all')}
                checked={rows.length > 0 && acted.length === rows.length}
                indeterminate={acted.length > 0 && acted.length < rows.length}
                onChange={() => setMarked(acted.length === rows.length ? new Set() : new Set(rows.map((one) => one.id)))}
              />
            ),
            label: t('column.choose'),
            width: 36,
            leading: true,
            render: (one: Touchpoint) => <Checkbox size="md" aria-label={t('choose.one', { name: one.name })} checked={marked.has(one.id)} onChange={() => toggle(one.id)} />,
          },
        ]
      : []),
    { key: 'name', header: t('column.name'), sort: (one) => one.name, render: (one) => <TouchpointLabel touchpoint={one} strong /> },
    { key: 'channel', header: t('column.channel'), sort: (one) => (one.channel ? channelName(one.channel) : undefined), render: (one) => (one.channel ? channelName(one.channel) : '–') },
    { key: 'owner', header: t('column.owner'), sort: (one) => one.owner, render: (one) => one.owner ?? '–' },
    {
      key: 'types',
      minor: 2,
      header: t('column.types'),
      sort: (one) => one.event_types.length,
      render: (one) =>
        one.event_types.length === 0 ? '–' : (
          <span className={classes.typesCell} title={one.event_types.join(', ')}>
            {one.event_types.length === 1 ? one.event_types[0] : t('types.more', { first: one.event_types[0]!, more: one.event_types.length - 1 })}
          </span>
        ),
    },
    { key: 'events', header: t('column.events'), align: 'right', sort: (one) => one.events, render: (one) => (one.events === undefined ? '–' : format.number(one.events)) },
    { key: 'customers', minor: 1, header: countBy === 'person' ? t('column.customers') : t(`column.${countBy}`), align: 'right', sort: (one) => one.customers, render: (one) => (one.customers === undefined ? '–' : format.number(one.customers)) },
    { key: 'first', minor: 2, header: t('column.first'), align: 'right', sort: (one) => one.first, render: (one) => (one.first ? format.date(one.first) : '–') },
    { key: 'last', minor: 1, header: t('column.last'), align: 'right', sort: (one) => one.last, render: (one) => (one.last ? format.date(one.last) : '–') },
  ];
  const count = (which: Show) => all.filter((one) => belongs(one, which)).length;
  return (
    <>
      <div className={classes.tools}>
        <SegmentedControl
          size="sm"
          aria-label={t('show.label')}
          value={show}
          onChange={(next) => put('show', next === 'all' ? null : next)}
          data={shows.map((value) => ({ value, label: `${t(`show.${value}`)} ${format.number(count(value))}` }))}
        />
        <TextInput
          size="sm"
          style={{ flex: '1 1 170px', maxWidth: 300 }}
          leftSection={<IconSearch size={15} stroke={1.75} />}
          aria-label={t('search.label')}
          placeholder={t('search.label')}
          value={word}
          onChange={(event) => {
            setWord(event.currentTarget.value);
            put('q', event.currentTarget.value || null);
          }}
        />
        {(kinds.length > 1 || countBy !== 'person') && (
          <Select
            size="sm"
            w={190}
            aria-label={t('count.label')}
            data={countedBy.filter((one) => kinds.includes(one) || one === countBy).map((value) => ({ value, label: t(`count.${value}`) }))}
            value={countBy}
            onChange={(next) => put('zaehlen', next === 'person' ? null : next)}
            allowDeselect={false}
          />
        )}
        {channels.length > 1 && (
          <Select
            size="sm"
            w={160}
            aria-label={t('filter.channel')}
            placeholder={t('filter.channel_all')}
            data={channels.map((value) => ({ value, label: channelName(value) }))}
            value={channel}
            onChange={(next) => put('kanal', next)}
            clearable
          />
        )}
      </div>
      {acted.length > 0 && <Chosen chosen={acted} onDone={() => setMarked(new Set())} />}
      <Table
        label={t('page.title')}
        columns={columns}
        rows={rows}
        rowKey={(one) => one.id}
        onOpen={(one) => onOpen(one.id)}
        rowName={(one) => one.name}
        selected={(one) => one.id === selected || marked.has(one.id)}
        initialSort={{ key: 'events', descending: true }}
        empty={
          <EmptyState
            icon={IconSearch}
            title={t('empty.found')}
            action={
              <Button
                variant="default"
                onClick={() => {
                  setWord('');
                  put('q', null);
                }}
              >
                {t('empty.clear')}
              </Button>
            }
          >
            {t('empty.found_text')}
          </EmptyState>
        }
      />
    </>
  );
}

/** What can be done with several at once. */
function Chosen({ chosen, onDone }: { chosen: readonly Touchpoint[]; onDone: () => void }) {
  const { t } = useTexts(texts);
  const { t: words } = useTexts(touchpointTexts);
  const actions = useTouchpointActions();
  const notify = useNotify();
  const [busy, setBusy] = useState(false);
  const [merging, setMerging] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const heaviest = [...chosen].sort((a, b) => Number(b.mapped) - Number(a.mapped) || (b.events ?? 0) - (a.events ?? 0))[0]!;
  const [into, setInto] = useState<string | null>(null);
  const target = chosen.find((one) => one.id === into) ?? heaviest;
  const open = chosen.filter((one) => !one.mapped);
  return (
    <div className={classes.chosen} role="region" aria-label={t('chosen.count', { count: chosen.length })}>
      <Text fw={550}>{t('chosen.count', { count: chosen.length })}</Text>
      {open.length > 0 && (
        <Button
          size="compact-md"
          loading={busy}
          onClick={() => {
            setBusy(true);
            actions
              .adopt(open)
              .then(onDone, notify.problem)
              .finally(() => setBusy(false));
          }}
        >
          {t('chosen.adopt', { count: open.length })}
        </Button>
      )}
      {chosen.length > 1 && (
        <Popover opened={merging} onChange={setMerging} position="bottom-start" width={360} trapFocus returnFocus closeOnEscape={false}>
          <Popover.Target>
            <Button size="compact-md" variant="default" leftSection={<IconArrowMerge size={15} stroke={1.75} />} onClick={() => setMerging(!merging)}>
              {t('chosen.merge')}
            </Button>
          </Popover.Target>
          <Popover.Dropdown aria-label={t('chosen.merge')} onKeyDownCapture={escapeCloses(() => setMerging(false))}>
            <form
              onSubmit={(event) => {
                event.preventDefault();
                setBusy(true);
                setProblem(null);
                actions
                  .merge(target, chosen.filter((one) => one.id !== target.id).map((one) => one.id))
                  .then(() => {
                    setMerging(false);
                    onDone();
                  }, (met: unknown) => setProblem(asProblem(met)))
                  .finally(() => setBusy(false));
              }}
            >
              <Stack gap="sm">
                <Select
                  label={t('merge.into')}
                  data={chosen.map((one) => ({ value: one.id, label: one.name }))}
                  value={target.id}
                  onChange={setInto}
                  allowDeselect={false}
                  comboboxProps={{ withinPortal: false }}
                  data-autofocus
                />
                <Text fz="xs" c="dimmed">
                  {words('action.merge_hint', { name: target.name })}
                </Text>
                <ProblemNote problem={problem} />
                <Group justify="flex-end">
                  <Button type="submit" loading={busy}>
                    {words('action.merge_do', { count: chosen.length - 1 })}
                  </Button>
                </Group>
              </Stack>
            </form>
          </Popover.Dropdown>
        </Popover>
      )}
      <Button size="compact-md" variant="subtle" color="gray" onClick={onDone}>
        {t('chosen.clear')}
      </Button>
    </div>
  );
}

function Rules() {
  const { t } = useTexts(texts);
  const workspace = useWorkspace();
  const mapping = useApi(api.mapping);
  const [adding, setAdding] = useState(false);
  const may = workspace.may('edit_touchpoints');
  return (
    <Section
      title={t('tab.rules')}
      aside={
        may && !adding ? (
          <Button size="compact-md" onClick={() => setAdding(true)}>
            {t('rules.add')}
          </Button>
        ) : undefined
      }
    >
      <Text c="dimmed" fz="sm" mb="md" maw={720}>
        {t('rules.lead')}
      </Text>
      {adding && (
        <div className={classes.form} data-wide>
          <RuleForm onDone={() => setAdding(false)} />
        </div>
      )}
      <Answer of={mapping} isEmpty={(data) => data.rules.length === 0 && !data.job_running} empty={<Text maw={720}>{t('rules.none')}</Text>}>
        {(data) => (
          <>
            {data.job_running && <Note tone="signal">{t('rules.running')}</Note>}
            <RuleList rules={data.rules} />
          </>
        )}
      </Answer>
    </Section>
  );
}

function Empty() {
  const { t } = useTexts(texts);
  const workspace = useWorkspace();
  const me = useMe();
  const navigate = useNavigate();
  const demo = me.workspaces.find((one) => one.is_demo && one.id !== workspace.id);
  return (
    <EmptyState
      icon={IconMapPin}
      title={t('empty.title')}
      action={
        <>
          {workspace.may('import_data') && (
            <Button leftSection={<IconDatabaseImport size={17} />} onClick={() => void navigate(workspace.to(addresses.import))}>
              {t('empty.import')}
            </Button>
          )}
          {demo && (
            <Button variant="default" component={Link} to={`/w/${demo.slug}/${addresses.touchpoints}`}>
              {t('empty.demo')}
            </Button>
          )}
        </>
      }
    >
      {t('empty.text')}
    </EmptyState>
  );
}
