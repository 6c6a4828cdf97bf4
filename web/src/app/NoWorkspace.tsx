import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBuilding } from '@tabler/icons-react';
import { useMe, useSignOut } from '@/api';
import { NewWorkspaceDialog } from '@/features/admin/NewWorkspaceDialog';
import { useLocale } from '@/i18n';
import { EmptyState } from '@/ui';
import { Blank } from './Blank';

/** Signed in, but in no workspace: operators make one, others ask for one. */
export default function NoWorkspace() {
  const { t } = useLocale();
  const me = useMe();
  const signOut = useSignOut();
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <Blank>
      <EmptyState
        icon={IconBuilding}
        title={t('state.no_workspaces')}
        action={
          <>
            {me.operator_of_server && <Button onClick={open}>{t('top.new_workspace')}</Button>}
            <Button variant="default" onClick={() => signOut.mutate()}>
              {t('profile.sign_out')}
            </Button>
          </>
        }
      >
        {t(me.operator_of_server ? 'state.no_workspaces_operator' : 'state.no_workspaces_text')}
      </EmptyState>
      <NewWorkspaceDialog opened={opened} onClose={close} />
    </Blank>
  );
}
