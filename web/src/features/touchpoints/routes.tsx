import type { RouteObject } from 'react-router';
import { addresses } from '@/api';

// One component for both addresses, so that opening a touchpoint's panel leaves the list as it is.
export const routes: RouteObject[] = [{ path: addresses.touchpoints, lazy: () => import('./TouchpointsPage'), children: [{ path: ':id', element: null }] }];
