import { describe, expect, it } from 'vitest';
import { emptyForm, formOf, isComplete, scheduleKey, secretOf, settingsOf, type Form } from './form';

const http = (part: Partial<Form['http']>): Form => ({ ...emptyForm, http: { ...emptyForm.http, url: ' https://a.example/x ', ...part } });

describe('a connection’s form', () => {
  it('sends only what belongs to the choices', () => {
    const sent = settingsOf(http({ records: '/a', user: 'left over', page_parameter: 'page', since_parameter: 'since', since_field: 'id' })).http!;
    expect(sent.url).toBe('https://a.example/x');
    expect([sent.user, sent.page_parameter, sent.since_parameter, sent.records]).toEqual(['', '', '', '/a']);
    const paged = settingsOf(http({ paging: 'page', page_parameter: 'p', page_size: 50, size_parameter: 'n', since: true, since_parameter: 's', since_field: 'id' })).http!;
    expect([paged.page_parameter, paged.size_parameter, paged.since_field]).toEqual(['p', 'n', 'id']);
    expect('since' in paged).toBe(false);
    expect(settingsOf({ ...emptyForm, kind: 'kafka' }).kafka!.mechanism).toBe('');
  });
  it('comes back from what is stored', () => {
    const form = http({ sign_in: 'basic', user: 'u', since: true, since_parameter: 's', since_field: 'id' });
    const back = formOf({ kind: 'http', settings: settingsOf(form) } as never);
    expect(settingsOf(back)).toEqual(settingsOf(form));
    expect(back.secret).toBe('');
  });
  it('asks for the secret that the choices need', () => {
    expect(secretOf(http({}))).toBeUndefined();
    expect(secretOf(http({ sign_in: 'oauth2' }))).toBe('client');
    expect(secretOf({ ...emptyForm, kind: 'folder' })).toBeUndefined();
    expect(secretOf({ ...emptyForm, kind: 'mariadb' })).toBe('password');
  });
  it('knows when it can be tested', () => {
    expect(isComplete(emptyForm)).toBe(false);
    expect(isComplete(http({}))).toBe(true);
    expect(isComplete({ ...emptyForm, kind: 'postgresql', sql: { ...emptyForm.sql, host: 'db' } })).toBe(false);
  });
  it('names its schedule', () => {
    expect(scheduleKey({ every_minutes: 15 })).toBe('15');
    expect(scheduleKey({ daily_at: '06:00' })).toBe('daily');
  });
});
