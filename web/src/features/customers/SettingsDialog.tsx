import { Button, Group, Modal, NumberInput, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import { api, useApi, useChange, type CustomerViewSettings } from '@/api';
import { useTexts } from '@/i18n';
import { Answer, ProblemNote, useNotify } from '@/ui';
import { TouchpointPicker, useNames } from '@/ui/filterbar';
import { texts } from './de';

/** What ends a matter, and who may embed the panel. For administrators. */
export function SettingsDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTexts(texts);
  const settings = useApi(api.customerView);
  return (
    <Modal opened onClose={onClose} title={t('settings.title')} size="lg">
      <Answer of={settings}>{(data) => <Form key={data.etag} settings={data} onClose={onClose} />}</Answer>
    </Modal>
  );
}

function Form({ settings, onClose }: { settings: CustomerViewSettings; onClose: () => void }) {
  const { t } = useTexts(texts);
  const notify = useNotify();
  const names = useNames();
  const [end, setEnd] = useState(settings.end_touchpoints);
  const [days, setDays] = useState<number | string>(settings.open_days ?? 30);
  const [origins, setOrigins] = useState(settings.origins.join('\n'));
  const save = useChange(api.editCustomerView, {
    quiet: true,
    onDone: () => {
      notify.done(t('settings.saved'));
      onClose();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const list = origins.split('\n').map((one) => one.trim().replace(/\/$/, '')).filter(Boolean);
        save.mutate({ etag: settings.etag, settings: { end_touchpoints: end, open_days: Number(days), origins: list } });
      }}
    >
      <Stack gap="md">
        <TouchpointPicker label={t('settings.end')} value={end} onChange={setEnd} names={names} />
        <NumberInput label={t('settings.days')} value={days} onChange={setDays} min={1} max={3650} allowDecimal={false} w={200} />
        <Textarea label={t('settings.origins')} description={t('settings.origins_hint')} value={origins} onChange={(event) => setOrigins(event.currentTarget.value)} autosize minRows={2} maxRows={8} spellCheck={false} />
        <ProblemNote problem={save.error} />
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending} disabled={days === ''}>
            {t('settings.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
