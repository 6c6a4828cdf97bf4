import { Button, Group, Select, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconArrowLeft, IconDownload, IconRoute } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { addresses, api, asProblem, download, filterToText, openFilter, useApi, useApiPages, useChange, useWorkspace, type CustomerRow, type Filter, type Segment } from '@/api';
import { useTexts } from '@/i18n';
import { EmptyState, LoadingLines, Page, ProblemNote, ProblemState, Section, ShareBar, Table, useNotify, type Column } from '@/ui';
import { fromTree, isReady, RuleBuilder, toTree, useComputed } from '@/ui/rules';
import { texts } from './de';
import classes from './segments.module.css';
import { useWords } from './SegmentsPage';

/** One segment: its conditions, how many it holds while one edits, and who. */
export function Component() {
  const { id = '' } = useParams();
  const { t } = useTexts(texts);
  const workspace = useWorkspace();
  const segments = useApi(api.segments);
  const fresh = id === 'neu';
  const found = segments.data?.items.find((one) => one.id === id);
  if (fresh || found) return <Editor key={fresh ? 'new' : `${id} ${found!.etag}`} segment={found} />;
  return (
    <Page title={t('list.title')}>
      {segments.error && !segments.data ? (
        <ProblemState problem={asProblem(segments.error)} retry={() => void segments.refetch()} />
      ) : segments.data ? (
        <EmptyState
          title={t('page.gone')}
          action={
            <Button component={Link} to={workspace.to(addresses.segments)} variant="default">
              {t('page.back')}
            </Button>
          }
        >
          {t('page.gone_text')}
        </EmptyState>
      ) : (
        <LoadingLines lines={8} />
      )}
    </Page>
  );
}

function Editor({ segment }: { segment: Segment | undefined }) {
  const { t } = useTexts(texts);
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const notify = useNotify();
  const computed = useComputed();
  const words = useWords();
  const may = workspace.may('analyse');
  const [name, setName] = useState(segment?.name ?? '');
  const [tree, setTree] = useState(() => toTree(segment?.filter.customer_rules ?? []));
  const rules = fromTree(tree);
  const ready = rules.every((one) => isReady(one, computed));
  const rest: Filter = { ...openFilter, ...segment?.filter, customer_rules: [] };
  const others = filterToText(rest) !== '';
  const filter: Filter = { ...rest, customer_rules: rules };
  const changed = !segment || name.trim() !== segment.name || filterToText(filter) !== filterToText({ ...openFilter, ...segment.filter });
  const done = (saved: Segment) => {
    notify.done(t('page.saved', { name: saved.name }));
    void navigate(workspace.to(addresses.segment(saved.id)), { replace: true });
  };
  const add = useChange(api.addSegment, { quiet: true, onDone: done });
  const edit = useChange(api.editSegment, { quiet: true, onDone: done });
  const remove = useChange(api.deleteSegment);
  const again = useChange(api.addSegment);
  const save = () => {
    const wanted = { name: name.trim(), filter };
    if (segment) edit.mutate({ id: segment.id, etag: segment.etag, segment: wanted });
    else add.mutate(wanted);
  };
  return (
    <Page
      title={segment ? segment.name : t('page.new')}
      coverage
      actions={
        <>
          {segment && (
            <Button component={Link} to={{ pathname: workspace.to(addresses.journey), search: `?f=${filterToText({ ...openFilter, segment: segment.id })}` }} variant="default" leftSection={<IconRoute size={16} stroke={1.75} />}>
              {t('page.use')}
            </Button>
          )}
          {segment && may && (
            <Button
              variant="default"
              loading={remove.isPending}
              onClick={() =>
                remove.mutate(
                  { id: segment.id, etag: segment.etag },
                  {
                    onSuccess: () => {
                      notify.undoable(t('page.deleted', { name: segment.name }), () => again.mutateAsync({ name: segment.name, filter: segment.filter }));
                      void navigate(workspace.to(addresses.segments));
                    },
                  },
                )
              }
            >
              {t('page.delete')}
            </Button>
          )}
        </>
      }
      how={
        <>
          <p>{t('how.rules')}</p>
          <p>{t('how.then_not')}</p>
          <p>{t('how.members')}</p>
        </>
      }
    >
      <Button component={Link} to={workspace.to(addresses.segments)} variant="subtle" size="compact-sm" leftSection={<IconArrowLeft size={15} />} mb="md">
        {t('page.back')}
      </Button>
      <div className={classes.columns}>
        <fieldset disabled={!may} className={classes.form}>
          <TextInput label={t('page.name')} value={name} maxLength={80} onChange={(event) => setName(event.currentTarget.value)} maw={480} />
          <Section title={t('page.conditions')}>
            <RuleBuilder tree={tree} onChange={setTree} />
            {others && segment && (
              <Text fz="sm" c="dimmed" mt="md">
                {t('page.more_conditions')} {words({ ...segment, filter: rest })}
              </Text>
            )}
          </Section>
          <ProblemNote problem={add.error ?? edit.error} />
          {may && (
            <Group mt="md">
              <Button onClick={save} loading={add.isPending || edit.isPending} disabled={!changed || !ready || name.trim() === ''}>
                {t('page.save')}
              </Button>
              {segment && changed && (
                <Text fz="sm" c="dimmed">
                  {t('page.unsaved')}
                </Text>
              )}
            </Group>
          )}
        </fieldset>
        <Preview filter={filter} ready={ready} />
      </div>
      {ready && workspace.may('see_customers') && <Members filter={filter} file={segment?.name ?? 'segment'} />}
    </Page>
  );
}

/** How many customers, asked anew a moment after each change. */
function Preview({ filter, ready }: { filter: Filter; ready: boolean }) {
  const { t, format } = useTexts(texts);
  const [asked] = useDebouncedValue(JSON.stringify(filter), 250);
  const answer = useApi(api.audience, { filter: JSON.parse(asked) as Filter }, { enabled: ready });
  const data = answer.data;
  return (
    <aside className={classes.preview} aria-live="polite">
      <h2 className={classes.previewTitle}>{t('size.title')}</h2>
      {!ready ? (
        <Text fz="sm" c="dimmed">
          {t('size.not_ready')}
        </Text>
      ) : answer.error ? (
        <ProblemNote problem={answer.error} />
      ) : !data ? (
        <LoadingLines lines={2} />
      ) : (
        <div style={{ opacity: answer.isPlaceholderData ? 0.5 : 1 }}>
          <div className={classes.big} data-testid="size">
            {data.customers === undefined ? t('size.small') : t('size.count', { count: data.customers })}
          </div>
          {data.customers !== undefined && (
            <>
              <ShareBar share={data.customers_total > 0 ? data.customers / data.customers_total : 0} />
              <Text fz="sm" c="dimmed">
                {t('size.of', { share: format.share(data.customers_total > 0 ? data.customers / data.customers_total : 0), all: format.number(data.customers_total) })}
              </Text>
            </>
          )}
        </div>
      )}
    </aside>
  );
}

function Members({ filter, file }: { filter: Filter; file: string }) {
  const { t, format } = useTexts(texts);
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const notify = useNotify();
  const [asked] = useDebouncedValue(JSON.stringify(filter), 600);
  const [purpose, setPurpose] = useState<string | null>(null);
  const pages = useApiPages(api.customers, { filter: JSON.parse(asked) as Filter, limit: 50, purpose: purpose ?? undefined });
  const left = pages.data?.[0]?.without_consent;
  const rows = pages.data?.flatMap((page) => page.rows) ?? [];
  const columns = useMemo<Column<CustomerRow>[]>(
    () => [
      { key: 'customer', header: t('members.customer'), render: (row) => <span className={classes.pseudonym}>{`cu_…${row.customer.slice(-8)}`}</span> },
      { key: 'last', header: t('members.last'), render: (row) => (row.last ? format.time(row.last) : '–') },
      { key: 'first', header: t('members.first'), minor: 1, render: (row) => (row.first ? format.date(row.first) : '–') },
      { key: 'events', header: t('members.events'), align: 'right', render: (row) => format.number(row.events) },
    ],
    [t, format],
  );
  return (
    <Section
      title={t('members.title')}
      aside={
        workspace.may('analyse') && rows.length > 0 && (
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={<IconDownload size={15} />}
            onClick={() => void download('POST', `workspaces/${workspace.id}/analysis/customers.csv`, `${file}.csv`, { filter, purpose }).catch(notify.problem)}
            disabled={!purpose}
            title={purpose ? undefined : t('members.purpose_first')}
          >
            {t('members.csv')}
          </Button>
        )
      }
    >
      <Group align="end" mb="sm">
        <Select
          label={t('members.purpose')}
          placeholder={t('members.purpose_any')}
          data={(['analytics', 'personalisation', 'contact'] as const).map((value) => ({ value, label: t(`members.purpose.${value}`) }))}
          value={purpose}
          onChange={setPurpose}
          clearable
          w={280}
        />
        {left !== undefined && (
          <Text fz="sm" c="dimmed" pb={8}>
            {t('members.without_consent', { count: left })}
          </Text>
        )}
      </Group>
      {pages.error && !pages.data ? (
        <ProblemState problem={asProblem(pages.error)} retry={() => void pages.refetch()} />
      ) : !pages.data ? (
        <LoadingLines lines={6} />
      ) : rows.length === 0 ? (
        <Text c="dimmed">{t(left ? 'members.none_agreed' : 'members.none')}</Text>
      ) : (
        <>
          <Table label={t('members.title')} columns={columns} rows={rows} rowKey={(row) => row.customer} onOpen={(filter.count_by ?? 'person') === 'person' ? (row) => void navigate(workspace.to(addresses.customer(row.customer))) : undefined} />
          {pages.hasNextPage && (
            <Button variant="default" mt="md" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
              {t('members.more')}
            </Button>
          )}
        </>
      )}
    </Section>
  );
}
