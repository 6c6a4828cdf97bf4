export interface DetailWords {
  /** A field's name in the user's language. */
  name(key: string): string;
  /** A public id's name, e.g. of a touchpoint; none: it says nothing to a person and is left out. */
  of(id: string): string | undefined;
  /** A role or another word of the server. */
  word(value: string): string;
}

const publicId = /^[a-z]{2,5}_[0-9a-z]{20,}$/;

/** An audit entry's details in one line: "Rolle: Redaktion · Name: Rechnung". What names nothing is left out. */
export function detailsText(details: unknown, words: DetailWords): string {
  const text = (value: unknown): string => {
    if (value === null || value === undefined) return '';
    if (Array.isArray(value)) return value.map(text).filter(Boolean).join(', ');
    if (typeof value === 'object') return Object.values(value).map(text).filter(Boolean).join(' = ');
    const plain = String(value);
    return publicId.test(plain) ? (words.of(plain) ?? '') : words.word(plain);
  };
  if (details === null || typeof details !== 'object') return text(details);
  return Object.entries(details)
    .flatMap(([key, value]) => {
      const shown = text(value);
      return shown === '' ? [] : [`${words.name(key)}: ${shown}`];
    })
    .join(' · ');
}
