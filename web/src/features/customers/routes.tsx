import type { RouteObject } from 'react-router';
import { addresses } from '@/api';

export const routes: RouteObject[] = [
  { path: addresses.customers, lazy: () => import('./CustomersPage') },
  { path: `${addresses.customers}/:id`, lazy: () => import('./CustomerPage') },
];
