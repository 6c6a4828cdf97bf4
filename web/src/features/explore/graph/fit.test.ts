import { describe, expect, it } from 'vitest';
import { breakable, sizeThatFits } from './fit';
import { nameBox } from './route';

const shown = (name: string) => breakable(name).replaceAll('\u00ad', '|');

describe('names in boxes', () => {
  it('break long German compounds at their joints only', () => {
    expect(shown('Auftragsbestätigung per Brief')).toBe('Auftrags|bestätigung per Brief');
    expect(shown('Identitätsprüfung')).toBe('Identitäts|prüfung');
    expect(shown('Rechnungserklärung')).toBe('Rechnungs|erklärung');
    expect(shown('Auftrag')).toBe('Auftrag');
    expect(shown('Hotline: Störung')).toBe('Hotline: Störung');
    expect(breakable('Anzeige in der Suche')).toBe('Anzeige in der Suche');
  });

  it('are printed as large as the box allows, the shorter the larger', () => {
    expect(sizeThatFits('Auftrag', nameBox)).toBe(22);
    const long = sizeThatFits('Auftragsbestätigung per Brief', nameBox);
    expect(long).toBeLessThan(22);
    expect(long).toBeGreaterThanOrEqual(13);
    expect(sizeThatFits('x'.repeat(200), nameBox)).toBe(12);
    expect(sizeThatFits('', nameBox)).toBe(22);
  });

  it('take no more height than there is', () => {
    for (const name of ['Terminvorschlag per E-Mail', 'Zählerstand online melden', 'Terminbuchung in der Bestellstrecke', 'Ankündigungsanruf Techniker']) {
      const size = sizeThatFits(name, nameBox);
      expect(size, name).toBeGreaterThan(12);
      expect(sizeThatFits(name, { ...nameBox, height: nameBox.height / 2 }), name).toBeLessThan(size);
    }
  });
});
