import { Button, Divider, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useChangePassword, useMe, usePatchMe } from '@/api';
import { useLocale } from '@/i18n';
import { ProblemNote, useNotify } from '@/ui';
import { PasswordFields, usePasswordFields } from './PasswordFields';

export default function ProfileDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useLocale();
  const me = useMe();
  const notify = useNotify();
  const patch = usePatchMe();
  const change = useChangePassword();
  const fields = usePasswordFields();
  const [name, setName] = useState(me.name);
  return (
    <Modal opened={opened} onClose={onClose} title={<Text fw={620} fz="lg">{t('profile.title')}</Text>} closeButtonProps={{ 'aria-label': t('action.close') }}>
      <Stack gap="lg">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            patch.mutate({ name: name.trim() }, { onSuccess: () => notify.done(t('profile.saved')) });
          }}
        >
          <Stack gap="sm">
            <ProblemNote problem={patch.error} />
            <TextInput label={t('profile.email')} value={me.email} readOnly variant="filled" />
            <TextInput label={t('profile.name')} value={name} onChange={(e) => setName(e.currentTarget.value)} autoComplete="name" maxLength={80} />
            <Group justify="flex-end">
              <Button type="submit" loading={patch.isPending} disabled={!name.trim() || name.trim() === me.name}>
                {t('action.save')}
              </Button>
            </Group>
          </Stack>
        </form>
        <Divider />
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (!fields.ready) return;
            change.mutate(
              { current: fields.state.current, next: fields.state.next },
              {
                onSuccess: () => {
                  notify.done(t('profile.password_saved'));
                  onClose();
                },
              },
            );
          }}
        >
          <Stack gap="sm">
            <Text fw={600}>{t('profile.password')}</Text>
            <ProblemNote problem={change.error} />
            <PasswordFields fields={fields} currentLabel={t('profile.current')} problem={change.error} />
            <Group justify="flex-end">
              <Button type="submit" variant="default" loading={change.isPending} disabled={!fields.ready}>
                {t('profile.password')}
              </Button>
            </Group>
          </Stack>
        </form>
      </Stack>
    </Modal>
  );
}
