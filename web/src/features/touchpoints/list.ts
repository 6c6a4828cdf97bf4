import type { EventType, Touchpoint } from '@/api';

export const shows = ['all', 'owned', 'open', 'no_owner'] as const;
export type Show = (typeof shows)[number];

export interface ListState {
  show: Show;
  word: string;
  /** none: all */
  channel: string | null;
}

export function belongs(touchpoint: Touchpoint, show: Show): boolean {
  if (show === 'owned') return touchpoint.mapped;
  if (show === 'open') return !touchpoint.mapped;
  if (show === 'no_owner') return touchpoint.mapped && !touchpoint.owner;
  return true;
}

/** Every word of the search must stand in name, owner or an event type. */
export function select(all: readonly Touchpoint[], { show, word, channel }: ListState): Touchpoint[] {
  const wanted = word.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return all.filter((one) => {
    if (!belongs(one, show) || (channel !== null && (one.channel ?? '') !== channel)) return false;
    if (wanted.length === 0) return true;
    const text = [one.name, one.owner ?? '', ...one.event_types].join(' ').toLocaleLowerCase();
    return wanted.every((part) => text.includes(part));
  });
}

export const typeShows = ['queue', 'put_aside', 'all'] as const;
export type TypeShow = (typeof typeShows)[number];

/** `queue`: not assigned (also in part), those with the most such events first, as the server sorts them. */
export function typesOf(all: readonly EventType[], show: TypeShow): EventType[] {
  if (show === 'all') return [...all];
  return all.filter((one) => (show === 'put_aside' ? one.put_aside : one.events_not_assigned > 0 && !one.put_aside));
}

/** The row after (1) or before (-1) the chosen one; the first where none is chosen; stays at the ends. */
export function neighbour(rows: readonly { id: string }[], chosen: string | null, move: 1 | -1): string | null {
  const at = rows.findIndex((row) => row.id === chosen);
  if (at < 0) return rows[0]?.id ?? null;
  return rows[Math.min(rows.length - 1, Math.max(0, at + move))]!.id;
}
