import { useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { request, setCsrfToken } from './client';
import { asProblem, Problem } from './problem';
import type { Me, MePatch, Membership, PasswordChange, SignInRequest, WorkspacePatch, WorkspaceRequest } from './types';

const sessionKey = ['session'];

async function loadSession(): Promise<Me | null> {
  try {
    const me = await request<Me>('GET', 'session');
    setCsrfToken(me.csrf_token);
    return me;
  } catch (error) {
    if (asProblem(error).status === 401) return null;
    throw error;
  }
}

/** Who is signed in: undefined while unknown, null: nobody. */
export function useSession() {
  return useQuery<Me | null, Problem>({ queryKey: sessionKey, queryFn: loadSession, staleTime: 60_000, refetchOnWindowFocus: true });
}

/** The signed-in person; only below the shell, which has checked it. */
export function useMe(): Me {
  const { data } = useSession();
  if (!data) throw new Error('nobody is signed in');
  return data;
}

/** Nobody may see what was kept for somebody else. The session itself stays, because the gates watch it. */
function forgetAnswers(client: QueryClient) {
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionKey[0] });
}

export function useSignIn() {
  const client = useQueryClient();
  return useMutation<Me, Problem, SignInRequest>({
    mutationFn: (body) => request<Me>('POST', 'session', { body }),
    onSuccess: (me) => {
      forgetAnswers(client);
      setCsrfToken(me.csrf_token);
      client.setQueryData(sessionKey, me);
    },
  });
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation<void, Problem>({
    mutationFn: () => request<void>('DELETE', 'session'),
    onSettled: () => {
      forgetAnswers(client);
      setCsrfToken('');
      client.setQueryData(sessionKey, null);
    },
  });
}

export function usePatchMe() {
  const client = useQueryClient();
  return useMutation<Me, Problem, MePatch>({
    mutationFn: (body) => request<Me>('PATCH', 'me', { body }),
    onSuccess: (me) => client.setQueryData<Me | null>(sessionKey, (old) => (old ? { ...old, ...me, csrf_token: me.csrf_token || old.csrf_token } : me)),
  });
}

export function useChangePassword() {
  const client = useQueryClient();
  return useMutation<unknown, Problem, PasswordChange>({
    mutationFn: (body) => request('POST', 'me/password', { body }),
    onSuccess: () => client.fetchQuery({ queryKey: sessionKey, queryFn: loadSession, staleTime: 0 }),
  });
}

/** Creating, changing and deleting workspaces; each refreshes the session, which lists them. */
export function useWorkspaceChanges() {
  const client = useQueryClient();
  const refresh = () => client.fetchQuery({ queryKey: sessionKey, queryFn: loadSession, staleTime: 0 });
  const create = useMutation<Membership, Problem, WorkspaceRequest>({
    mutationFn: (body) => request('POST', 'workspaces', { body }),
    onSuccess: refresh,
  });
  const patch = useMutation<Membership, Problem, { id: string; patch: WorkspacePatch }>({
    mutationFn: ({ id, patch: body }) => request('PATCH', `workspaces/${encodeURIComponent(id)}`, { body }),
    onSuccess: refresh,
  });
  const remove = useMutation<void, Problem, { id: string }>({
    mutationFn: ({ id }) => request('DELETE', `workspaces/${encodeURIComponent(id)}`),
    onSuccess: refresh,
  });
  return { create, patch, remove };
}

export function endSession(client: QueryClient) {
  if (client.getQueryData(sessionKey)) client.setQueryData(sessionKey, null);
}
