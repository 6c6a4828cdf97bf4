import type { Connector, ConnectorKind, ConnectorSettings, Schedule } from '@/api';

/** What the form asks, all as texts; pure, so that it can be tested. */
export interface Form {
  kind: ConnectorKind;
  secret: string;
  http: {
    url: string; format: 'json' | 'ndjson' | 'csv'; records: string; sign_in: 'none' | 'basic' | 'bearer' | 'header' | 'oauth2'; user: string; header_name: string;
    token_url: string; scope: string; paging: 'none' | 'page' | 'offset' | 'cursor' | 'link'; page_parameter: string; size_parameter: string; cursor_pointer: string;
    first_page: number; page_size: number; since: boolean; since_parameter: string; since_field: string; since_start: string; overlap_minutes: number;
  };
  sql: { host: string; port: number; database: string; user: string; tls: 'required' | 'preferred' | 'verified'; query: string; watermark: string; watermark_start: string; overlap_minutes: number };
  folder: { path: string; pattern: string };
  kafka: { brokers: string; topic: string; format: 'json' | 'cloud_events'; security: 'plain' | 'tls' | 'sasl_tls' | 'sasl_plain'; user: string; mechanism: string };
}

export const emptyForm: Form = {
  kind: 'http',
  secret: '',
  http: {
    url: '', format: 'json', records: '', sign_in: 'none', user: '', header_name: '', token_url: '', scope: '', paging: 'none', page_parameter: '', size_parameter: '',
    cursor_pointer: '', first_page: 1, page_size: 0, since: false, since_parameter: '', since_field: '', since_start: '', overlap_minutes: 0,
  },
  sql: { host: '', port: 0, database: '', user: '', tls: 'verified', query: '', watermark: '', watermark_start: '', overlap_minutes: 0 },
  folder: { path: '', pattern: '' },
  kafka: { brokers: '', topic: '', format: 'json', security: 'tls', user: '', mechanism: 'SCRAM-SHA-512' },
};

/** A stored connector in the form; its secret is never there. */
export function formOf(connector: Connector): Form {
  const { http, sql, folder, kafka } = connector.settings;
  return {
    ...emptyForm,
    kind: connector.kind,
    http: { ...emptyForm.http, ...http, since: Boolean(http?.since_parameter) },
    sql: { ...emptyForm.sql, ...sql },
    folder: { ...emptyForm.folder, ...folder },
    kafka: { ...emptyForm.kafka, ...kafka },
  };
}

/** Only what belongs to the choices made: a parameter that is no longer shown is not sent. */
export function settingsOf(form: Form): ConnectorSettings {
  switch (form.kind) {
    case 'http': {
      const { since, ...h } = form.http;
      const pages = h.paging === 'page' || h.paging === 'offset' || h.paging === 'cursor';
      return {
        http: {
          ...h,
          url: h.url.trim(),
          records: h.format === 'json' ? h.records.trim() : '',
          user: h.sign_in === 'basic' || h.sign_in === 'oauth2' ? h.user : '',
          header_name: h.sign_in === 'header' ? h.header_name.trim() : '',
          token_url: h.sign_in === 'oauth2' ? h.token_url.trim() : '',
          scope: h.sign_in === 'oauth2' ? h.scope.trim() : '',
          page_parameter: pages ? h.page_parameter.trim() : '',
          size_parameter: pages && h.page_size > 0 ? h.size_parameter.trim() : '',
          page_size: pages ? h.page_size : 0,
          cursor_pointer: h.paging === 'cursor' ? h.cursor_pointer.trim() : '',
          since_parameter: since ? h.since_parameter.trim() : '',
          since_field: since ? h.since_field.trim() : '',
          since_start: since ? h.since_start.trim() : '',
          overlap_minutes: since ? h.overlap_minutes : 0,
        },
      };
    }
    case 'postgresql':
    case 'mariadb':
      return { sql: { ...form.sql, host: form.sql.host.trim(), watermark: form.sql.watermark.trim(), watermark_start: form.sql.watermark ? form.sql.watermark_start.trim() : '' } };
    case 'folder':
      return { folder: { path: form.folder.path.trim(), pattern: form.folder.pattern.trim() } };
    case 'kafka': {
      const sasl = form.kafka.security === 'sasl_tls' || form.kafka.security === 'sasl_plain';
      return { kafka: { ...form.kafka, brokers: form.kafka.brokers.trim(), topic: form.kafka.topic.trim(), user: sasl ? form.kafka.user : '', mechanism: sasl ? form.kafka.mechanism : '' } };
    }
  }
}

/** Which secret the choices need, as the end of a text's key; none where nothing is asked. */
export function secretOf(form: Form): 'password' | 'token' | 'value' | 'client' | undefined {
  if (form.kind === 'http') return ({ none: undefined, basic: 'password', bearer: 'token', header: 'value', oauth2: 'client' } as const)[form.http.sign_in];
  if (form.kind === 'postgresql' || form.kind === 'mariadb') return 'password';
  if (form.kind === 'kafka' && (form.kafka.security === 'sasl_tls' || form.kafka.security === 'sasl_plain')) return 'password';
  return undefined;
}

export const isComplete = (form: Form) =>
  ({ http: form.http.url, postgresql: form.sql.host && form.sql.query, mariadb: form.sql.host && form.sql.query, folder: form.folder.path, kafka: form.kafka.brokers && form.kafka.topic })[form.kind] !== '';

/** "every:60" or "daily:06:00": one value for one choice. */
export const scheduleKey = (schedule: Schedule) => (schedule.daily_at ? 'daily' : String(schedule.every_minutes ?? 60));
