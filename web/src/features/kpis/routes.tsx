import type { RouteObject } from 'react-router';
import { addresses } from '@/api';

export const routes: RouteObject[] = [
  { path: addresses.kpis, lazy: () => import('./KpisPage') },
  { path: `${addresses.kpis}/:id`, lazy: () => import('./KpiPage') },
];
