import { Button, Checkbox, Group, Popover, Text } from '@mantine/core';
import { IconDownload, IconSearch } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { download, useFilter, useWorkspace, type Asked, type Filter, type TouchpointName, type Variant, type Variants } from '@/api';
import { useTexts } from '@/i18n';
import { Answer, Chain, escapeCloses, LoadingLines, Section, Table, useNotify, type Column } from '@/ui';
import { TouchpointPicker, useNames } from '@/ui/filterbar';
import { texts } from '../de';
import classes from './variants.module.css';

export const pageSize = 20;
const most = 1000;

/** Häufigste Kundenwege: what they are, how often, how long; chosen ones alone in the graph. */
export function VariantsSection({ answer, filter, limit, onMore, onRows }: {
  answer: Asked<Variants>;
  /** The page's filter without a choice of paths: the list keeps showing all of them. */
  filter: Filter;
  limit: number;
  onMore: (limit: number) => void;
  onRows: (variant: Variant, rank: number, asOf: number) => void;
}) {
  const { t } = useTexts(texts);
  const workspace = useWorkspace();
  const notify = useNotify();
  return (
    <Section
      id="variants"
      title={t('variants.title')}
      aside={
        <Group gap="xs">
          <SequenceSearch />
          <Button
            variant="default"
            size="compact-md"
            leftSection={<IconDownload size={15} stroke={1.75} />}
            onClick={() => void download('POST', `workspaces/${workspace.id}/analysis/variants.csv`, `${workspace.slug}-kundenwege.csv`, { filter, limit: most, offset: 0 }).catch(notify.problem)}
          >
            {t('variants.csv')}
          </Button>
        </Group>
      }
    >
      <Answer of={answer} isEmpty={(data) => data.variants.length === 0} empty={<Text c="dimmed">{t('variants.none')}</Text>} loading={<LoadingLines lines={8} height={32} />}>
        {(data) => <List data={data} limit={limit} onMore={onMore} onRows={onRows} />}
      </Answer>
    </Section>
  );
}

function List({ data, limit, onMore, onRows }: { data: Variants; limit: number; onMore: (limit: number) => void; onRows: (variant: Variant, rank: number, asOf: number) => void }) {
  const { t, format } = useTexts(texts);
  const [filter, setFilter] = useFilter();
  const names = useMemo(() => new Map<string, TouchpointName>(data.touchpoints.map((one) => [one.id, one])), [data]);
  const chosen = new Set(filter.variants);
  const toggle = (id: string) => setFilter((old) => ({ ...old, variants: old.variants.includes(id) ? old.variants.filter((one) => one !== id) : [...old.variants, id] }));
  const covered = data.variants.at(-1)?.cumulative_share ?? 0;
  const columns: Column<Variant>[] = [
    {
      key: 'choose',
      header: '',
      label: t('variants.selected', { count: chosen.size }),
      width: 40,
      render: (variant, i) => <Checkbox checked={chosen.has(variant.id)} onChange={() => toggle(variant.id)} aria-label={t('variants.select', { rank: i + 1 })} size="md" />,
    },
    { key: 'path', header: t('variants.path'), render: (variant) => <div className={classes.row}><Chain sequence={variant.sequence} names={names} /></div> },
    {
      key: 'count',
      header: t('variants.count'),
      align: 'right',
      width: 96,
      render: (variant, i) => (
        <Button variant="subtle" size="compact-sm" px={6} mr={-6} onClick={() => onRows(variant, i + 1, data.basis.as_of)}>
          {format.number(variant.count)}
        </Button>
      ),
    },
    { key: 'share', header: t('variants.share'), align: 'right', width: 72, render: (variant) => format.share(variant.share) },
    {
      key: 'cumulative',
      header: t('variants.cumulative'),
      width: 120,
      render: (variant) => (
        <span className={classes.share}>
          {format.share(variant.cumulative_share)}
          <span className={classes.cumulative} aria-hidden>
            <span style={{ width: `${variant.cumulative_share * 100}%` }} />
            <span style={{ left: `${(variant.cumulative_share - variant.share) * 100}%`, width: `${Math.max(1, variant.share * 100)}%` }} />
          </span>
        </span>
      ),
    },
    { key: 'duration', header: t('variants.duration'), align: 'right', width: 136, render: (variant) => (variant.sequence.length === 1 ? <Text span fz="sm" c="dimmed">{t('variants.single')}</Text> : format.duration(variant.median_duration_s)) },
  ];
  return (
    <>
      <div className={classes.head}>
        <p className={classes.covered}>
          {t('variants.covered', { count: data.variants.length, share: format.share(covered), instances: data.basis.instances, all: data.variants_total })}
        </p>
        {chosen.size > 0 && (
          <Group gap="xs">
            <Text fz="sm" fw={550}>
              {t('variants.selected', { count: chosen.size })}
            </Text>
            <Button variant="default" size="compact-md" onClick={() => setFilter((old) => ({ ...old, variants: [] }))}>
              {t('variants.clear')}
            </Button>
          </Group>
        )}
      </div>
      <Table label={t('variants.title')} columns={columns} rows={data.variants} rowKey={(variant) => variant.id} selected={(variant) => chosen.has(variant.id)} />
      {data.variants.length < data.variants_total && limit < most && (
        <Group mt="md">
          <Button variant="default" onClick={() => onMore(Math.min(most, limit < 100 ? limit + 40 : limit * 2))}>
            {t('variants.more')}
          </Button>
        </Group>
      )}
    </>
  );
}

/** "Contains A, later B": becomes a filter of the page. */
function SequenceSearch() {
  const { t } = useTexts(texts);
  const names = useNames();
  const [, setFilter] = useFilter();
  const [open, setOpen] = useState(false);
  const [first, setFirst] = useState<string[]>([]);
  const [then, setThen] = useState<string[]>([]);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={520} trapFocus returnFocus closeOnEscape={false}>
      <Popover.Target>
        <Button variant="default" size="compact-md" leftSection={<IconSearch size={15} stroke={1.75} />} onClick={() => setOpen(!open)}>
          {t('variants.search')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('variants.search')} onKeyDownCapture={escapeCloses(() => setOpen(false))}>
        <form
          className={classes.search}
          onSubmit={(event) => {
            event.preventDefault();
            setFilter((old) => ({
              ...old,
              sequences: [...old.sequences, then.length > 0 ? { kind: 'eventually_followed', touchpoints: first, then } : { kind: 'contains', touchpoints: first, then: [] }],
            }));
            setFirst([]);
            setThen([]);
            setOpen(false);
          }}
        >
          <TouchpointPicker label={t('variants.search_first')} value={first} onChange={setFirst} names={names} autoFocus />
          <TouchpointPicker label={t('variants.search_then')} value={then} onChange={setThen} names={names} />
          <Button type="submit" disabled={first.length === 0}>
            {t('variants.search_do')}
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
