import { ActionIcon, Avatar, Kbd, Menu, Text, Tooltip, UnstyledButton, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { spotlight } from '@mantine/spotlight';
import { IconCheck, IconDeviceDesktop, IconLanguage, IconLogout, IconMoon, IconPlus, IconSearch, IconSelector, IconSun, IconUser } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { Link, useNavigate } from 'react-router';
import { addresses, api, useApi, useMe, usePatchMe, useSignOut, useWorkspace, type Import, type Restriction } from '@/api';
import { useLocale } from '@/i18n';
import { Pill, useRestrictionText } from '@/ui';
import { Brand } from './Brand';
import classes from './shell.module.css';

const ProfileDialog = lazy(() => import('@/features/session/ProfileDialog'));
const NewWorkspaceDialog = lazy(() => import('@/features/admin/NewWorkspaceDialog').then((m) => ({ default: m.NewWorkspaceDialog })));

export function TopBar() {
  const { t } = useLocale();
  const workspace = useWorkspace();
  return (
    <header className={classes.bar}>
      <Link to={workspace.to('')} className={classes.home} aria-label={`${t('app.name')}: ${t('place.cockpit')}`}>
        <Brand word={false} />
      </Link>
      <WorkspaceMenu />
      {workspace.is_demo && (
        <Tooltip label={t('top.demo_hint')} multiline w={320}>
          <span tabIndex={0} className={classes.demo} aria-label={t('top.demo_hint')} role="note">
            <Pill tone="signal">{t('top.demo')}</Pill>
          </span>
        </Tooltip>
      )}
      {workspace.restriction && <RestrictionBadge restriction={workspace.restriction} />}
      <UnstyledButton className={classes.search} onClick={() => spotlight.open()} aria-keyshortcuts="Control+K Meta+K">
        <IconSearch size={16} stroke={1.75} aria-hidden />
        <span className={classes.searchText}>{t('top.search')}</span>
        <Kbd size="xs" className={classes.searchKey}>
          {/mac/i.test(navigator.platform) ? '⌘ K' : 'Ctrl K'}
        </Kbd>
      </UnstyledButton>
      <div className={classes.tools}>
        {workspace.may('import_data') && <RunningImport />}
        <LanguageMenu />
        <ThemeMenu />
        <ProfileMenu />
      </div>
    </header>
  );
}

/** Who sees a part says so to every reader of a number: it is not the whole. */
function RestrictionBadge({ restriction }: { restriction: Restriction }) {
  const { t } = useLocale();
  const text = useRestrictionText()(restriction);
  const hint = t('restriction.hint', { what: text });
  return (
    <Tooltip label={hint} multiline w={320}>
      <span tabIndex={0} className={`${classes.demo} ${classes.restriction}`} aria-label={hint} role="note">
        <Pill tone="signal">
          <span className={classes.restrictionText}>{t('restriction.badge', { what: text })}</span>
        </Pill>
      </span>
    </Tooltip>
  );
}

function WorkspaceMenu() {
  const { t } = useLocale();
  const workspace = useWorkspace();
  const me = useMe();
  const navigate = useNavigate();
  const [making, { open, close }] = useDisclosure(false);
  return (
    <>
      <Menu position="bottom-start" width={280}>
        <Menu.Target>
          <UnstyledButton className={classes.workspace} aria-label={t('top.workspace', { name: workspace.name })}>
            <span className={classes.workspaceName}>{workspace.name}</span>
            <IconSelector size={16} stroke={1.75} aria-hidden />
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{t('top.workspaces')}</Menu.Label>
          {me.workspaces.map((w) => (
            <Menu.Item key={w.id} onClick={() => void navigate(`/w/${w.slug}`)} rightSection={w.id === workspace.id ? <IconCheck size={16} aria-hidden /> : null} aria-current={w.id === workspace.id || undefined}>
              {w.name}
            </Menu.Item>
          ))}
          {me.operator_of_server && (
            <>
              <Menu.Divider />
              <Menu.Item leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
                {t('top.new_workspace')}
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      {making && (
        <Suspense>
          <NewWorkspaceDialog opened onClose={close} />
        </Suspense>
      )}
    </>
  );
}

const isRunning = (run: Import) => run.state === 'running' || run.state === 'queued';

/** Long work can be left and found again. */
function RunningImport() {
  const { t, format } = useLocale();
  const workspace = useWorkspace();
  // The stream brings progress at once; asking now and then covers a lost stream.
  const imports = useApi(api.imports, undefined, { every: (list) => (list?.items.some(isRunning) ? 4000 : false) });
  const running = imports.data?.items.find(isRunning);
  if (!running) return null;
  return (
    <Link to={workspace.to(addresses.importRun(running.id))} className={classes.running}>
      <Pill tone="accent">{t('top.import_running', { share: format.share(running.progress) })}</Pill>
    </Link>
  );
}

/** Language and theme hold at once in this browser, and are saved for the person. */
export function useTaste() {
  const { choose } = useLocale();
  const { setColorScheme } = useMantineColorScheme();
  const patch = usePatchMe();
  return {
    language(language: 'de' | 'en' | 'auto') {
      choose(language === 'auto' ? null : language);
      patch.mutate({ language });
    },
    theme(theme: 'light' | 'dark' | 'auto') {
      setColorScheme(theme);
      patch.mutate({ theme });
    },
  };
}

function LanguageMenu() {
  const { t, chosen, language } = useLocale();
  const taste = useTaste();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon size={36} aria-label={`${t('top.language')}: ${t(`language.${language}`)}`}>
          <IconLanguage size={20} stroke={1.6} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('top.language')}</Menu.Label>
        {(['de', 'en', 'auto'] as const).map((l) => (
          <Menu.Item key={l} lang={l === 'auto' ? undefined : l} onClick={() => taste.language(l)} rightSection={(chosen ?? 'auto') === l ? <IconCheck size={16} aria-hidden /> : null}>
            {t(`language.${l}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function ThemeMenu() {
  const { t } = useLocale();
  const { colorScheme } = useMantineColorScheme();
  const computed = useComputedColorScheme('light');
  const taste = useTaste();
  const icons = { light: IconSun, dark: IconMoon, auto: IconDeviceDesktop };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon size={36} aria-label={`${t('top.theme')}: ${t(`theme.${colorScheme}`)}`}>
          {computed === 'dark' ? <IconMoon size={20} stroke={1.6} /> : <IconSun size={20} stroke={1.6} />}
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('top.theme')}</Menu.Label>
        {(['light', 'dark', 'auto'] as const).map((s) => {
          const Shape = icons[s];
          return (
            <Menu.Item key={s} leftSection={<Shape size={16} stroke={1.75} aria-hidden />} onClick={() => taste.theme(s)} rightSection={colorScheme === s ? <IconCheck size={16} aria-hidden /> : null}>
              {t(`theme.${s}`)}
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}

function ProfileMenu() {
  const { t } = useLocale();
  const me = useMe();
  const workspace = useWorkspace();
  const signOut = useSignOut();
  const [editing, { open, close }] = useDisclosure(false);
  return (
    <>
      <Menu position="bottom-end" width={240}>
        <Menu.Target>
          <UnstyledButton className={classes.avatar}>
            <Avatar size={32} radius="xl" color="teal" variant="light" name={me.name || me.email} aria-hidden />
            <span className="visually-hidden">{t('top.profile', { name: me.name || me.email })}</span>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <div className={classes.profile}>
            <Text fw={600} fz="sm" truncate>
              {me.name || me.email}
            </Text>
            <Text fz="xs" c="dimmed" truncate>
              {me.email}
            </Text>
            <Text fz="xs" c="dimmed">
              {t(`role.${workspace.role}`)}
            </Text>
          </div>
          <Menu.Divider />
          <Menu.Item leftSection={<IconUser size={16} stroke={1.75} aria-hidden />} onClick={open}>
            {t('profile.edit')}
          </Menu.Item>
          <Menu.Item leftSection={<IconLogout size={16} stroke={1.75} aria-hidden />} onClick={() => signOut.mutate()}>
            {t('profile.sign_out')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {editing && (
        <Suspense>
          <ProfileDialog opened onClose={close} />
        </Suspense>
      )}
    </>
  );
}
