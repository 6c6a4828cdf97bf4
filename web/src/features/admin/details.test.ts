import { describe, expect, it } from 'vitest';
import { detailsText, type DetailWords } from './details';

const words: DetailWords = {
  name: (key) => ({ event_types: 'Ereignistypen', touchpoint: 'Touchpoint', from: 'von', to: 'zu' })[key] ?? key,
  of: (id) => (id.startsWith('tp_') ? 'Rechnung' : undefined),
  word: (value) => (value === 'editor' ? 'Redaktion' : value),
};

describe('details of the audit log', () => {
  it('name what they mean and leave out what names nothing', () => {
    const rule = { event_types: ['Rechnung A', 'Rechnung B'], id: 'rule_01m84bmrswfdrv397pnzzmp3r4', properties: [], sources: [], touchpoint: 'tp_01m84bmp7af0e8gcs17zgkybp1' };
    expect(detailsText(rule, words)).toBe('Ereignistypen: Rechnung A, Rechnung B · Touchpoint: Rechnung');
    expect(detailsText({ from: 'reader', to: 'editor' }, words)).toBe('von: reader · zu: Redaktion');
  });
  it('bear what is no object', () => {
    expect(detailsText(null, words)).toBe('');
    expect(detailsText('text', words)).toBe('text');
    expect(detailsText({}, words)).toBe('');
  });
});
