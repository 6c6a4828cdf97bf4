import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { api, asProblem, useChange, type Member, type Restriction } from '@/api';
import { useLocale, useTexts } from '@/i18n';
import { ProblemNote, useNotify } from '@/ui';
import { RestrictionFields, unrestricted } from './RestrictionFields';
import { texts } from './de';

/** Sets what of the data a member may see. */
export function RestrictionDialog({ member, onClose }: { member: Member; onClose: () => void }) {
  const { t } = useTexts(texts);
  const { t: shared } = useLocale();
  const notify = useNotify();
  const name = member.name || member.email;
  const [restriction, setRestriction] = useState<Restriction>(member.restriction ?? unrestricted);
  const save = useChange(api.editMember, { quiet: true });
  const problem = save.error ? asProblem(save.error) : undefined;
  return (
    <Modal opened onClose={onClose} title={<Text fw={620} fz="lg">{t('restriction.title', { name })}</Text>} closeButtonProps={{ 'aria-label': shared('action.close') }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate(
            { user_id: member.user_id, role: member.role, restriction },
            {
              onSuccess: () => {
                notify.done(t('restriction.saved', { name }));
                onClose();
              },
            },
          );
        }}
      >
        <Stack gap="md">
          <Text fz="sm" c="dimmed">
            {t('restriction.lead')}
          </Text>
          <ProblemNote problem={problem} />
          <RestrictionFields value={restriction} onChange={setRestriction} error={(field) => problem?.of(field)} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {shared('action.cancel')}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {t('restriction.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
