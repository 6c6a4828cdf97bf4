import { Button, Group, Text } from '@mantine/core';
import { IconDownload, IconFileUpload, IconPlus, IconReportAnalytics } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useNavigate } from 'react-router';
import { addresses, api, download, useApi, useWorkspace, type Kpi } from '@/api';
import { useTexts } from '@/i18n';
import { Answer, EmptyState, Page, Pill, Section, Table, useNotify, useNow, type Column } from '@/ui';
import { texts } from './de';
import { KpiDialog } from './KpiDialog';
import { Spark } from './Spark';
import { UploadDialog } from './UploadDialog';
import { kpiText, meets, periodText } from './values';

/** What other systems already count: the newest value of each KPI, and whether it meets its target. */
export function Component() {
  const { t, language, format } = useTexts(texts);
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const notify = useNotify();
  const now = useNow();
  const kpis = useApi(api.kpis);
  const [open, setOpen] = useState<'new' | 'upload' | null>(null);
  const may = workspace.may('import_data');
  const items = kpis.data?.items ?? [];
  const judged = items.map((k) => (k.series.length > 0 ? meets(k.series[k.series.length - 1]!.value, k.definition) : undefined)).filter((met) => met !== undefined);
  const columns = useMemo<Column<Kpi>[]>(() => {
    const name = (k: Kpi) => (language === 'de' ? k.definition.name_de : k.definition.name_en);
    const last = (k: Kpi) => k.series[k.series.length - 1];
    return [
      {
        key: 'name',
        header: t('column.name'),
        width: '28%',
        sort: name,
        render: (k) => (
          <span>
            <b>{name(k)}</b>
            <Text fz="xs" c="dimmed" component="span" display="block">
              {k.definition.key}
            </Text>
          </span>
        ),
      },
      {
        key: 'last',
        header: t('column.last'),
        align: 'right',
        render: (k) => {
          const point = last(k);
          if (!point) return <Text fz="sm" c="dimmed">{t(k.values > 0 ? 'no_total' : 'no_values')}</Text>;
          return (
            <span style={{ whiteSpace: 'nowrap' }}>
              {kpiText(point.value, k.definition, language)}
              {point.incomplete && (
                <Text fz="xs" c="dimmed" component="span" display="block">
                  {t('incomplete')}
                </Text>
              )}
            </span>
          );
        },
      },
      { key: 'trend', header: t('column.trend'), minor: 1, width: 140, render: (k) => <Spark series={k.series} /> },
      {
        key: 'target',
        header: t('column.target'),
        render: (k) => {
          const point = last(k);
          if (k.definition.target === undefined) return '–';
          const met = point && meets(point.value, k.definition);
          return (
            <span style={{ whiteSpace: 'nowrap' }}>
              {kpiText(k.definition.target, k.definition, language)} {met !== undefined && <Pill tone={met ? 'good' : 'bad'}>{t(met ? 'target.met' : 'target.missed')}</Pill>}
            </span>
          );
        },
      },
      { key: 'period', header: t('column.period'), minor: 1, sort: (k) => last(k)?.start ?? k.last_period, render: (k) => (last(k) && k.granularity ? periodText(last(k)!.period, k.granularity, language) : (k.last_period ?? '–')) },
      {
        key: 'delivery',
        header: t('column.delivery'),
        minor: 2,
        sort: (k) => k.last_delivery_at,
        render: (k) =>
          k.last_delivery_at ? (
            <Text fz="sm" c="dimmed" title={t('delivered_by', { name: k.last_delivery_by ?? '' })}>
              {format.ago(k.last_delivery_at, now)}
            </Text>
          ) : (
            '–'
          ),
      },
      { key: 'owner', header: t('column.owner'), minor: 2, sort: (k) => k.data_set.owner, render: (k) => k.data_set.owner || <Text fz="sm" c="dimmed">{t('no_owner')}</Text> },
    ];
  }, [t, language, format, now]);
  const add = may && (
    <Button leftSection={<IconPlus size={16} stroke={2} aria-hidden />} onClick={() => setOpen('new')}>
      {t('page.new')}
    </Button>
  );
  const answer =
    items.length > 0 &&
    (judged.length > 0
      ? t('page.answer', { count: items.length, met: format.number(judged.filter(Boolean).length), judged: format.number(judged.length) })
      : t('page.answer_plain', { count: items.length }));
  return (
    <Page title={t('page.title')} answer={answer} actions={items.length > 0 && add} how={t('how')}>
      <Section
        aside={
          items.length > 0 && (
            <Group gap="xs">
              {may && (
                <Button variant="default" leftSection={<IconFileUpload size={16} stroke={1.75} aria-hidden />} onClick={() => setOpen('upload')}>
                  {t('page.upload')}
                </Button>
              )}
              <Button variant="default" leftSection={<IconDownload size={16} stroke={1.75} aria-hidden />} onClick={() => download('GET', `workspaces/${workspace.id}/kpi_values/csv`, 'kpis.csv').catch(notify.problem)}>
                {t('page.csv')}
              </Button>
            </Group>
          )
        }
        title={t('kpi.values')}
      >
        <Answer
          of={kpis}
          isEmpty={(data) => data.items.length === 0}
          empty={
            <EmptyState icon={IconReportAnalytics} title={t('page.none')} action={add}>
              {t('page.none_text')}
            </EmptyState>
          }
        >
          {(data) => (
            <Table
              label={t('page.title')}
              columns={columns}
              rows={data.items}
              rowKey={(k) => k.id}
              rowName={(k) => (language === 'de' ? k.definition.name_de : k.definition.name_en)}
              onOpen={(k) => void navigate(workspace.to(addresses.kpi(k.id)))}
              tall
            />
          )}
        </Answer>
      </Section>
      {open === 'new' && <KpiDialog onClose={() => setOpen(null)} onSaved={(k) => void navigate(workspace.to(addresses.kpi(k.id)))} />}
      {open === 'upload' && <UploadDialog kpis={items} onClose={() => setOpen(null)} />}
    </Page>
  );
}
