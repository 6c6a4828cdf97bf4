import { Button, FileButton, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { IconFileUpload } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { api, request, upload, useApi, useChange, useWorkspace, type Granularity, type Kpi, type KpiColumnRole, type KpiFilePreview, type KpiFileRequest, type Upload } from '@/api';
import { problemText } from '@/api/problemTexts';
import { useTexts } from '@/i18n';
import { Answer, LoadingLines, Note, ProblemNote, Section, Table, useNotify, type Column } from '@/ui';
import { texts } from './de';
import { kpiText, periodText } from './values';

const roles: KpiColumnRole[] = ['ignore', 'kpi', 'period', 'market', 'unit', 'touchpoint', 'benchmark', 'value', 'n', 'value_of_period', 'value_of_kpi'];
const granularities: Granularity[] = ['day', 'week', 'month', 'quarter', 'year'];

/** A file of values: chosen, shown, corrected, taken. */
export function UploadDialog({ kpis, kpi, onClose }: { kpis: Kpi[]; kpi?: Kpi; onClose: () => void }) {
  const { t, format } = useTexts(texts);
  const workspace = useWorkspace();
  const [sent, setSent] = useState<Upload>();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const drop = () => {
    // A file that is not taken is removed by the server within a day at the latest.
    if (sent) request('DELETE', `workspaces/${workspace.id}/uploads/${sent.id}`).catch(() => undefined);
  };
  const take = (file: File | null) => {
    if (!file) return;
    drop();
    setSent(undefined);
    setProblem(null);
    setBusy(true);
    upload<Upload>(`workspaces/${workspace.id}/uploads?name=${encodeURIComponent(file.name)}`, file, () => undefined)
      .answer.then(setSent, setProblem)
      .finally(() => setBusy(false));
  };
  return (
    <Modal
      opened
      onClose={() => {
        drop();
        onClose();
      }}
      title={t('upload.title')}
      size="xl"
    >
      <Stack gap="md">
        <Text fz="sm">{t('upload.text')}</Text>
        <Group>
          <FileButton onChange={take} accept=".csv,.tsv,.txt,.xlsx,.json,.ndjson" inputProps={{ 'aria-label': t('upload.choose') }}>
            {(props) => (
              <Button {...props} loading={busy} variant={sent ? 'default' : 'filled'} leftSection={<IconFileUpload size={16} stroke={1.75} aria-hidden />}>
                {t(sent ? 'upload.other' : 'upload.choose')}
              </Button>
            )}
          </FileButton>
          {sent && <Text fz="sm">{`${sent.name} · ${format.bytes(sent.size_bytes)}`}</Text>}
        </Group>
        <ProblemNote problem={problem} />
        {sent && <Reading key={sent.id} upload={sent} kpis={kpis} kpi={kpi} onDone={onClose} />}
      </Stack>
    </Modal>
  );
}

function Reading({ upload: file, kpis, kpi, onDone }: { upload: Upload; kpis: Kpi[]; kpi?: Kpi; onDone: () => void }) {
  const { t, language } = useTexts(texts);
  const notify = useNotify();
  const [asked, setAsked] = useState<KpiFileRequest>({ upload: file.id, columns: [], ...(kpi ? { kpi: kpi.id } : {}) });
  const preview = useApi(api.kpiPreview, asked);
  const importing = useChange(api.importKpis, {
    quiet: true,
    onDone: (taken) => {
      notify.done(t('upload.done', { count: taken.added + taken.replaced + taken.unchanged }));
      onDone();
    },
  });
  const name = (one: Kpi) => (language === 'de' ? one.definition.name_de : one.definition.name_en);
  return (
    <Answer of={preview} loading={<LoadingLines lines={5} />}>
      {(data) => {
        const count = data.outcome.added + data.outcome.replaced;
        return (
          <Stack gap="md">
            <Group grow align="start">
              <Select label={t('upload.kpi')} value={asked.kpi ?? ''} allowDeselect={false} onChange={(v) => setAsked({ ...asked, columns: [], kpi: v || undefined })} data={[{ value: '', label: t('upload.kpi_column') }, ...kpis.map((one) => ({ value: one.id, label: name(one) }))]} />
              <Select
                label={t('upload.granularity')}
                value={asked.granularity ?? ''}
                allowDeselect={false}
                onChange={(v) => setAsked({ ...asked, granularity: (v || undefined) as Granularity | undefined })}
                data={[{ value: '', label: t('upload.granularity_own') }, ...granularities.map((one) => ({ value: one, label: t(`granularity.${one}`) }))]}
              />
              <Select label={t('upload.decimal')} value={data.decimal} allowDeselect={false} onChange={(v) => setAsked({ ...asked, decimal: v ?? undefined })} data={[{ value: 'comma', label: t('upload.comma') }, { value: 'point', label: t('upload.point') }]} />
              {data.sheets.length > 1 && <Select label={t('upload.sheet')} value={data.sheet ?? null} allowDeselect={false} onChange={(v) => setAsked({ ...asked, columns: [], sheet: v ?? undefined })} data={data.sheets} />}
            </Group>
            <Columns preview={data} onChange={(columns) => setAsked({ ...asked, columns })} />
            <Changes preview={data} kpis={kpis} />
            <ProblemNote problem={importing.error} />
            <Group justify="flex-end">
              <Button loading={importing.isPending} disabled={count + data.outcome.unchanged === 0 || preview.isPlaceholderData} onClick={() => importing.mutate(asked)}>
                {t('upload.take', { count })}
              </Button>
            </Group>
          </Stack>
        );
      }}
    </Answer>
  );
}

function Columns({ preview, onChange }: { preview: KpiFilePreview; onChange: (columns: KpiFileRequest['columns']) => void }) {
  const { t } = useTexts(texts);
  const columns = useMemo<Column<KpiFilePreview['columns'][number]>[]>(
    () => [
      { key: 'name', header: t('upload.columns'), render: (c) => <b>{c.name}</b> },
      { key: 'samples', header: t('upload.examples'), minor: 1, render: (c) => <Text fz="sm" c="dimmed" lineClamp={1}>{c.samples.join(' · ') || '–'}</Text> },
      {
        key: 'role',
        header: t('upload.role'),
        width: 240,
        render: (c) => (
          <Select
            aria-label={`${t('upload.role')}: ${c.name}`}
            size="xs"
            allowDeselect={false}
            value={c.role}
            data={roles.map((role) => ({ value: role, label: t(`role.${role}`) }))}
            onChange={(role) => {
              const next = role as KpiColumnRole;
              const many = next === 'ignore' || next === 'value_of_period' || next === 'value_of_kpi';
              // One column has each of these meanings: the former one gives it up.
              onChange(preview.columns.map((o) => ({ column: o.name, role: o.name === c.name ? next : !many && o.role === next ? 'ignore' : o.role })));
            }}
          />
        ),
      },
    ],
    [t, preview, onChange],
  );
  return <Table label={t('upload.columns')} columns={columns} rows={preview.columns} rowKey={(c) => c.name} dense />;
}

function Changes({ preview, kpis }: { preview: KpiFilePreview; kpis: Kpi[] }) {
  const { t, format, language } = useTexts(texts);
  const { outcome } = preview;
  const definition = (key: string) => kpis.find((k) => k.definition.key === key)?.definition ?? { unit: 'count' as const, decimals: undefined };
  if (preview.rows.length === 0 && outcome.rejected === 0) return <Note tone="signal">{t('upload.nothing')}</Note>;
  const columns: Column<KpiFilePreview['rows'][number]>[] = [
    { key: 'row', header: t('upload.row'), align: 'right', width: 70, render: (r) => format.number(r.row) },
    { key: 'kpi', header: t('column.name'), render: (r) => r.kpi },
    { key: 'period', header: t('column.period'), render: (r) => periodText(r.period, r.granularity, language) },
    { key: 'of', header: t('kpi.market'), render: (r) => [r.market, r.unit, r.touchpoint, r.benchmark].filter(Boolean).join(' · ') || t('kpi.whole') },
    { key: 'value', header: t('upload.value'), align: 'right', render: (r) => kpiText(r.value, definition(r.kpi), language) },
    { key: 'before', header: t('upload.before'), align: 'right', minor: 1, render: (r) => (r.before === undefined ? '–' : kpiText(r.before, definition(r.kpi), language)) },
    { key: 'change', header: '', label: t('upload.rows'), render: (r) => t(`change.${r.change}`) },
  ];
  return (
    <Section title={t('upload.rows')}>
      <Text fz="sm" mb="xs" aria-live="polite">
        {t('upload.outcome', { added: format.number(outcome.added), replaced: format.number(outcome.replaced), unchanged: format.number(outcome.unchanged), rejected: format.number(outcome.rejected) })}
      </Text>
      {outcome.rejects.length > 0 && (
        <Note tone="signal">
          {outcome.rejects.slice(0, 5).map((r) => (
            <div key={`${r.index} ${r.code}`}>
              {t('upload.row')} {r.index}: {r.detail && `„${r.detail}“ – `}
              {problemText(r.code, language) ?? r.code}
            </div>
          ))}
        </Note>
      )}
      {preview.rows.length > 0 && (
        <div style={{ maxHeight: 280, overflow: 'auto' }}>
          <Table label={t('upload.rows')} columns={columns} rows={preview.rows} rowKey={(r, i) => `${r.row} ${i}`} dense />
        </div>
      )}
    </Section>
  );
}
