import type { RouteObject } from 'react-router';
import { addresses } from '@/api';

export const routes: RouteObject[] = [
  { path: addresses.exports, lazy: () => import('./ExportsPage') },
  { path: addresses.deliveries, lazy: () => import('./deliveries/DeliveriesPage') },
  { path: addresses.newDelivery, lazy: () => import('./deliveries/FormPage') },
  { path: `${addresses.deliveries}/:id/bearbeiten`, lazy: () => import('./deliveries/FormPage') },
  { path: `${addresses.deliveries}/:id`, lazy: () => import('./deliveries/DeliveryPage') },
];
