import type { RouteObject } from 'react-router';
import { addresses } from '@/api';

export const routes: RouteObject[] = [
  { path: addresses.quality, lazy: () => import('./QualityPage') },
  { path: addresses.reconciliation, lazy: () => import('./ReconciliationPage') },
  { path: addresses.trackingPlan, lazy: () => import('./TrackingPlanPage') },
];
