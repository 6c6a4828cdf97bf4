import type { Touchpoint } from '@/api';

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
