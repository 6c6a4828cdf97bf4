import type { RouteObject } from 'react-router';
import { addresses } from '@/api';

export const routes: RouteObject[] = [
  { path: addresses.people, lazy: () => import('./PeoplePage') },
  { path: addresses.workspaces, lazy: () => import('./WorkspacesPage') },
  { path: addresses.tokens, lazy: () => import('./TokensPage') },
  { path: addresses.audit, lazy: () => import('./AuditPage') },
];
