import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useEffect, useRef, useState, type ReactNode } from 'react';
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

/** Keeps answers, and says what a change met, unless its caller shows that itself (meta.quiet). */
function Answers({ children }: { children: ReactNode }) {
  const notify = useNotify();
  const latest = useRef(notify);
  useEffect(() => {
    latest.current = notify;
  }, [notify]);
  const [client] = useState(() => {
    const ended = (error: unknown) => {
      if (asProblem(error).status !== 401) return false;
      endSession(made);
      return true;
    };
    const made: QueryClient = new QueryClient({
      queryCache: new QueryCache({ onError: (error) => void ended(error) }),
      mutationCache: new MutationCache({
        onError: (error, _variables, _context, mutation) => {
          if (mutation.meta?.quiet === undefined) return;
          if (!ended(error) && !mutation.meta.quiet) latest.current.problem(error);
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
    return made;
  });
  useEffect(() => {
    const stop = connection.onReturn(() => void client.invalidateQueries());
    return () => void stop();
  }, [client]);
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}
