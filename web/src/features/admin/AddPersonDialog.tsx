import { Button, Group, Modal, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api, asProblem, useChange, type NewMember, type Role } from '@/api';
import { useLocale, useTexts } from '@/i18n';
import { ProblemNote, Secret } from '@/ui';
import { texts } from './de';
import { roles } from './roles';

/** Adds a person; a one-time password is shown once, on the second step. */
export function AddPersonDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTexts(texts);
  const { t: shared } = useLocale();
  const [added, setAdded] = useState<NewMember | null>(null);
  const close = () => {
    setAdded(null);
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      closeOnClickOutside={!added?.one_time_password}
      title={<Text fw={620} fz="lg">{added ? t('people.added_title', { name: added.member.name || added.member.email }) : t('people.add')}</Text>}
      closeButtonProps={{ 'aria-label': shared('action.close') }}
    >
      {added ? (
        <Stack gap="md">
          {added.one_time_password ? (
            <>
              <Text fz="sm">{t('people.one_time_text')}</Text>
              <Secret value={added.one_time_password} label={t('people.one_time')} />
            </>
          ) : (
            <Text fz="sm">{t('people.added_known', { name: added.member.name || added.member.email })}</Text>
          )}
          <Group justify="flex-end">
            <Button onClick={close}>{added.one_time_password ? t('people.handed') : shared('action.close')}</Button>
          </Group>
        </Stack>
      ) : (
        <AddPersonForm onAdded={setAdded} onClose={close} />
      )}
    </Modal>
  );
}

function AddPersonForm({ onAdded, onClose }: { onAdded: (added: NewMember) => void; onClose: () => void }) {
  const { t } = useTexts(texts);
  const { t: shared } = useLocale();
  const add = useChange(api.addMember, { quiet: true });
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('analyst');
  const problem = add.error ? asProblem(add.error) : undefined;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate({ name: name.trim(), email: email.trim(), role }, { onSuccess: onAdded });
      }}
    >
      <Stack gap="md">
        <Text fz="sm" c="dimmed">
          {t('people.add_lead')}
        </Text>
        <ProblemNote problem={problem} />
        <TextInput label={t('people.name')} value={name} onChange={(e) => setName(e.currentTarget.value)} data-autofocus maxLength={80} error={problem?.of('name')} autoComplete="off" />
        <TextInput label={t('people.email')} type="email" value={email} onChange={(e) => setEmail(e.currentTarget.value)} error={problem?.of('email')} autoComplete="off" />
        <Radio.Group label={t('people.role')} value={role} onChange={(value) => setRole(value as Role)}>
          <Stack gap={10} mt={6}>
            {roles.map((r) => (
              <Radio key={r} value={r} label={shared(`role.${r}`)} description={t(`role.${r}.text`)} />
            ))}
          </Stack>
        </Radio.Group>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {shared('action.cancel')}
          </Button>
          <Button type="submit" loading={add.isPending} disabled={!name.trim() || !email.includes('@')}>
            {t('people.add')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
