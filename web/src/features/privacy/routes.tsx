import type { RouteObject } from 'react-router';
import { addresses } from '@/api';

export const routes: RouteObject[] = [
  { path: addresses.privacy, lazy: () => import('./PrivacyPage') },
  { path: addresses.privacyRecord, lazy: () => import('./RecordPage') },
];
