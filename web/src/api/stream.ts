import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent } from 'react';
import { urlOf } from './client';
import { api, eventGroups, mappingGroups, type Group } from './endpoints';
import type { Coverage, Import, Job, List, SeenEvent } from './types';
import { groupKey, questionKey } from './useApi';

/** What the server tells a workspace's open pages. */
export type StreamEvent =
  | { type: 'events_appended'; data: { as_of: number } }
  | { type: 'import'; data: Import }
  | { type: 'job'; data: Job }
  | { type: 'live'; data: { accepted: number; events: SeenEvent[] } }
  | { type: 'mapping_changed'; data: { version: number } }
  | { type: 'catalogue_changed'; data: Record<string, never> };

const types = ['events_appended', 'import', 'job', 'live', 'mapping_changed', 'catalogue_changed'] as const;

/** Who else in this page listens to the shell's stream. */
const listeners = new Set<(event: StreamEvent) => void>();

/**
 * One stream per browser, shared by its tabs: the tab that holds the lock reads it and passes events on by a channel;
 * when it closes, the next one takes over. Without locks (plain HTTP on a foreign host) each tab reads its own.
 */
export function subscribe(workspace: string, listener: (event: StreamEvent) => void, onReconnect: () => void, onOpen: () => void): () => void {
  const stop = new AbortController();
  if (!('locks' in navigator) || typeof BroadcastChannel === 'undefined') {
    read(workspace, listener, onReconnect, onOpen, stop.signal);
    return () => stop.abort();
  }
  const channel = new BroadcastChannel(`lotse-stream-${workspace}`);
  channel.onmessage = (message: MessageEvent<StreamEvent | 'reconnected'>) => (message.data === 'reconnected' ? onReconnect() : listener(message.data));
  navigator.locks
    .request(`lotse-stream-${workspace}`, { signal: stop.signal }, () =>
      new Promise<void>((resolve) => {
        stop.signal.addEventListener('abort', () => resolve());
        read(
          workspace,
          (event) => {
            listener(event);
            channel.postMessage(event);
          },
          () => {
            onReconnect();
            channel.postMessage('reconnected');
          },
          onOpen,
          stop.signal,
        );
      }),
    )
    .catch(() => undefined);
  stop.signal.addEventListener('abort', () => channel.close());
  return () => stop.abort();
}

function read(workspace: string, listener: (event: StreamEvent) => void, onReconnect: () => void, onOpen: () => void, signal: AbortSignal) {
  let first = true;
  let lost = false;
  let wait = 1000;
  const open = () => {
    if (signal.aborted) return;
    const source = new EventSource(urlOf(`workspaces/${workspace}/stream`));
    const close = () => source.close();
    signal.addEventListener('abort', close);
    source.onopen = () => {
      // What was said while the stream was down is lost: everything shown is asked again.
      if (lost) onReconnect();
      else if (first) onOpen();
      first = false;
      lost = false;
      wait = 1000;
    };
    source.onerror = () => {
      lost = true;
      if (source.readyState !== EventSource.CLOSED) return;
      signal.removeEventListener('abort', close);
      setTimeout(open, wait);
      wait = Math.min(wait * 2, 30_000);
    };
    for (const type of types)
      source.addEventListener(type, (message) => listener({ type, data: JSON.parse((message as MessageEvent<string>).data) } as StreamEvent));
  };
  open();
}

/** Keeps the stored answers of a workspace in step with the server. The shell calls it once. */
export function useLiveWorkspace(workspace: string) {
  const client = useQueryClient();
  useEffect(() => {
    const later = new Map<Group, ReturnType<typeof setTimeout>>();
    // An import announces many batches: a group is asked again at most once a second.
    const stale = (groups: Group[]) =>
      groups.forEach((group) => {
        if (later.has(group)) return;
        later.set(group, setTimeout(() => {
          later.delete(group);
          void client.invalidateQueries({ queryKey: groupKey(workspace, group) });
        }, 800));
      });
    const unsubscribe = subscribe(
      workspace,
      (event) => {
        listeners.forEach((listener) => listener(event));
        if (event.type === 'import') takeImport(client, workspace, event.data);
        if (event.type === 'job') {
          client.setQueryData(questionKey(workspace, api.job, { id: event.data.id }), event.data);
          if (event.data.kind === 'privacy') stale(['privacy', 'customers']);
          if (event.data.kind === 'retention') stale(['privacy', 'analysis', 'customers', 'coverage', 'sources']);
          if (event.data.kind === 'key_rotation') stale(['privacy', 'customers', 'identities', 'audit']);
          if (event.data.kind === 'pull') stale(['connectors']);
          if (event.data.kind === 'deliver') stale(['deliveries']);
        }
        if (event.type === 'events_appended') stale(eventGroups.filter((g) => g !== 'imports'));
        if (event.type === 'mapping_changed') stale(mappingGroups);
        if (event.type === 'catalogue_changed') stale(['touchpoints', 'segments', 'sources', 'dimensions']);
      },
      () => void client.invalidateQueries({ queryKey: ['w', workspace] }),
      () => {
        // What came in between the page's first answers and the stream was announced to nobody: one small question tells.
        const key = questionKey(workspace, api.coverage, undefined as void);
        const before = client.getQueryData<Coverage>(key);
        if (!before) return;
        void client.invalidateQueries({ queryKey: key }).then(() => {
          if (client.getQueryData<Coverage>(key)?.last_arrival !== before.last_arrival) void client.invalidateQueries({ queryKey: ['w', workspace] });
        });
      },
    );
    return () => {
      unsubscribe();
      later.forEach((timer) => clearTimeout(timer));
    };
  }, [client, workspace]);
}

/** Calls back with each event of the workspace's stream while the component is there. */
export function useStream(listener: (event: StreamEvent) => void) {
  const call = useEffectEvent(listener);
  useEffect(() => {
    const one = (event: StreamEvent) => call(event);
    listeners.add(one);
    return () => void listeners.delete(one);
  }, []);
}

function takeImport(client: QueryClient, workspace: string, next: Import) {
  client.setQueryData(questionKey(workspace, api.import, { id: next.id }), next);
  const list = questionKey(workspace, api.imports, undefined as void);
  client.setQueryData<List<Import>>(list, (old) => {
    if (!old) return old;
    const known = old.items.some((i) => i.id === next.id);
    return { ...old, items: known ? old.items.map((i) => (i.id === next.id ? next : i)) : [next, ...old.items] };
  });
  if (next.state !== 'queued' && next.state !== 'running') void client.invalidateQueries({ queryKey: groupKey(workspace, 'sources') });
}
