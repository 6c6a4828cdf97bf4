import { createContext, useContext } from 'react';
import type { Membership, Right } from './types';

/** The workspace of the address (/w/{slug}/…). The shell provides it. */
export const WorkspaceContext = createContext<Membership | null>(null);

export interface Workspace extends Membership {
  /** Whether the user's role grants `right`. The server checks again; this only hides what would be refused. */
  may(right: Right): boolean;
  /** An address in this workspace: to('daten/import') → "/w/demo/daten/import" */
  to(path: string): string;
}

export function useWorkspace(): Workspace {
  const membership = useContext(WorkspaceContext);
  if (!membership) throw new Error('no workspace in the address');
  return { ...membership, may: (right) => membership.rights.includes(right), to: (path) => `/w/${membership.slug}${path ? `/${path}` : ''}` };
}
