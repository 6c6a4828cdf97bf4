import { describe, expect, it } from 'vitest';
import type { Detection } from '@/api';
import { isSupported, matchingSource, missingNeeds, savedChoices, sourceNameOf, suggestedChoices, toMapping, withRole } from './mapping';

const column = (name: string, suggested: Detection['columns'][number]['suggested']) => ({ name, kind: 'text', samples: [], filled: 1, distinct: 3, suggested });
const detection = {
  format: 'csv', compressed: false, header: true, sheets: [], object_types: [], preview: [], notes: [],
  columns: [column('kunde', 'customer'), column('aktivität', 'event_type'), column('zeit', 'time'), column('region', 'event_attribute'), column('agent', 'ignore')],
} as Detection;

describe('the meaning of columns', () => {
  it('starts with what was detected and needs nothing more', () => {
    expect(missingNeeds(suggestedChoices(detection))).toEqual([]);
  });
  it('moves a role that only one column can have', () => {
    const moved = withRole(suggestedChoices(detection), 3, 'customer');
    expect(moved.map((c) => c.role)).toEqual(['event_attribute', 'event_type', 'time', 'customer', 'ignore']);
  });
  it('keeps equal attributes apart from single roles', () => {
    const both = withRole(suggestedChoices(detection), 4, 'event_attribute');
    expect(both[3]!.role).toBe('event_attribute');
    expect(both[4]!.role).toBe('event_attribute');
  });
  it('says what is missing; a matter number alone can be who', () => {
    const none = withRole(withRole(suggestedChoices(detection), 0, 'ignore'), 2, 'ignore');
    expect(missingNeeds(none)).toEqual(['customer', 'time']);
    expect(missingNeeds(withRole(none, 0, 'instance_key'))).toEqual(['time']);
  });
  it('sends only columns that are kept, own names and defaults where no column says them', () => {
    const choices = suggestedChoices(detection).map((c) => (c.column === 'region' ? { ...c, name: ' Markt ' } : c));
    expect(toMapping(choices, { time_zone: 'Europe/Vienna', encoding: undefined }, { channel: ' Telefon ', direction: 'by_us' })).toEqual({
      read: { time_zone: 'Europe/Vienna' },
      columns: [
        { column: 'kunde', role: 'customer' },
        { column: 'aktivität', role: 'event_type' },
        { column: 'zeit', role: 'time' },
        { column: 'region', role: 'event_attribute', name: 'Markt' },
      ],
      channel: 'Telefon',
      direction: 'by_us',
    });
    expect(toMapping(withRole(choices, 3, 'channel'), {}, { channel: 'Telefon', direction: '' }).channel).toBeUndefined();
  });
  it('gives the time of day to one column, beside the date', () => {
    const two = { ...detection, columns: [...detection.columns.slice(0, 3), column('uhrzeit', 'time_of_day'), column('ende', 'event_attribute')] } as Detection;
    const choices = suggestedChoices(two);
    expect(toMapping(choices, {}, { channel: '', direction: '' }).columns.slice(2)).toEqual([
      { column: 'zeit', role: 'time' },
      { column: 'uhrzeit', role: 'time_of_day' },
      { column: 'ende', role: 'event_attribute' },
    ]);
    expect(withRole(choices, 4, 'time_of_day').map((c) => c.role).slice(2)).toEqual(['time', 'event_attribute', 'time_of_day']);
    // A time of day alone does not say when.
    expect(missingNeeds(withRole(choices, 2, 'ignore'))).toEqual(['time']);
  });
  it('takes over a saved source by id or name', () => {
    const source = { id: 'src_1', name: 'CRM', owner: '', system: '', purpose: '', created_at: '', etag: '', events: 0, imports: 0, mapping: { columns: [{ column: 'agent', role: 'pseudonymise' as const, name: 'Team' }] } };
    expect(matchingSource({ ...detection, matching_source: 'CRM' }, [source])).toBe(source);
    expect(matchingSource({ ...detection, matching_source: 'src_1' }, [source])).toBe(source);
    expect(matchingSource(detection, [source])).toBeUndefined();
    expect(savedChoices(detection, source.mapping).at(-1)).toEqual({ column: 'agent', role: 'pseudonymise', name: 'Team', kind: 'customer' });
  });
});

describe('file names', () => {
  it('become source names', () => {
    expect(sourceNameOf('2026-03_crm-export.csv.gz')).toBe('Crm export');
    expect(sourceNameOf('20260331.xlsx')).toBe('20260331.xlsx');
    expect(sourceNameOf('Anrufe März.xlsx')).toBe('Anrufe März');
  });
  it('say whether the format is read', () => {
    expect(['a.csv', 'A.XLSX', 'b.xes.gz', 'c.tsv', 'd.ndjson.gz', 'e.parquet', 'f.jsonocel'].every(isSupported)).toBe(true);
    expect(isSupported('report.pdf')).toBe(false);
    expect(isSupported('old.xls')).toBe(false);
  });
});
