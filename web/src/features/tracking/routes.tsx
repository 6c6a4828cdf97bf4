import type { RouteObject } from 'react-router';
import { addresses } from '@/api';

export const routes: RouteObject[] = [
  { path: addresses.newSource, lazy: () => import('./NewSourcePage') },
  { path: `${addresses.sources}/:id`, lazy: () => import('./SourcePage') },
  { path: `${addresses.sources}/:id/webhooks/:hook`, lazy: () => import('./hooks/WebhookPage') },
  { path: addresses.live, lazy: () => import('./LivePage') },
];
