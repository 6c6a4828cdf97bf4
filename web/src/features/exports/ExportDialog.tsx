import { Button, Group, Modal, Radio, Stack, Switch, Text } from '@mantine/core';
import { useState } from 'react';
import { api, asProblem, isOpenFilter, useChange, useFilter, useWorkspace, type ExportFormat } from '@/api';
import { useLocale, useTexts } from '@/i18n';
import { ProblemNote } from '@/ui';
import { filterLines, filterTexts, useNames, useRuleText, useSegments } from '@/ui/filterbar';
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
  const [filter] = useFilter();
  const start = useChange(api.startExport, { quiet: true });
  const [format, setFormat] = useState<ExportFormat>('csv');
  const [originals, setOriginals] = useState(false);
  const problem = start.error ? asProblem(start.error) : undefined;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        start.mutate({ format, originals, filter }, { onSuccess: onClose });
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
        {isOpenFilter(filter) ? <Text fz="sm">{t('dialog.everything')}</Text> : <Selected />}
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

/** What the filter bar lets through, in words. */
function Selected() {
  const { t } = useTexts(texts);
  const { t: words, format } = useTexts(filterTexts);
  const [filter] = useFilter();
  const speaker = { t: words, format, names: useNames(), segments: useSegments(), rule: useRuleText() };
  return (
    <div>
      <Text fz="sm">{t('dialog.selected')}</Text>
      <Text component="ul" fz="sm" c="dimmed" mt={4} mb={0} pl="md">
        {filterLines(filter, speaker).map((line) => (
          <li key={line}>{line}</li>
        ))}
      </Text>
    </div>
  );
}
