import type { WebhookPreset } from '@/api';
import type { en } from './en';

export type PresetName = Extract<keyof typeof en, `preset.${string}`>;
export type StepsName = Extract<keyof typeof en, `steps.${string}`>;

const systems = ['zendesk', 'salesforce', 'salesforce_flow', 'shopify', 'hubspot', 'jira', 'sendgrid', 'brevo'];
const envelopes = ['cloudevents', 'standard'];

/** Where a preset stands in the list of choices. */
export function groupOf(id: string): 'systems' | 'kinds' | 'envelopes' {
  return systems.includes(id) ? 'systems' : envelopes.includes(id) ? 'envelopes' : 'kinds';
}
export const presetName = (id: string) => `preset.${id}` as PresetName;
/** What to do in the other system; own systems of every kind are told the same. */
export const stepsName = (id: string) => (groupOf(id) === 'kinds' && id !== 'marketing' ? 'steps.own' : `steps.${id}`) as StepsName;

/** Stands where the secret goes. */
export const placeholder = 'SECRET';

/** A whole call to copy; only for schemes that a shell can do without signing. */
export function curl(address: string, preset: WebhookPreset): string | undefined {
  if (preset.check !== 'token') return undefined;
  return `curl ${address} \\
  -H 'Authorization: Bearer ${placeholder}' \\
  -H 'Content-Type: application/json' \\
  -d '${preset.sample.replaceAll("'", "'\\''")}'`;
}

/** "x-shopify-topic: orders/create" line by line, and back. */
export function headersText(headers: Record<string, string>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
}
export function headersOf(text: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return headers;
}
