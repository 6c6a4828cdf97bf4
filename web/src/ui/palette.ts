import { useComputedColorScheme } from '@mantine/core';
import { useMemo } from 'react';

/**
 * Ten colours that stay apart for people with normal sight, protanopia, deuteranopia and tritanopia, and have at least
 * 3:1 on the page (palette.test.ts proves both). Same place = same meaning in both themes.
 */
export const categorical = {
  light: ['#1057bd', '#a75d04', '#4ba0a1', '#8f73e1', '#750721', '#a8911a', '#054169', '#8a4329', '#4c8661', '#535b65'],
  dark: ['#95aef4', '#c17c04', '#37afb1', '#9d7be9', '#d2476b', '#e6cc5c', '#2586a7', '#e49a6a', '#8ff0b5', '#b7c7d8'],
} as const;

const sequentialSteps = {
  light: ['#d5eae7', '#a9d5cf', '#6fb5ac', '#3a958a', '#12685f', '#083f3a'],
  dark: ['#1d3b38', '#1f574f', '#267a70', '#3f9d92', '#79bdb5', '#c4e6e1'],
} as const;
/** Times: from quick (pale) to slow (deep warm), never mistaken for counts. */
const warmSteps = {
  light: ['#f6e3c3', '#eec27f', '#dd9a3c', '#bb7014', '#8c4a0a', '#5c2a06'],
  dark: ['#3d2f17', '#6a4a17', '#97671b', '#c78a2e', '#e8b667', '#f8dfb3'],
} as const;
const divergingSteps = {
  light: ['#9a4a12', '#cf8b4f', '#e9cba9', '#e3e8e7', '#a9cfe0', '#4a92b5', '#0d5678'],
  dark: ['#f0a868', '#b87638', '#6b4a2c', '#303a39', '#2b5468', '#4590b3', '#95cdea'],
} as const;

export type Scheme = 'light' | 'dark';

export interface Colors {
  scheme: Scheme;
  /** The n-th categorical colour; repeats after ten. */
  category(n: number): string;
  channel(channel: string | null | undefined): string;
  /** Fixed for the id, on every page and in every session. */
  touchpoint(id: string): string;
  /** Counts, 0..1. */
  count(share: number): string;
  /** Times, 0..1. */
  time(share: number): string;
  /** Better or worse, -1..1; 0 is neutral. */
  diverging(value: number): string;
  ink: string;
  ink2: string;
  ink3: string;
  hairline: string;
  surface: string;
  accent: string;
  neutral: string;
}

/** Known channels in the order of their colours, with the words that data sources use for them. */
const channels: { key: ChannelKey; color: number; words: string[] }[] = [
  { key: 'web', color: 0, words: ['web', 'website', 'webseite', 'online', 'internet', 'browser', 'homepage', 'desktop'] },
  { key: 'app', color: 3, words: ['app', 'mobile app', 'mobile', 'mobil', 'ios', 'android'] },
  { key: 'mail', color: 2, words: ['mail', 'e-mail', 'email', 'newsletter', 'e mail', 'outbound mail'] },
  { key: 'letter', color: 5, words: ['letter', 'brief', 'post', 'post mail', 'fax', 'print', 'schreiben'] },
  { key: 'phone', color: 1, words: ['phone', 'telefon', 'hotline', 'call', 'anruf', 'call center', 'callcenter', 'service centre', 'servicecenter', 'service center', 'telephone', 'ivr'] },
  { key: 'chat', color: 8, words: ['chat', 'chatbot', 'bot', 'messenger', 'whatsapp', 'live chat'] },
  { key: 'shop', color: 4, words: ['shop', 'store', 'filiale', 'laden', 'branch', 'agency', 'counter', 'desk', 'geschäftsstelle', 'pos'] },
  { key: 'portal', color: 6, words: ['portal', 'kundenportal', 'self-service', 'self service', 'customer portal', 'account'] },
  { key: 'sms', color: 9, words: ['sms', 'text message', 'push', 'push notification'] },
  { key: 'ad', color: 7, words: ['ad', 'ads', 'advertising', 'werbung', 'anzeige', 'display', 'sea', 'search', 'paid search', 'banner', 'affiliate', 'kampagne', 'campaign'] },
  { key: 'field', color: 9, words: ['field', 'vor ort', 'on site', 'on-site', 'technician', 'techniker', 'außendienst', 'visit', 'besuch'] },
  { key: 'social', color: 3, words: ['social', 'social media', 'facebook', 'instagram', 'twitter', 'youtube', 'linkedin', 'online video'] },
  { key: 'system', color: 9, words: ['system', 'backend', 'back office', 'backoffice', 'internal', 'intern', 'erp', 'crm', 'batch'] },
];
export type ChannelKey = 'web' | 'app' | 'mail' | 'letter' | 'phone' | 'chat' | 'shop' | 'portal' | 'sms' | 'ad' | 'field' | 'social' | 'system';

const byWord = new Map(channels.flatMap((c) => c.words.map((w) => [w, c] as const)));

/** The known channel that a source's word stands for. */
export function channelKey(channel: string | null | undefined): ChannelKey | undefined {
  if (!channel) return undefined;
  return byWord.get(channel.trim().toLowerCase().replaceAll('_', ' '))?.key;
}

/** FNV-1a: the same text gives the same number in every browser and session. */
export function stableHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  // The last characters must reach the high and the low bits alike.
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  hash ^= hash >>> 13;
  return hash >>> 0;
}

function blend(steps: readonly string[], at: number): string {
  const clamped = Math.min(1, Math.max(0, Number.isFinite(at) ? at : 0)) * (steps.length - 1);
  const i = Math.min(Math.floor(clamped), steps.length - 2);
  const part = clamped - i;
  const a = steps[i]!;
  const b = steps[i + 1]!;
  const mix = (k: number) => Math.round(parseInt(a.slice(k, k + 2), 16) * (1 - part) + parseInt(b.slice(k, k + 2), 16) * part);
  return `#${[1, 3, 5].map((k) => mix(k).toString(16).padStart(2, '0')).join('')}`;
}

export function colorsOf(scheme: Scheme): Colors {
  const palette = categorical[scheme];
  const category = (n: number) => palette[((n % palette.length) + palette.length) % palette.length]!;
  const light = scheme === 'light';
  return {
    scheme,
    category,
    channel: (channel) => {
      const known = channel ? byWord.get(channel.trim().toLowerCase().replaceAll('_', ' ')) : undefined;
      if (known) return category(known.color);
      return channel ? category(stableHash(channel.trim().toLowerCase())) : light ? '#7b8786' : '#8a9594';
    },
    touchpoint: (id) => category(stableHash(id)),
    count: (share) => blend(sequentialSteps[scheme], share),
    time: (share) => blend(warmSteps[scheme], share),
    diverging: (value) => blend(divergingSteps[scheme], (value + 1) / 2),
    ink: light ? '#172121' : '#e2e9e8',
    ink2: light ? '#435050' : '#bfc9c8',
    ink3: light ? '#5a6665' : '#9dabaa',
    hairline: light ? '#e3e8e7' : '#2a3333',
    surface: light ? '#ffffff' : '#141a1a',
    accent: light ? '#12685f' : '#4fa69d',
    neutral: light ? '#bac3c2' : '#55615f',
  };
}

/** Data colours of the theme in use. */
export function useColors(): Colors {
  const scheme = useComputedColorScheme('light');
  return useMemo(() => colorsOf(scheme), [scheme]);
}
