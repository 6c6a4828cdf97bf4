import { createContext, Fragment, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { de } from './de';
import { en } from './en';
import { formats, type Formats, type Language } from './format';
import { bilingual, chooseForm, splitText, type Bilingual, type Text, type Texts, type Values } from './texts';

const storageKey = 'lotse-language';

/** The language that the browser prefers. */
export function browserLanguage(languages: readonly string[] = navigator.languages): Language {
  return /^de\b/i.test(languages[0] ?? 'de') ? 'de' : 'en';
}
function storedLanguage(): Language | null {
  try {
    const stored = localStorage.getItem(storageKey);
    return stored === 'de' || stored === 'en' ? stored : null;
  } catch {
    return null;
  }
}
function storeLanguage(language: Language | null) {
  try {
    if (language) localStorage.setItem(storageKey, language);
    else localStorage.removeItem(storageKey);
  } catch {
    // Storage is blocked: the choice holds until the page is left.
  }
}

interface LocaleState {
  language: Language;
  /** none: the browser's */
  chosen: Language | null;
  choose(language: Language | null): void;
  setTimeZone(zone: string | undefined): void;
  format: Formats;
}
const LocaleContext = createContext<LocaleState | null>(null);

export function LocaleProvider({ children }: { children: ReactNode }) {
  const [chosen, setChosen] = useState<Language | null>(storedLanguage);
  const [zone, setTimeZone] = useState<string | undefined>();
  const language = chosen ?? browserLanguage();
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const choose = useCallback((next: Language | null) => {
    storeLanguage(next);
    setChosen(next);
  }, []);
  const state = useMemo(() => ({ language, chosen, choose, setTimeZone, format: formats(language, zone) }), [language, chosen, choose, zone]);
  return <LocaleContext value={state}>{children}</LocaleContext>;
}

/** Prints a text of `T`. `rich` fills placeholders with elements and emphasises numbers. */
export interface Translate<T extends Texts> {
  <K extends keyof T & string>(key: K, ...values: Values<T[K]>): string;
  rich<K extends keyof T & string>(key: K, ...values: Values<T[K], ReactNode>): ReactNode;
  /** Text of a key that comes from the server (a code), or `otherwise`. */
  code(key: string, otherwise: string): string;
}

function makeTranslate<T extends Texts>(texts: Bilingual<T>, language: Language, format: Formats): Translate<T> {
  const table = texts[language] as Record<string, Text>;
  const print = (value: unknown) => (typeof value === 'number' ? format.number(value, 2) : String(value));
  const t = (key: string, values?: Record<string, unknown>) =>
    splitText(chooseForm(table[key] ?? key, language, values?.count))
      .map((part, i) => (i % 2 ? print(values?.[part]) : part))
      .join('');
  t.rich = (key: string, values?: Record<string, ReactNode>) =>
    splitText(chooseForm(table[key] ?? key, language, values?.count)).map((part, i) => (
      <Fragment key={i}>{i % 2 ? typeof values?.[part] === 'number' ? <b>{print(values[part])}</b> : values?.[part] : part}</Fragment>
    ));
  t.code = (key: string, otherwise: string) => (typeof table[key] === 'string' ? table[key] : otherwise);
  return t as unknown as Translate<T>;
}

/** The texts of a feature (or the shared ones by `useLocale`), the formats and the language in use. */
export function useTexts<T extends Texts>(texts: Bilingual<T>) {
  const state = useContext(LocaleContext);
  if (!state) throw new Error('LocaleProvider is missing');
  const t = useMemo(() => makeTranslate(texts, state.language, state.format), [texts, state.language, state.format]);
  return { ...state, t };
}

export const sharedTexts = bilingual(en, de);
export function useLocale() {
  return useTexts(sharedTexts);
}
