import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient, type QueryKey } from '@tanstack/react-query';
import { request } from './client';
import type { Change, Group, Question } from './endpoints';
import type { Problem } from './problem';
import { useWorkspace } from './workspace';

export function groupKey(workspace: string, group: Group): QueryKey {
  return ['w', workspace, group];
}
export function questionKey<Request, Answer>(workspace: string, question: Question<Request, Answer>, request: Request): QueryKey {
  return ['w', workspace, question.group, question.name, request ?? null];
}

export interface UseApiOptions<Answer = unknown> {
  /** Off: does not ask yet. */
  enabled?: boolean;
  /** Keeps the former answer on the page (dimmed by `Answer`) while a new request runs. Default true. */
  keep?: boolean;
  /** Asks again after so many milliseconds; a function decides by the last answer. */
  every?: number | false | ((answer: Answer | undefined) => number | false);
}

/**
 * Asks a question of the workspace in the address. Equal requests share one answer; it is asked again when a change or
 * the server's stream says that its group is stale.
 */
export function useApi<Request, Answer>(question: Question<Request, Answer>, ...[body, options]: Request extends void ? [body?: undefined, options?: UseApiOptions<Answer>] : [body: Request, options?: UseApiOptions<Answer>]) {
  const workspace = useWorkspace();
  const asked = body as Request;
  return useQuery<Answer, Problem>({
    queryKey: questionKey(workspace.id, question, asked),
    queryFn: ({ signal }) =>
      request<Answer>(question.method, `workspaces/${workspace.id}/${question.path(asked)}`, { body: question.body?.(asked), signal }),
    enabled: options?.enabled ?? true,
    placeholderData: (options?.keep ?? true) ? keepPreviousData : undefined,
    refetchInterval: (query) => {
      const every = options?.every ?? false;
      return typeof every === 'function' ? every(query.state.data) : every;
    },
  });
}

/** A question whose answer comes by pages; `data` holds those loaded so far. `first`: the cursor to begin at. */
export function useApiPages<Request extends { cursor?: string }, Answer extends { next_cursor?: string }>(question: Question<Request, Answer>, asked: Omit<Request, 'cursor'>, { enabled = true, first }: { enabled?: boolean; first?: string } = {}) {
  const workspace = useWorkspace();
  return useInfiniteQuery<Answer, Problem, Answer[], QueryKey, string | undefined>({
    queryKey: [...questionKey(workspace.id, question, asked as Request), 'pages', first ?? ''],
    queryFn: ({ pageParam, signal }) => {
      const page = { ...asked, cursor: pageParam } as Request;
      return request<Answer>(question.method, `workspaces/${workspace.id}/${question.path(page)}`, { body: question.body?.(page), signal });
    },
    initialPageParam: first,
    getNextPageParam: (last) => last.next_cursor,
    select: (data) => data.pages,
    enabled,
  });
}

export type Asked<Answer> = ReturnType<typeof useQuery<Answer, Problem>>;

export interface UseChangeOptions<Request, Answer> {
  /** Shows the result before the server has answered; taken back where it refuses. */
  optimistic?: (cache: OptimisticCache, request: Request) => void;
  onDone?: (answer: Answer, request: Request) => void;
  /** The caller shows problems itself (beside an input). Default: a notification. */
  quiet?: boolean;
}
export interface OptimisticCache {
  /** Changes a kept answer in place; none kept: does nothing. */
  edit<R, A>(question: Question<R, A>, request: R, edit: (answer: A) => A): void;
}

/** Makes a change in the workspace. A stale write (412) reloads what is shown and tells the user. */
export function useChange<Request, Answer>(change: Change<Request, Answer>, options: UseChangeOptions<Request, Answer> = {}) {
  const workspace = useWorkspace();
  const client = useQueryClient();
  return useMutation<Answer, Problem, Request, { before: [QueryKey, unknown][] }>({
    mutationFn: (asked) =>
      request<Answer>(change.method, `workspaces/${workspace.id}/${change.path(asked)}`, { body: change.body?.(asked), etag: change.etag?.(asked) }),
    meta: { quiet: options.quiet ?? false },
    onMutate: async (asked) => {
      const before: [QueryKey, unknown][] = [];
      if (options.optimistic) {
        await Promise.all(change.stale.map((g) => client.cancelQueries({ queryKey: groupKey(workspace.id, g) })));
        options.optimistic(
          {
            edit: (question, of, edit) => {
              const key = questionKey(workspace.id, question, of);
              const old = client.getQueryData(key);
              if (old === undefined) return;
              before.push([key, old]);
              client.setQueryData(key, edit(old as never));
            },
          },
          asked,
        );
      }
      return { before };
    },
    onError: (_problem, _asked, context) => context?.before.forEach(([key, old]) => client.setQueryData(key, old)),
    onSuccess: (answer, asked) => options.onDone?.(answer, asked),
    onSettled: () => Promise.all(change.stale.map((g) => client.invalidateQueries({ queryKey: groupKey(workspace.id, g) }))).then(() => undefined),
  });
}
