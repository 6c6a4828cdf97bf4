import { IconCompass, IconDatabaseImport, IconMapPin, IconRoute, IconSettings, type Icon } from '@tabler/icons-react';
import { addresses, type Me, type Right, type Workspace } from '@/api';
import { hasPage } from './pages';

export type PlaceKey = 'cockpit' | 'touchpoints' | 'explore' | 'data' | 'admin';
export type PageKey =
  | 'cockpit' | 'touchpoints' | 'journey' | 'funnel' | 'import' | 'sources' | 'live' | 'customers' | 'segments' | 'attributes'
  | 'identities' | 'kpis' | 'quality' | 'privacy' | 'exports' | 'people' | 'workspaces' | 'tokens' | 'audit';

export interface PlacePage {
  key: PageKey;
  path: string;
  right: Right;
  /** Shares the filter bar: links between such pages carry the filter along. */
  filtered?: boolean;
  /** Shows the whole only: who sees a part has no use of it. */
  whole?: boolean;
  /** Operators of the server see it without the right. */
  operator?: boolean;
}
export interface Place {
  key: PlaceKey;
  icon: Icon;
  pages: PlacePage[];
}

const places: Place[] = [
  { key: 'cockpit', icon: IconCompass, pages: [{ key: 'cockpit', path: addresses.cockpit, right: 'read' }] },
  { key: 'touchpoints', icon: IconMapPin, pages: [{ key: 'touchpoints', path: addresses.touchpoints, right: 'read' }] },
  {
    key: 'explore',
    icon: IconRoute,
    pages: [
      { key: 'journey', path: addresses.journey, right: 'read', filtered: true },
      { key: 'funnel', path: addresses.funnel, right: 'read', filtered: true },
    ],
  },
  {
    key: 'data',
    icon: IconDatabaseImport,
    pages: [
      { key: 'import', path: addresses.import, right: 'import_data' },
      { key: 'sources', path: addresses.sources, right: 'read', whole: true },
      { key: 'live', path: addresses.live, right: 'see_customers', whole: true },
      { key: 'customers', path: addresses.customers, right: 'see_customers' },
      { key: 'segments', path: addresses.segments, right: 'read' },
      { key: 'attributes', path: addresses.attributes, right: 'read' },
      { key: 'identities', path: addresses.identities, right: 'see_customers', whole: true },
      { key: 'kpis', path: addresses.kpis, right: 'read', whole: true },
      { key: 'quality', path: addresses.quality, right: 'read', whole: true },
      { key: 'privacy', path: addresses.privacy, right: 'see_identifiers' },
      { key: 'exports', path: addresses.exports, right: 'analyse', filtered: true, whole: true },
    ],
  },
  {
    key: 'admin',
    icon: IconSettings,
    pages: [
      { key: 'people', path: addresses.people, right: 'administer' },
      { key: 'workspaces', path: addresses.workspaces, right: 'administer', operator: true },
      { key: 'tokens', path: addresses.tokens, right: 'administer' },
      { key: 'audit', path: addresses.audit, right: 'administer' },
    ],
  },
];

/** What this person can use here: places without a page that exists and may be seen are left out. */
export function placesFor(workspace: Workspace, me: Me): Place[] {
  return places
    .map((place) => ({ ...place, pages: place.pages.filter((p) => hasPage(p.path) && !(p.whole && workspace.restriction) && (workspace.may(p.right) || (p.operator && me.operator_of_server))) }))
    .filter((place) => place.pages.length > 0);
}

/** The page of an address that shows the whole, where this person sees a part. */
export function pageBeyond(workspace: Workspace, path: string): { place: Place; page: PlacePage } | undefined {
  const at = workspace.restriction && pageAt(places, path);
  return at && at.page.whole ? at : undefined;
}

/** The place and page that an address belongs to. */
export function pageAt(all: Place[], path: string): { place: Place; page: PlacePage } | undefined {
  for (const place of all)
    for (const page of place.pages) if (page.path === '' ? path === '' : path === page.path || path.startsWith(`${page.path}/`)) return { place, page };
  return undefined;
}
