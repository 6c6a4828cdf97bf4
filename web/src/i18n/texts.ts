/** Texts with {placeholders}. A text whose form depends on a number is a pair, chosen by `count`. */
export type Text = string | { one: string; other: string };
export type Texts = Record<string, Text>;

/** The shape that a translation must have: the same keys, plural where the original is plural. */
export type Translation<T extends Texts> = { [K in keyof T]: T[K] extends string ? string : { one: string; other: string } };

type Names<S> = S extends `${string}{${infer N}}${infer Rest}` ? N | Names<Rest> : never;
type NamesOf<T> = T extends { one: infer A; other: infer B } ? 'count' | Names<A> | Names<B> : Names<T>;
/** What must be filled in. Numbers are printed in the user's format. */
export type Values<T, V = string | number> = [NamesOf<T>] extends [never] ? [] : [values: { [N in NamesOf<T> & string]: V }];

/** Both languages of one feature; `useTexts` gives the one in use. */
export interface Bilingual<T extends Texts> {
  en: T;
  de: Translation<T>;
}
/** Keeps the literal texts of `en`, so that the compiler knows keys and placeholders. */
export function bilingual<const T extends Texts>(en: T, de: Translation<T>): Bilingual<T> {
  return { en, de };
}

/** Splits a text at its placeholders: texts at even places, names at odd ones. */
export function splitText(text: string): string[] {
  return text.split(/\{(\w+)\}/);
}

/** Which form of a text fits, for a language and a count. */
export function chooseForm(text: Text, language: string, count: unknown): string {
  if (typeof text === 'string') return text;
  return new Intl.PluralRules(language).select(Number(count)) === 'one' ? text.one : text.other;
}
