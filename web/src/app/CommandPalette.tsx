import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData } from '@mantine/spotlight';
import { IconBookmark, IconBuilding, IconFileImport, IconLanguage, IconLogout, IconMapPin, IconMoon, IconSearch, IconSun, IconUserSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { addresses, api, filterToText, openFilter, useApi, useMe, useSignOut, useWorkspace } from '@/api';
import { useLocale } from '@/i18n';
import { ChannelIcon } from '@/ui';
import type { Place } from './places';
import { hasPage } from './pages';
import { useTaste } from './TopBar';

/** Ctrl/Cmd-K: find any page, touchpoint, segment or workspace; run any action. */
export function CommandPalette({ places }: { places: Place[] }) {
  const { t } = useLocale();
  const workspace = useWorkspace();
  const me = useMe();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const taste = useTaste();
  const [opened, setOpened] = useState(false);
  const [query, setQuery] = useState('');
  const dimensions = useApi(api.dimensions, undefined, { enabled: opened });
  const segments = useApi(api.segments, undefined, { enabled: opened });
  const go = (path: string, search = '') => () => void navigate({ pathname: workspace.to(path), search });

  const pages: SpotlightActionData[] = places.flatMap(({ key, icon: Shape, pages }) =>
    pages.map((p) => ({
      id: `page-${p.key}`,
      label: pages.length > 1 || key === 'explore' ? `${t(`place.${key}`)} → ${t(`place.${p.key}`)}` : t(`place.${p.key}`),
      leftSection: <Shape size={18} stroke={1.6} aria-hidden />,
      onClick: go(p.path),
    })),
  );
  const touchpoints: SpotlightActionData[] = hasPage(addresses.touchpoints)
    ? (dimensions.data?.touchpoints ?? []).map((tp) => ({
        id: tp.id,
        label: tp.name,
        description: tp.mapped ? undefined : t('touchpoint.not_mapped'),
        leftSection: tp.channel ? <ChannelIcon channel={tp.channel} size={18} /> : <IconMapPin size={18} stroke={1.6} aria-hidden />,
        onClick: go(addresses.touchpoint(tp.id)),
      }))
    : [];
  const saved: SpotlightActionData[] = hasPage(addresses.journey)
    ? (segments.data?.items ?? []).map((s) => ({
        id: s.id,
        label: s.name,
        leftSection: <IconBookmark size={18} stroke={1.6} aria-hidden />,
        onClick: go(addresses.journey, `?f=${filterToText({ ...openFilter, segment: s.id })}`),
      }))
    : [];
  // Customers are not listed: whole pseudonyms are opened, anything else is handed to the search.
  const word = query.trim();
  const customers: SpotlightActionData[] =
    hasPage(addresses.customers) && workspace.may('see_customers') && word.length >= 3
      ? [
          {
            id: 'customer',
            label: t(word.startsWith('cu_') ? 'command.customer' : 'command.find_customer', { word }),
            leftSection: <IconUserSearch size={18} stroke={1.6} aria-hidden />,
            onClick: word.startsWith('cu_') ? go(addresses.customer(word)) : () => void navigate(workspace.to(addresses.customers), { state: word }),
          },
        ]
      : [];
  const workspaces: SpotlightActionData[] = me.workspaces
    .filter((w) => w.id !== workspace.id)
    .map((w) => ({ id: w.id, label: w.name, leftSection: <IconBuilding size={18} stroke={1.6} aria-hidden />, onClick: () => void navigate(`/w/${w.slug}`) }));
  const actions: SpotlightActionData[] = [
    ...(workspace.may('import_data') ? [{ id: 'import', label: t('command.import'), leftSection: <IconFileImport size={18} stroke={1.6} aria-hidden />, onClick: go(addresses.import) }] : []),
    { id: 'light', label: t('command.to_light'), leftSection: <IconSun size={18} stroke={1.6} aria-hidden />, onClick: () => taste.theme('light') },
    { id: 'dark', label: t('command.to_dark'), leftSection: <IconMoon size={18} stroke={1.6} aria-hidden />, onClick: () => taste.theme('dark') },
    { id: 'de', label: t('command.to_german'), leftSection: <IconLanguage size={18} stroke={1.6} aria-hidden />, onClick: () => taste.language('de') },
    { id: 'en', label: t('command.to_english'), leftSection: <IconLanguage size={18} stroke={1.6} aria-hidden />, onClick: () => taste.language('en') },
    { id: 'out', label: t('profile.sign_out'), leftSection: <IconLogout size={18} stroke={1.6} aria-hidden />, onClick: () => signOut.mutate() },
  ];
  const groups: SpotlightActionGroupData[] = [
    { group: t('command.pages'), actions: pages },
    { group: t('command.touchpoints'), actions: touchpoints },
    { group: t('command.segments'), actions: saved },
    { group: t('command.customers'), actions: customers },
    { group: t('command.workspaces'), actions: workspaces },
    { group: t('command.actions'), actions },
  ].filter((g) => g.actions.length > 0);

  return (
    <Spotlight
      actions={groups}
      limit={12}
      scrollable
      maxHeight={440}
      shortcut={['mod + K']}
      tagsToIgnore={[]}
      triggerOnContentEditable
      highlightQuery
      nothingFound={t('command.nothing')}
      query={query}
      onQueryChange={setQuery}
      onSpotlightOpen={() => setOpened(true)}
      radius="lg"
      transitionProps={{ duration: 120, transition: 'pop' }}
      overlayProps={{ backgroundOpacity: 0.35 }}
      searchProps={{ leftSection: <IconSearch size={20} stroke={1.6} aria-hidden />, placeholder: t('command.placeholder'), 'aria-label': t('command.placeholder') }}
    />
  );
}
