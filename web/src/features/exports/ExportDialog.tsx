import { Button, Group, Modal, Radio, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api, asProblem, useApi, useChange, useWorkspace, type ExportFormat } from '@/api';
import { useLocale, useTexts } from '@/i18n';
import { ProblemNote } from '@/ui';
import { texts } from './de';

const formats: ExportFormat[] = ['csv', 'parquet', 'xes', 'ocel_json'];

/** What the file is to hold; it is written as a job. */
export function ExportDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTexts(texts);
  const { t: shared } = useLocale();
  return (
    <Modal opened={opened} onClose={onClose} size="lg" title={<Text fw={620} fz="lg">{t('new')}</Text>} closeButtonProps={{ 'aria-label': shared('action.close') }}>
      <ExportForm onClose={onClose} />
    </Modal>
  );
}

function ExportForm({ onClose }: { onClose: () => void }) {
  const { t } = useTexts(texts);
  const { t: shared } = useLocale();
  const workspace = useWorkspace();
  const sources = useApi(api.sources);
  const start = useChange(api.startExport, { quiet: true });
  const [format, setFormat] = useState<ExportFormat>('csv');
  const [source, setSource] = useState<string | null>(null);
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [originals, setOriginals] = useState(false);
  const problem = start.error ? asProblem(start.error) : undefined;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        start.mutate({ format, originals, ...(source && { source }), ...(from && { from }), ...(to && { to }) }, { onSuccess: onClose });
      }}
    >
      <Stack gap="md">
        <ProblemNote problem={problem} />
        <Radio.Group label={t('dialog.format')} value={format} onChange={(value) => setFormat(value as ExportFormat)}>
          <Stack gap="xs" mt={6}>
            {formats.map((f) => (
              <Radio key={f} value={f} label={t(`format.${f}`)} description={t(`format.${f}_text`)} />
            ))}
          </Stack>
        </Radio.Group>
        <Select
          label={t('dialog.source')}
          placeholder={t('dialog.source_all')}
          value={source}
          onChange={setSource}
          clearable
          data={(sources.data?.items ?? []).map((s) => ({ value: s.id, label: s.name }))}
        />
        <Group grow align="flex-start">
          <TextInput type="date" label={t('dialog.from')} value={from} onChange={(e) => setFrom(e.currentTarget.value)} error={problem?.of('from')} />
          <TextInput type="date" label={t('dialog.to')} value={to} onChange={(e) => setTo(e.currentTarget.value)} error={problem?.of('to')} />
        </Group>
        {workspace.may('see_identifiers') && (
          <Switch label={t('dialog.originals')} description={t('dialog.originals_hint')} checked={originals} onChange={(e) => setOriginals(e.currentTarget.checked)} />
        )}
        <Group justify="space-between">
          <Text fz="sm" c="dimmed">
            {t('dialog.kept')}
          </Text>
          <Group gap="xs">
            <Button variant="default" onClick={onClose}>
              {shared('action.cancel')}
            </Button>
            <Button type="submit" loading={start.isPending}>
              {t('dialog.start')}
            </Button>
          </Group>
        </Group>
      </Stack>
    </form>
  );
}
