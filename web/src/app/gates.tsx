import { useMantineColorScheme } from '@mantine/core';
import { lazy, Suspense, useEffect, useRef } from 'react';
import { Navigate, Outlet, useLocation, useSearchParams } from 'react-router';
import { asProblem, useSession, type Me } from '@/api';
import { useLocale } from '@/i18n';
import { ProblemState } from '@/ui';
import { Blank } from './Blank';
import { lastWorkspace } from './lastWorkspace';

const ChangePasswordPage = lazy(() => import('@/features/session/ChangePasswordPage'));
const NoWorkspace = lazy(() => import('./NoWorkspace'));

/** Language and theme that the person saved win over the browser's when they sign in. */
function useSavedTaste(me: Me | null | undefined) {
  const { choose } = useLocale();
  const { setColorScheme } = useMantineColorScheme();
  const applied = useRef<string | null>(null);
  useEffect(() => {
    if (!me || applied.current === me.id) return;
    applied.current = me.id;
    if (me.language === 'de' || me.language === 'en') choose(me.language);
    if (me.theme === 'light' || me.theme === 'dark') setColorScheme(me.theme);
  }, [me, choose, setColorScheme]);
}

/** Lets only signed-in people through; others sign in and come back. */
export function SignedIn() {
  const session = useSession();
  const location = useLocation();
  useSavedTaste(session.data);
  if (session.data === undefined)
    return session.error ? (
      <Blank>
        <ProblemState problem={asProblem(session.error)} retry={() => void session.refetch()} />
      </Blank>
    ) : (
      <Blank />
    );
  if (session.data === null) {
    const next = location.pathname + location.search;
    return <Navigate replace to={next === '/' ? '/signin' : `/signin?next=${encodeURIComponent(next)}`} />;
  }
  if (session.data.must_change_password)
    return (
      <Suspense fallback={<Blank />}>
        <ChangePasswordPage />
      </Suspense>
    );
  return <Outlet />;
}

/** The sign-in page; who is signed in already goes on. */
export function SignedOut() {
  const session = useSession();
  const [parameters] = useSearchParams();
  const next = parameters.get('next') ?? '/';
  // Only addresses of this site: "//host" and "https:" would lead elsewhere.
  if (session.data) return <Navigate replace to={/^\/(?![/\\])/.test(next) ? next : '/'} />;
  return <Outlet />;
}

/** "/": the workspace used last, else the first one. */
export function Entrance() {
  const { data: me } = useSession();
  if (!me) return <Blank />;
  const last = lastWorkspace.get();
  const workspace = me.workspaces.find((w) => w.slug === last) ?? me.workspaces[0];
  if (workspace) return <Navigate replace to={`/w/${workspace.slug}`} />;
  return (
    <Suspense fallback={<Blank />}>
      <NoWorkspace />
    </Suspense>
  );
}
