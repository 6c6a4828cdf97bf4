import type { RouteObject } from 'react-router';
import { addresses } from '@/api';

export const routes: RouteObject[] = [
  { path: addresses.segments, lazy: () => import('./SegmentsPage') },
  { path: `${addresses.segments}/:id`, lazy: () => import('./SegmentPage') },
];
