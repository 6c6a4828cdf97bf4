import { Button, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { asProblem, useWorkspaceChanges } from '@/api';
import { useLocale, useTexts } from '@/i18n';
import { ProblemNote, useNotify } from '@/ui';
import { texts } from './de';
import { TimeZoneSelect } from './TimeZoneSelect';

/** Operators of the server make a workspace; they become its administrator and go there. */
export function NewWorkspaceDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTexts(texts);
  const { t: shared, language: mine } = useLocale();
  const navigate = useNavigate();
  const notify = useNotify();
  const { create } = useWorkspaceChanges();
  const [name, setName] = useState('');
  const [zone, setZone] = useState(Intl.DateTimeFormat().resolvedOptions().timeZone || 'Europe/Berlin');
  const [language, setLanguage] = useState<string>(mine);
  const problem = create.error ? asProblem(create.error) : undefined;
  return (
    <Modal opened={opened} onClose={onClose} title={<Text fw={620} fz="lg">{shared('top.new_workspace')}</Text>} closeButtonProps={{ 'aria-label': shared('action.close') }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate(
            { name: name.trim(), time_zone: zone, language },
            {
              onSuccess: (made) => {
                notify.done(t('workspace.created', { name: made.name }));
                onClose();
                void navigate(`/w/${made.slug}`);
              },
            },
          );
        }}
      >
        <Stack gap="md">
          <ProblemNote problem={problem} />
          <TextInput label={t('workspace.name')} description={t('workspace.name_hint')} value={name} onChange={(e) => setName(e.currentTarget.value)} data-autofocus maxLength={80} error={problem?.of('name')} />
          <TimeZoneSelect value={zone} onChange={setZone} />
          <Select
            label={t('workspace.language')}
            description={t('workspace.language_hint')}
            value={language}
            onChange={(v) => v && setLanguage(v)}
            allowDeselect={false}
            data={[
              { value: 'de', label: shared('language.de') },
              { value: 'en', label: shared('language.en') },
            ]}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {shared('action.cancel')}
            </Button>
            <Button type="submit" disabled={!name.trim()} loading={create.isPending}>
              {shared('action.create')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
