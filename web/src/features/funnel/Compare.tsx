import { Button, Group, Popover, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import { IconScale } from '@tabler/icons-react';
import { useState } from 'react';
import type { Filter, Funnel, FunnelTest } from '@/api';
import { useTexts } from '@/i18n';
import { escapeCloses, Note, Pill, Section, Table, type Column } from '@/ui';
import { filterLines, useNames, useRuleText, useSegments, filterTexts } from '@/ui/filterbar';
import { texts } from './de';
import classes from './funnel.module.css';

const day = (iso: string, days: number) => new Date(Date.parse(`${iso}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

/** The period of the same length before; none where the filter has no whole period. */
export function before(filter: Filter): Filter | null {
  if (!filter.from || !filter.to) return null;
  const from = filter.from.slice(0, 10);
  const days = Math.round((Date.parse(`${filter.to.slice(0, 10)}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
  return days > 0 ? { ...filter, from: day(from, -days), to: from } : null;
}

/** Chooses what the page's filter is compared with: another period, or another segment. */
export function ComparePicker({ filter, compare, onCompare }: { filter: Filter; compare: Filter | null; onCompare: (filter: Filter | null) => void }) {
  const { t } = useTexts(texts);
  const segments = useSegments();
  const [open, setOpen] = useState(false);
  const [kind, setKind] = useState<'period' | 'segment'>(compare && compare.segment !== filter.segment ? 'segment' : 'period');
  const [from, setFrom] = useState(compare?.from?.slice(0, 10) ?? '');
  const [until, setUntil] = useState(compare?.to ? day(compare.to.slice(0, 10), -1) : '');
  const [segment, setSegment] = useState<string | null>(compare?.segment ?? null);
  const earlier = before(filter);
  const choose = (next: Filter | null) => {
    onCompare(next);
    setOpen(false);
  };
  const ready = kind === 'segment' ? segment !== null : from !== '' && until !== '' && from <= until;
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={360} trapFocus returnFocus closeOnEscape={false}>
      <Popover.Target>
        <Button variant={compare ? 'light' : 'default'} leftSection={<IconScale size={17} stroke={1.75} />} onClick={() => setOpen(!open)}>
          {t('compare.button')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('compare.button')} onKeyDownCapture={escapeCloses(() => setOpen(false))}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (ready) choose(kind === 'segment' ? { ...filter, segment: segment! } : { ...filter, from, to: day(until, 1) });
          }}
        >
          <Stack gap="sm">
            {earlier && (
              <Button variant="default" onClick={() => choose(earlier)}>
                {t('compare.before')}
              </Button>
            )}
            <SegmentedControl aria-label={t('compare.with')} value={kind} onChange={(next) => setKind(next as typeof kind)} data={[{ value: 'period', label: t('compare.period') }, { value: 'segment', label: t('compare.segment') }]} />
            {kind === 'period' ? (
              <Group grow gap="xs">
                <TextInput type="date" label={t('compare.from')} value={from} onChange={(event) => setFrom(event.currentTarget.value)} />
                <TextInput type="date" label={t('compare.until')} value={until} onChange={(event) => setUntil(event.currentTarget.value)} error={from !== '' && until !== '' && until < from ? t('compare.order') : undefined} />
              </Group>
            ) : (
              <Select label={t('compare.segment')} data={segments.map((one) => ({ value: one.id, label: one.name }))} value={segment} onChange={setSegment} searchable nothingFoundMessage={t('compare.no_segments')} comboboxProps={{ withinPortal: false }} />
            )}
            <Text fz="xs" c="dimmed">
              {t('compare.rest')}
            </Text>
            <Group justify="space-between">
              <Button variant="subtle" color="gray" disabled={!compare} onClick={() => choose(null)}>
                {t('compare.none')}
              </Button>
              <Button type="submit" disabled={!ready}>
                {t('compare.apply')}
              </Button>
            </Group>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

/** Both funnels side by side, step by step, with what may be chance and what not. */
export function Comparison({ funnel, compare }: { funnel: Funnel; compare: Filter }) {
  const { t, format } = useTexts(texts);
  const { t: words, format: print } = useTexts(filterTexts);
  const names = useNames();
  const segments = useSegments();
  const rule = useRuleText();
  const comparison = funnel.comparison;
  if (!comparison) return null;
  const described = filterLines(compare, { t: words, format: print, names, segments, rule }).join(' · ') || t('compare.everything');
  const names_of = (k: number) => funnel.steps[k]!.touchpoints.map((id) => funnel.touchpoints.find((one) => one.id === id)?.name ?? id).join(` ${t('steps.or')} `);
  type Row = { key: string; name: string; mine?: { share: number; n?: number }; theirs?: { share: number; n?: number }; test?: FunnelTest };
  const rows: Row[] = funnel.steps.slice(1).map((step, i) => {
    const other = comparison.steps[i + 1]!;
    return {
      key: String(i),
      name: `${names_of(i)} → ${names_of(i + 1)}`,
      mine: step.from_previous && { share: step.from_previous.share, n: funnel.steps[i]!.instances },
      theirs: other.from_previous && { share: other.from_previous.share, n: comparison.steps[i]!.instances },
      test: other.test,
    };
  });
  const last = funnel.steps.length - 1;
  const overall = comparison.overall;
  if (overall)
    rows.push({
      key: 'overall',
      name: t('compare.overall'),
      mine: funnel.conversion && { share: funnel.conversion.share, n: funnel.steps[0]!.instances },
      theirs: comparison.steps[last]!.from_first && { share: comparison.steps[last]!.from_first!.share, n: comparison.steps[0]!.instances },
      test: overall,
    });
  const share = (of: Row['mine']) => (of ? <>{format.share(of.share)} <span className={classes.quiet}>(n = {format.number(of.n ?? 0)})</span></> : '–');
  const columns: Column<Row>[] = [
    { key: 'name', header: t('compare.step'), render: (row) => row.name },
    { key: 'mine', header: t('compare.mine'), align: 'right', render: (row) => share(row.mine) },
    { key: 'theirs', header: t('compare.theirs'), align: 'right', render: (row) => share(row.theirs) },
    {
      key: 'difference',
      header: t('compare.difference'),
      align: 'right',
      minor: 1,
      render: (row) => (row.test ? <>{points(row.test.difference, format.number)} <span className={classes.quiet}>({points(row.test.low, format.number)} … {points(row.test.high, format.number)})</span></> : '–'),
    },
    { key: 'verdict', header: t('compare.verdict'), render: (row) => (row.test ? <Verdict test={row.test} /> : '–') },
  ];
  const main = overall ?? comparison.steps[last]!.test;
  return (
    <Section title={t('compare.title')}>
      <p className={classes.sentence}>
        {main ? t(main.significant ? (main.difference < 0 ? 'compare.less' : 'compare.more') : 'compare.chance', { points: points(Math.abs(main.difference), format.number).replace('+', ''), other: described }) : t('compare.no_test', { other: described })}
      </p>
      <Table label={t('compare.title')} columns={columns} rows={rows} rowKey={(row) => row.key} dense />
      {comparison.basis.instances === 0 && <Note>{t('compare.empty')}</Note>}
    </Section>
  );
}

const points = (share: number, print: (value: number, digits?: number) => string) => `${share > 0 ? '+' : share < 0 ? '−' : '±'}${print(Math.abs(share) * 100, 1)}`;

/** Whether a difference is more than chance, in words; colour is not the only sign. */
function Verdict({ test }: { test: FunnelTest }) {
  const { t, format } = useTexts(texts);
  const p = test.p_adjusted < 0.001 ? `< ${format.number(0.001, 3)}` : `= ${format.number(test.p_adjusted, 3)}`;
  return (
    <span title={t(`compare.method_${test.method}`)}>
      {test.significant ? <Pill tone={test.difference < 0 ? 'bad' : 'good'}>{t(test.difference < 0 ? 'compare.worse' : 'compare.better')}</Pill> : <Pill>{t('compare.perhaps')}</Pill>}{' '}
      <span className={classes.quiet}>{t('compare.p', { p })}</span>
    </span>
  );
}
