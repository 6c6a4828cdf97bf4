import { useSyncExternalStore } from 'react';

/**
 * Whether the server answers. A request that does not reach it says so here; from then on it is asked every 3 s, and
 * `onReturn` is told when it is back.
 */
let reachable = true;
let timer: ReturnType<typeof setTimeout> | undefined;
const watchers = new Set<() => void>();
const returns = new Set<() => void>();

function set(next: boolean) {
  if (reachable === next) return;
  reachable = next;
  watchers.forEach((w) => w());
  if (next) returns.forEach((r) => r());
}

async function knock() {
  timer = undefined;
  try {
    const answer = await fetch('/api/v1/health', { cache: 'no-store' });
    set(answer.ok);
  } catch {
    set(false);
  }
  if (!reachable) timer ??= setTimeout(knock, 3000);
}

export const connection = {
  failed() {
    // One lost request can be chance (a closed socket): the server is asked before anybody is told.
    timer ??= setTimeout(knock, 300);
  },
  worked() {
    set(true);
  },
  onReturn(listener: () => void) {
    returns.add(listener);
    return () => returns.delete(listener);
  },
};

export function useReachable(): boolean {
  return useSyncExternalStore(
    (w) => {
      watchers.add(w);
      return () => watchers.delete(w);
    },
    () => reachable,
  );
}
