import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useEffect, type ReactNode } from 'react';
import { asProblem } from '@/api';
import { connection } from '@/api/connection';
import { endSession } from '@/api/session';
import { LocaleProvider } from '@/i18n';
import { useNotify } from '@/ui';
import { cssVariables, theme } from '@/ui/theme';

const colorScheme = localStorageColorSchemeManager({ key: 'lotse-theme' });

export function Providers({ children }: { children: ReactNode }) {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} colorSchemeManager={colorScheme} defaultColorScheme="auto">
      <LocaleProvider>
        <Notifications position="bottom-right" limit={4} />
        <Answers>{children}</Answers>
      </LocaleProvider>
    </MantineProvider>
  );
}

// Problems that a change met, for whoever can show them: the caches live longer than any component.
const met = new Set<(problem: unknown) => void>();

function ended(error: unknown): boolean {
  if (asProblem(error).status !== 401) return false;
  endSession(client);
  return true;
}

const client = new QueryClient({
  queryCache: new QueryCache({ onError: (error) => void ended(error) }),
  mutationCache: new MutationCache({
    onError: (error, _variables, _context, mutation) => {
      // Only changes of a workspace carry `quiet`; forms before it show their own problems.
      if (mutation.meta?.quiet === undefined || ended(error) || mutation.meta.quiet) return;
      met.forEach((show) => show(error));
    },
  }),
  defaultOptions: {
    queries: {
      networkMode: 'always',
      staleTime: 20_000,
      refetchOnWindowFocus: false,
      retry: (count, error) => {
        const { status } = asProblem(error);
        return count < 2 && (status === 0 || status === 429 || status >= 502);
      },
    },
    mutations: { networkMode: 'always' },
  },
});

/** Keeps answers, and says what a change met, unless its caller shows that itself (`quiet`). */
function Answers({ children }: { children: ReactNode }) {
  const notify = useNotify();
  useEffect(() => {
    met.add(notify.problem);
    return () => void met.delete(notify.problem);
  }, [notify]);
  useEffect(() => {
    const stop = connection.onReturn(() => void client.invalidateQueries());
    return () => void stop();
  }, []);
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}
