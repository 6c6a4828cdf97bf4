import { describe, expect, it } from 'vitest';
import { openFilter, type Delivery } from '@/api';
import { emptyForm, formOf, missing, requestOf } from './form';

describe('the form of a delivery', () => {
  it('sends only what belongs to the choices made', () => {
    const form = { ...emptyForm, name: ' Lager ', folder: '/dw', segment: 'seg_1', source: 'src_1', secret: 'x', sign_in: 'bearer' as const };
    const request = requestOf(form, openFilter);
    expect(request.name).toBe('Lager');
    expect(request.what).toMatchObject({ content: 'events', mode: 'changes', source: 'src_1' });
    expect(request.what).not.toHaveProperty('segment');
    expect(request.what).not.toHaveProperty('filter');
    expect(request.where).toMatchObject({ place: 'folder', folder: '/dw', sign_in: 'none' });
    expect(request).not.toHaveProperty('secret');
    expect(requestOf({ ...form, when: 'hand' }, openFilter)).not.toHaveProperty('schedule');
    expect(requestOf({ ...form, content: 'variants', purpose: 'contact', originals: true }, openFilter).what).toMatchObject({ mode: 'whole', originals: false, filter: openFilter });
  });
  it('says what is missing', () => {
    expect(missing(emptyForm, false)).toEqual(['name', 'folder']);
    expect(missing({ ...emptyForm, name: 'a', content: 'audience', place: 'http', url: 'https://x/', sign_in: 'basic' }, false)).toEqual(['segment', 'purpose', 'secret']);
    expect(missing({ ...emptyForm, name: 'a', place: 'webhook', url: 'https://x/' }, false)).toEqual([]);
  });
  it('shows a stored one without its secret', () => {
    const stored = { name: 'a', what: { content: 'events', mode: 'changes', format: 'csv', originals: false }, where: { place: 'http', url: 'https://x/', method: 'put', sign_in: 'bearer' }, schedule: { every_minutes: 60 } } as unknown as Delivery;
    expect(formOf(stored)).toMatchObject({ format: 'csv', place: 'http', sign_in: 'bearer', secret: '', when: '60', purpose: null });
  });
});
