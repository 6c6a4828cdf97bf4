import { Button, Group, Stack, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api, asProblem, useChange, type PrivacySettings } from '@/api';
import { useTexts } from '@/i18n';
import { ProblemNote, useNotify } from '@/ui';
import { texts } from './de';

export function SettingsForm({ settings }: { settings: PrivacySettings }) {
  const { t } = useTexts(texts);
  const notify = useNotify();
  const save = useChange(api.editPrivacySettings, { quiet: true });
  const [mayReturn, setMayReturn] = useState(settings.erased_may_return);
  const [officer, setOfficer] = useState(settings.officer ?? '');
  const [contact, setContact] = useState(settings.contact ?? '');
  const problem = save.error ? asProblem(save.error) : undefined;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(
          { etag: settings.etag, settings: { erased_may_return: mayReturn, officer: officer.trim() || undefined, contact: contact.trim() || undefined } },
          { onSuccess: () => notify.done(t('settings.saved')) },
        );
      }}
    >
      <Stack gap="md" maw={560}>
        <ProblemNote problem={problem} />
        <TextInput label={t('settings.officer')} value={officer} onChange={(e) => setOfficer(e.currentTarget.value)} maxLength={200} error={problem?.of('officer')} />
        <TextInput label={t('settings.contact')} value={contact} onChange={(e) => setContact(e.currentTarget.value)} maxLength={200} error={problem?.of('contact')} />
        <Switch label={t('settings.return')} description={t('settings.return_hint')} checked={mayReturn} onChange={(e) => setMayReturn(e.currentTarget.checked)} />
        <Group>
          <Button type="submit" variant="default" loading={save.isPending}>
            {t('settings.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
