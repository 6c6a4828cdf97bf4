import { IconLock } from '@tabler/icons-react';
import { Suspense, useEffect, useRef } from 'react';
import { NavLink, Outlet, useLocation } from 'react-router';
import { useMe, useReachable, useWorkspace } from '@/api';
import { useLocale } from '@/i18n';
import { EmptyState, LoadingLines, Page } from '@/ui';
import { Asking } from './Asking';
import { CommandPalette } from './CommandPalette';
import { pageAt, pageBeyond, placesFor } from './places';
import classes from './shell.module.css';
import { TopBar } from './TopBar';

/** The frame of every page: top bar, rail, the pages of a place, and the page itself. */
export function Shell() {
  const { t } = useLocale();
  const workspace = useWorkspace();
  const me = useMe();
  const { pathname, search } = useLocation();
  const places = placesFor(workspace, me);
  const path = pathname.slice(workspace.to('').length).replace(/^\/|\/$/g, '');
  const beyond = pageBeyond(workspace, path);
  const place = beyond && places.find((one) => one.key === beyond.place.key);
  const here = place ? { place, page: beyond.page } : pageAt(places, path);
  const filter = new URLSearchParams(search).get('f');
  const reachable = useReachable();
  const main = useRef<HTMLElement>(null);
  const before = useRef(pathname);
  useEffect(() => {
    // A new page is read from its top, and by keyboard from its content.
    if (before.current === pathname) return;
    before.current = pathname;
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [pathname]);

  const sub = useRef<HTMLElement>(null);
  useEffect(() => {
    // Where the pages of a place do not fit beside each other, this one is among those in sight.
    sub.current?.querySelector('[aria-current="page"]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [pathname, here?.place.key]);

  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#content">
        {t('app.skip')}
      </a>
      <TopBar />
      <Asking />
      <nav className={classes.rail} aria-label={t('nav.main')}>
        {places.map(({ key, icon: Shape, pages }) => (
          <NavLink
            key={key}
            to={{ pathname: workspace.to(pages[0]!.path), search: pages[0]!.filtered && filter ? `?f=${filter}` : '' }}
            className={classes.place}
            data-active={here?.place.key === key || undefined}
            aria-current={here?.place.key === key ? 'page' : undefined}
            end={pages[0]!.path === ''}
          >
            <Shape size={22} stroke={1.6} aria-hidden />
            <span>{t(`place.${key}`)}</span>
          </NavLink>
        ))}
      </nav>
      <div className={classes.main}>
        {!reachable && (
          <div className={classes.offline} role="status">
            <b>{t('state.offline')}.</b> {t('state.offline_text')}
          </div>
        )}
        {here && here.place.pages.length > 1 && (
          <nav ref={sub} className={classes.sub} aria-label={t('nav.sub', { place: t(`place.${here.place.key}`) })}>
            {here.place.pages.map((page) => (
              <NavLink key={page.key} to={workspace.to(page.path)} className={classes.subPage}>
                {t(`place.${page.key}`)}
              </NavLink>
            ))}
          </nav>
        )}
        <main id="content" ref={main} tabIndex={-1} className={classes.content}>
          <Suspense fallback={<Loading />}>
            {beyond ? (
              <Page title={t(`place.${beyond.page.key}`)}>
                <EmptyState icon={IconLock} title={t('state.no_right')}>
                  {t('restriction.beyond')}
                </EmptyState>
              </Page>
            ) : (
              <Outlet />
            )}
          </Suspense>
        </main>
      </div>
      <CommandPalette places={places} />
    </div>
  );
}

function Loading() {
  return (
    <div style={{ padding: 'var(--gutter)' }}>
      <LoadingLines lines={5} />
    </div>
  );
}
