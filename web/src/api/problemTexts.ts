import type { Language } from '@/i18n';

/** The server's own texts of its codes (api/problems), for codes that stand inside answers, like why a row was rejected. */
const files = import.meta.glob<Record<string, Record<Language, string>>>(['../../../api/problems.json', '../../../api/problems.d/*.json'], { eager: true, import: 'default' });
const texts = new Map(Object.values(files).flatMap((file) => Object.entries(file)));

export function problemText(code: string, language: Language): string | undefined {
  return texts.get(code)?.[language];
}
