import { describe, expect, it } from 'vitest';
import type { WebhookPreset } from '@/api';
import { curl, groupOf, headersOf, headersText, stepsName } from './presets';

const preset = (check: WebhookPreset['check']): WebhookPreset => ({ id: 'ivr', check, makes_secret: true, mapping: { list: '', time_zone: '', fields: { attributes: [], customer_attributes: [] }, rules: [] }, sample: `{"a":"it's"}`, sample_headers: {} });

describe('presets', () => {
  it('are told by group which steps they have', () => {
    expect(groupOf('zendesk')).toBe('systems');
    expect(stepsName('zendesk')).toBe('steps.zendesk');
    expect(stepsName('ivr')).toBe('steps.own');
    expect(stepsName('marketing')).toBe('steps.marketing');
    expect(stepsName('cloudevents')).toBe('steps.cloudevents');
  });
  it('give a shell command that holds quotes, where nothing is signed', () => {
    expect(curl('https://x/hooks/1', preset('token'))).toContain(`-d '{"a":"it'\\''s"}'`);
    expect(curl('https://x/hooks/1', preset('shopify'))).toBeUndefined();
  });
  it('write headers by the line and read them again', () => {
    const headers = { 'x-topic': 'a: b', 'x-id': '1' };
    expect(headersOf(headersText(headers))).toEqual(headers);
    expect(headersOf('X-Topic : a\nnonsense\n')).toEqual({ 'x-topic': 'a' });
  });
});
