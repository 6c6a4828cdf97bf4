import { describe, expect, it } from 'vitest';
import { chooseForm, splitText, type Bilingual, type Text, type Texts } from './texts';
import { de } from './de';
import { en } from './en';

// Texts only: each feature's de.ts exports both languages.
const features = import.meta.glob<{ texts: Bilingual<Texts> }>('../features/**/de.ts', { eager: true });
const all: [string, Texts, Texts][] = [
  ['shared', en, de],
  ...Object.entries(features).map(([path, m]): [string, Texts, Texts] => [path.split('/')[2]!, m.texts.en, m.texts.de as Texts]),
];

const names = (text: Text) => {
  const forms = typeof text === 'string' ? [text] : [text.one, text.other];
  return forms.map((f) => splitText(f).filter((_, i) => i % 2).sort().join(' '));
};

describe.each(all)('texts of %s', (_name, english, german) => {
  it('have the same keys in both languages', () => {
    expect(Object.keys(german).sort()).toEqual(Object.keys(english).sort());
  });
  it('fill in the same placeholders', () => {
    for (const [key, text] of Object.entries(english)) expect([key, new Set(names(german[key]!))]).toEqual([key, new Set(names(text))]);
  });
  it('use no exclamation marks, and German no English dashes', () => {
    for (const [key, text] of [...Object.entries(english), ...Object.entries(german)])
      for (const form of typeof text === 'string' ? [text] : [text.one, text.other]) expect([key, /!|—/.test(form)]).toEqual([key, false]);
  });
});

describe('texts', () => {
  it('split at placeholders', () => {
    expect(splitText('a {b} c {d}')).toEqual(['a ', 'b', ' c ', 'd', '']);
  });
  it('choose a form by the count', () => {
    const text = { one: 'one', other: 'other' };
    expect(chooseForm(text, 'de', 1)).toBe('one');
    expect(chooseForm(text, 'de', 0)).toBe('other');
    expect(chooseForm(text, 'en', 2)).toBe('other');
  });
});
