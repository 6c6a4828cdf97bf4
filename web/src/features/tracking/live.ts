import type { SeenEvent } from '@/api';

export const shownMax = 100;

/** Events newest first, each once, at most `shownMax`; `next` may overlap with what is known. */
export function merged(known: SeenEvent[], next: SeenEvent[]): SeenEvent[] {
  const numbers = new Set(known.map((e) => e.number));
  const added = next.filter((e) => !numbers.has(e.number));
  if (added.length === 0) return known;
  return [...added, ...known].sort((a, b) => b.number - a.number).slice(0, shownMax);
}

/** "14:05:09,123" in the zone's local time. */
export function clock(iso: string, locale: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, timeZone }).format(new Date(iso));
}

/** A pseudonym's beginning: enough to tell customers of a screen apart. */
export const shortCustomer = (pseudonym: string) => pseudonym.slice(0, 9);
