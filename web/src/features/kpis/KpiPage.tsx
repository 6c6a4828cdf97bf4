import { ActionIcon, Anchor, Button, Group, NumberInput, SegmentedControl, Text, TextInput } from '@mantine/core';
import { IconArrowBackUp, IconDownload, IconFileUpload, IconPencil, IconTrash } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { addresses, api, download, useApi, useChange, useWorkspace, type Granularity, type Kpi, type KpiCorrection, type KpiValue, type NewKpiValue } from '@/api';
import { problemText } from '@/api/problemTexts';
import { useTexts } from '@/i18n';
import { Answer, Confirm, Note, Page, ProblemNote, Section, Table, useNotify, type Column } from '@/ui';
import { Course } from './Course';
import { texts } from './de';
import { Deliver } from './Deliver';
import classes from './kpis.module.css';
import { KpiDialog } from './KpiDialog';
import { UploadDialog } from './UploadDialog';
import { kpiText, periodText } from './values';

/** One KPI: its course, its values, what was corrected, and how it is delivered. */
export function Component() {
  const { t } = useTexts(texts);
  const { id = '' } = useParams();
  const kpi = useApi(api.kpi, { id });
  const workspace = useWorkspace();
  if (!kpi.data)
    return (
      <Page title={t('page.title')}>
        <Anchor component={Link} to={workspace.to(addresses.kpis)} fz="sm">
          {t('kpi.back')}
        </Anchor>
        <Answer of={kpi}>{() => null}</Answer>
      </Page>
    );
  return <Shown kpi={kpi.data} />;
}

function Shown({ kpi }: { kpi: Kpi }) {
  const { t, language } = useTexts(texts);
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const notify = useNotify();
  const [search, setSearch] = useSearchParams();
  const [open, setOpen] = useState<'edit' | 'upload' | 'delete' | null>(null);
  const { definition } = kpi;
  const name = language === 'de' ? definition.name_de : definition.name_en;
  const granularity = kpi.granularities.find((one) => one === search.get('g')) ?? kpi.granularity;
  const values = useApi(api.kpiValues, { id: kpi.id, granularity }, { enabled: granularity !== undefined });
  const corrections = useApi(api.kpiCorrections, { id: kpi.id });
  const remove = useChange(api.deleteKpi, { quiet: true });
  const may = workspace.may('import_data');
  const last = kpi.series[kpi.series.length - 1];
  const before = kpi.series[kpi.series.length - 2];
  const answer =
    last && kpi.granularity
      ? t('kpi.answer', {
          period: periodText(last.period, kpi.granularity, language),
          value: kpiText(last.value, definition, language),
          change: before ? t('kpi.answer_change', { value_before: kpiText(before.value, definition, language), before: periodText(before.period, kpi.granularity, language) }) : '',
        })
      : undefined;
  return (
    <Page
      title={name}
      answer={answer}
      how={t('how')}
      actions={
        <>
          {kpi.values > 0 && (
            <Button variant="default" leftSection={<IconDownload size={16} stroke={1.75} aria-hidden />} onClick={() => download('GET', `workspaces/${workspace.id}/kpi_values/csv?kpi=${kpi.id}`, `${definition.key}.csv`).catch(notify.problem)}>
              {t('kpi.csv')}
            </Button>
          )}
          {may && (
            <>
              <Button variant="default" leftSection={<IconPencil size={16} stroke={1.75} aria-hidden />} onClick={() => setOpen('edit')}>
                {t('kpi.edit')}
              </Button>
              <Button variant="default" leftSection={<IconTrash size={16} stroke={1.75} aria-hidden />} onClick={() => setOpen('delete')}>
                {t('kpi.delete')}
              </Button>
              <Button leftSection={<IconFileUpload size={16} stroke={1.75} aria-hidden />} onClick={() => setOpen('upload')}>
                {t('page.upload')}
              </Button>
            </>
          )}
        </>
      }
    >
      <Anchor component={Link} to={workspace.to(addresses.kpis)} fz="sm">
        {t('kpi.back')}
      </Anchor>
      {granularity === undefined ? (
        <Note>{t('kpi.no_values')}</Note>
      ) : (
        <>
          {kpi.granularities.length > 1 && (
            <SegmentedControl
              mt="sm"
              aria-label={t('column.period')}
              value={granularity}
              onChange={(g) => setSearch(g === kpi.granularity ? {} : { g }, { replace: true })}
              data={kpi.granularities.map((one) => ({ value: one, label: t(`granularity.${one}`) }))}
            />
          )}
          <Answer of={values}>
            {(data) => (
              <>
                <Section title={t('kpi.chart')}>
                  <Course kpi={kpi} data={data} granularity={granularity} />
                </Section>
                <Section title={t('kpi.values')}>
                  {data.cut && <Note>{t('kpi.cut')}</Note>}
                  <Values kpi={kpi} values={data.values} />
                </Section>
              </>
            )}
          </Answer>
        </>
      )}
      {may && <SetValue kpi={kpi} />}
      <Section title={t('kpi.corrections')}>
        <Answer of={corrections} isEmpty={(data) => data.items.length === 0} empty={<Text fz="sm" c="dimmed">{t('kpi.no_corrections')}</Text>}>
          {(data) => <Corrections kpi={kpi} items={data.items} />}
        </Answer>
      </Section>
      <Section title={t('kpi.data_set')}>
        <dl className={classes.facts}>
          <dt>{t('kpi.data_set')}</dt>
          <dd>
            <Anchor component={Link} to={workspace.to(addresses.source(kpi.data_set.id))} fz="sm">
              {kpi.data_set.name || kpi.data_set.id}
            </Anchor>
          </dd>
          <dt>{t('column.owner')}</dt>
          <dd>{kpi.data_set.owner || t('no_owner')}</dd>
          <dt>{t('kpi.system')}</dt>
          <dd>{kpi.data_set.system || '–'}</dd>
          <dt>{t('kpi.purpose')}</dt>
          <dd>{kpi.data_set.purpose || '–'}</dd>
          <dt>{t('kpi.definition')}</dt>
          <dd>{definition.description ?? '–'}</dd>
          <dt>{t('form.key')}</dt>
          <dd>
            <code>{definition.key}</code>
          </dd>
        </dl>
      </Section>
      {may && <Deliver kpi={kpi} />}
      {open === 'edit' && <KpiDialog kpi={kpi} onClose={() => setOpen(null)} />}
      {open === 'upload' && <UploadDialog kpis={[kpi]} kpi={kpi} onClose={() => setOpen(null)} />}
      <Confirm
        opened={open === 'delete'}
        title={t('kpi.delete_title')}
        action={t('kpi.delete')}
        onClose={() => setOpen(null)}
        onConfirm={async () => {
          await remove.mutateAsync({ id: kpi.id });
          notify.done(t('kpi.deleted', { name }));
          void navigate(workspace.to(addresses.kpis));
        }}
      >
        {t('kpi.delete_text', { name, count: kpi.values })}
      </Confirm>
    </Page>
  );
}

/** The row of a delivery that means this value. */
function rowOf(kpi: Kpi, v: { period: string; granularity: Granularity; market: string; unit: string; touchpoint: string; benchmark: string }): NewKpiValue {
  return { kpi: kpi.id, period: v.period, granularity: v.granularity, market: v.market, unit: v.unit, touchpoint: v.touchpoint, benchmark: v.benchmark };
}

function Values({ kpi, values }: { kpi: Kpi; values: KpiValue[] }) {
  const { t, format, language } = useTexts(texts);
  const workspace = useWorkspace();
  const notify = useNotify();
  const deliver = useChange(api.deliverKpis);
  const may = workspace.may('import_data');
  const columns = useMemo<Column<KpiValue>[]>(() => {
    const some = (pick: (v: KpiValue) => string) => values.some((v) => pick(v) !== '');
    return [
      { key: 'period', header: t('column.period'), sort: (v) => v.start, render: (v) => periodText(v.period, v.granularity, language) },
      { key: 'market', header: t('kpi.market'), sort: (v) => v.market, render: (v) => v.market || t('kpi.whole') },
      ...(some((v) => v.unit) ? [{ key: 'unit', header: t('kpi.unit'), sort: (v: KpiValue) => v.unit, render: (v: KpiValue) => v.unit || t('kpi.whole') }] : []),
      ...(some((v) => v.touchpoint) ? [{ key: 'touchpoint', header: t('kpi.touchpoint'), render: (v: KpiValue) => v.touchpoint_name || t('kpi.whole') }] : []),
      ...(some((v) => v.benchmark) ? [{ key: 'benchmark', header: t('kpi.benchmark'), render: (v: KpiValue) => v.benchmark || '–' }] : []),
      {
        key: 'value',
        header: t('upload.value'),
        align: 'right',
        sort: (v) => v.value,
        render: (v) => (
          <span style={{ whiteSpace: 'nowrap' }}>
            {kpiText(v.value, kpi.definition, language)}
            {v.corrected && <span className={classes.foot}> {t('kpi.corrected')}</span>}
          </span>
        ),
      },
      { key: 'n', header: t('kpi.n'), align: 'right', minor: 1, render: (v) => (v.n === undefined ? '–' : format.number(v.n)) },
      { key: 'at', header: t('kpi.delivered'), minor: 2, render: (v) => <Text fz="sm" c="dimmed">{`${format.time(v.delivered_at)}, ${v.delivered_by}`}</Text> },
      ...(may
        ? [
            {
              key: 'do',
              header: '',
              label: t('kpi.withdraw', { period: '' }),
              width: 48,
              render: (v: KpiValue) => {
                const period = [periodText(v.period, v.granularity, language), v.market, v.unit, v.benchmark].filter(Boolean).join(', ');
                return (
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={t('kpi.withdraw', { period })}
                    onClick={() =>
                      deliver.mutate(
                        { values: [{ ...rowOf(kpi, v), withdraw: true }] },
                        { onSuccess: () => notify.undoable(t('kpi.withdrawn', { period }), () => deliver.mutateAsync({ values: [{ ...rowOf(kpi, v), value: v.value, n: v.n }] })) },
                      )
                    }
                  >
                    <IconArrowBackUp size={17} stroke={1.75} />
                  </ActionIcon>
                );
              },
            },
          ]
        : []),
    ];
  }, [t, format, language, kpi, values, may, deliver, notify]);
  return (
    <div style={{ maxHeight: 460, overflow: 'auto' }}>
      <Table label={t('kpi.values')} columns={columns} rows={values} rowKey={(v) => `${v.start} ${v.market} ${v.unit} ${v.touchpoint} ${v.benchmark}`} dense />
    </div>
  );
}

function Corrections({ kpi, items }: { kpi: Kpi; items: KpiCorrection[] }) {
  const { t, format, language } = useTexts(texts);
  const columns = useMemo<Column<KpiCorrection>[]>(
    () => [
      { key: 'period', header: t('column.period'), render: (c) => periodText(c.period, c.granularity, language) },
      { key: 'of', header: t('kpi.market'), render: (c) => [c.market, c.unit, c.touchpoint, c.benchmark].filter(Boolean).join(' · ') || t('kpi.whole') },
      { key: 'old', header: t('kpi.old'), align: 'right', render: (c) => <span title={`${format.time(c.old_at)}, ${c.old_by}`}>{kpiText(c.old_value, kpi.definition, language)}</span> },
      { key: 'new', header: t('kpi.new'), align: 'right', render: (c) => (c.new_value === undefined ? t('kpi.taken_back') : kpiText(c.new_value, kpi.definition, language)) },
      { key: 'when', header: t('kpi.when'), minor: 1, render: (c) => format.time(c.replaced_at) },
      { key: 'who', header: t('kpi.who'), render: (c) => c.replaced_by },
    ],
    [t, format, language, kpi],
  );
  return <Table label={t('kpi.corrections')} columns={columns} rows={items} rowKey={(_, i) => String(i)} dense />;
}

/** One value by hand. */
function SetValue({ kpi }: { kpi: Kpi }) {
  const { t, language } = useTexts(texts);
  const notify = useNotify();
  const [period, setPeriod] = useState('');
  const [market, setMarket] = useState('');
  const [value, setValue] = useState('');
  const [n, setN] = useState<number | string>('');
  const [refused, setRefused] = useState('');
  const deliver = useChange(api.deliverKpis, {
    quiet: true,
    onDone: (taken) => {
      const [reject] = taken.rejects;
      setRefused(reject ? (problemText(reject.code, language) ?? reject.code) : '');
      if (reject) return;
      notify.done(t('kpi.set_done', { period }));
      setValue('');
      setN('');
    },
  });
  return (
    <Section title={t('kpi.set')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          deliver.mutate({ values: [{ kpi: kpi.id, period, market, value, ...(n === '' ? {} : { n: Number(n) }) }] });
        }}
      >
        <div className={classes.row}>
          <TextInput label={t('column.period')} placeholder={t('kpi.period_hint')} value={period} required w={260} onChange={(e) => setPeriod(e.currentTarget.value)} />
          <TextInput label={t('kpi.market')} placeholder={t('kpi.whole')} value={market} maxLength={120} w={140} onChange={(e) => setMarket(e.currentTarget.value)} />
          <TextInput label={t('kpi.set_value')} value={value} required w={160} inputMode="decimal" onChange={(e) => setValue(e.currentTarget.value)} />
          <NumberInput label={t('role.n')} value={n} min={0} w={160} onChange={setN} />
          <Button type="submit" variant="default" loading={deliver.isPending}>
            {t('kpi.set_save')}
          </Button>
        </div>
      </form>
      <Group mt="xs">
        <ProblemNote problem={deliver.error} />
        {refused && (
          <div role="alert">
            <Note tone="signal">{refused}</Note>
          </div>
        )}
      </Group>
    </Section>
  );
}
