import { Button } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useEffect, useMemo } from 'react';
import { Link, Outlet, useParams } from 'react-router';
import { useMe, WorkspaceContext } from '@/api';
import { useLiveWorkspace } from '@/api/stream';
import { useLocale } from '@/i18n';
import { EmptyState } from '@/ui';
import { Blank } from './Blank';
import { lastWorkspace } from './lastWorkspace';

/** Provides the workspace of the address, its time zone and its live stream. */
export function WorkspaceGate() {
  const { slug } = useParams();
  const me = useMe();
  const { t, setTimeZone } = useLocale();
  const workspace = useMemo(() => me.workspaces.find((w) => w.slug === slug), [me.workspaces, slug]);
  useEffect(() => {
    if (!workspace) return;
    lastWorkspace.set(workspace.slug);
    setTimeZone(workspace.time_zone);
  }, [workspace, setTimeZone]);
  if (!workspace)
    return (
      <Blank>
        <EmptyState icon={IconLock} title={t('state.no_workspace')} action={me.workspaces[0] && <Button component={Link} to={`/w/${me.workspaces[0].slug}`}>{me.workspaces[0].name}</Button>}>
          {t('state.no_workspace_text')}
        </EmptyState>
      </Blank>
    );
  return (
    <WorkspaceContext value={workspace} key={workspace.id}>
      <Live workspace={workspace.id} />
      <Outlet />
    </WorkspaceContext>
  );
}

function Live({ workspace }: { workspace: string }) {
  useLiveWorkspace(workspace);
  return null;
}
