import type { RouteObject } from 'react-router';
import { addresses } from '@/api';

export const routes: RouteObject[] = [
  { path: addresses.import, lazy: () => import('./ImportPage') },
  { path: `${addresses.import}/neu/:upload`, lazy: () => import('./WizardPage') },
  { path: `${addresses.import}/:id`, lazy: () => import('./RunPage') },
  { path: addresses.newConnector, lazy: () => import('./connectors/WizardPage') },
  { path: `${addresses.sources}/verbindung/:id/bearbeiten`, lazy: () => import('./connectors/WizardPage') },
  { path: `${addresses.sources}/verbindung/:id`, lazy: () => import('./connectors/ConnectorPage') },
  { path: addresses.sources, lazy: () => import('./SourcesPage') },
];
