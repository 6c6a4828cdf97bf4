import type { RouteObject } from 'react-router';
import { addresses } from '@/api';

export const routes: RouteObject[] = [
  { path: addresses.import, lazy: () => import('./ImportPage') },
  { path: `${addresses.import}/neu/:upload`, lazy: () => import('./WizardPage') },
  { path: `${addresses.import}/:id`, lazy: () => import('./RunPage') },
  { path: addresses.sources, lazy: () => import('./SourcesPage') },
];
