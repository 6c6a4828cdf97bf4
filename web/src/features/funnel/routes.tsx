import type { RouteObject } from 'react-router';
import { addresses } from '@/api';

export const routes: RouteObject[] = [{ path: addresses.funnel, lazy: () => import('./FunnelPage') }];
