import type { RouteObject } from 'react-router';

/**
 * Each feature brings `routes.tsx` with its pages below /w/{slug}/ (loaded when first opened). What no feature brings
 * stands in no menu.
 */
const features = import.meta.glob<{ routes: RouteObject[] }>('../features/*/routes.tsx', { eager: true });
export const pages: RouteObject[] = Object.values(features).flatMap((f) => f.routes);

export function hasPage(path: string): boolean {
  return pages.some((r) => (r.index ? '' : r.path) === path);
}
