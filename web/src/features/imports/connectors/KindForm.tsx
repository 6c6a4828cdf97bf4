import { Checkbox, NumberInput, PasswordInput, Select, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ConnectorRules, Problem } from '@/api';
import { useTexts } from '@/i18n';
import { Note } from '@/ui';
import classes from '../imports.module.css';
import { texts } from './de';
import { secretOf, type Form } from './form';

interface Props {
  form: Form;
  onForm: (form: Form) => void;
  rules?: ConnectorRules;
  /** A secret is stored already. */
  stored: boolean;
  problem?: Problem;
}

/** What each kind of source asks. */
export function KindForm({ form, onForm, rules, stored, problem }: Props) {
  const { t } = useTexts(texts);
  const secret = secretOf(form);
  const of = (field: string) => problem?.of(`settings/${field}`);
  const http = (part: Partial<Form['http']>) => onForm({ ...form, http: { ...form.http, ...part } });
  const sql = (part: Partial<Form['sql']>) => onForm({ ...form, sql: { ...form.sql, ...part } });
  const folder = (part: Partial<Form['folder']>) => onForm({ ...form, folder: { ...form.folder, ...part } });
  const kafka = (part: Partial<Form['kafka']>) => onForm({ ...form, kafka: { ...form.kafka, ...part } });
  const password = secret && (
    <PasswordInput
      label={t(`secret.${secret}`)}
      description={t(stored ? 'secret.kept' : 'secret.hint')}
      value={form.secret}
      onChange={(e) => onForm({ ...form, secret: e.currentTarget.value })}
      error={problem?.of('secret')}
      autoComplete="new-password"
    />
  );
  const number = (value: string | number) => (typeof value === 'number' ? value : Number.parseInt(value, 10) || 0);
  const rows: ReactNode[] = [];

  if (form.kind === 'http') {
    const h = form.http;
    rows.push(
      <TextInput key="url" className={classes.wide} label={t('http.url')} description={t('http.url_hint')} value={h.url} onChange={(e) => http({ url: e.currentTarget.value })} error={of('http/url')} withAsterisk type="url" />,
      <Select key="format" label={t('http.format')} value={h.format} onChange={(v) => http({ format: v as typeof h.format })} allowDeselect={false} data={(['json', 'ndjson', 'csv'] as const).map((f) => ({ value: f, label: t(`http.${f}`) }))} />,
    );
    if (h.format === 'json') rows.push(<TextInput key="records" label={t('http.records')} description={t('http.records_hint')} value={h.records} onChange={(e) => http({ records: e.currentTarget.value })} error={of('http/records')} />);
    rows.push(
      <Select key="sign_in" label={t('http.sign_in')} value={h.sign_in} onChange={(v) => http({ sign_in: v as typeof h.sign_in })} allowDeselect={false} data={(['none', 'basic', 'bearer', 'header', 'oauth2'] as const).map((f) => ({ value: f, label: t(`http.${f}`) }))} />,
    );
    if (h.sign_in === 'basic' || h.sign_in === 'oauth2') rows.push(<TextInput key="user" label={t(h.sign_in === 'basic' ? 'http.user' : 'http.client')} value={h.user} onChange={(e) => http({ user: e.currentTarget.value })} error={of('http/user')} autoComplete="off" />);
    if (h.sign_in === 'header') rows.push(<TextInput key="header" label={t('http.header_name')} value={h.header_name} onChange={(e) => http({ header_name: e.currentTarget.value })} error={of('http/header_name')} />);
    if (h.sign_in === 'oauth2')
      rows.push(
        <TextInput key="token_url" label={t('http.token_url')} value={h.token_url} onChange={(e) => http({ token_url: e.currentTarget.value })} error={of('http/token_url')} />,
        <TextInput key="scope" label={t('http.scope')} value={h.scope} onChange={(e) => http({ scope: e.currentTarget.value })} />,
      );
    if (password) rows.push(<div key="secret">{password}</div>);
    rows.push(
      <Select key="paging" label={t('http.paging')} value={h.paging} onChange={(v) => http({ paging: v as typeof h.paging })} allowDeselect={false} error={of('http/paging')} data={(['none', 'page', 'offset', 'cursor', 'link'] as const).map((f) => ({ value: f, label: t(`http.paging_${f}`) }))} />,
    );
    if (h.paging === 'page' || h.paging === 'offset' || h.paging === 'cursor')
      rows.push(<TextInput key="page_parameter" label={t('http.page_parameter')} value={h.page_parameter} onChange={(e) => http({ page_parameter: e.currentTarget.value })} error={of('http/page_parameter')} />);
    if (h.paging === 'page') rows.push(<NumberInput key="first_page" label={t('http.first_page')} value={h.first_page} onChange={(v) => http({ first_page: number(v) })} min={0} allowDecimal={false} />);
    if (h.paging === 'cursor') rows.push(<TextInput key="cursor" label={t('http.cursor_pointer')} description={t('http.cursor_hint')} value={h.cursor_pointer} onChange={(e) => http({ cursor_pointer: e.currentTarget.value })} error={of('http/cursor_pointer')} />);
    if (h.paging === 'page' || h.paging === 'offset' || h.paging === 'cursor') {
      rows.push(<NumberInput key="page_size" label={t('http.page_size')} value={h.page_size} onChange={(v) => http({ page_size: number(v) })} min={0} allowDecimal={false} error={of('http/page_size')} />);
      if (h.page_size > 0) rows.push(<TextInput key="size" label={t('http.size_parameter')} value={h.size_parameter} onChange={(e) => http({ size_parameter: e.currentTarget.value })} />);
    }
    rows.push(<Checkbox key="since" className={classes.wide} label={t('http.since')} description={t('http.since_hint')} checked={h.since} onChange={(e) => http({ since: e.currentTarget.checked })} />);
    if (h.since)
      rows.push(
        <TextInput key="since_parameter" label={t('http.since_parameter')} value={h.since_parameter} onChange={(e) => http({ since_parameter: e.currentTarget.value })} error={of('http/since_parameter')} />,
        <TextInput key="since_field" label={t('http.since_field')} value={h.since_field} onChange={(e) => http({ since_field: e.currentTarget.value })} error={of('http/since_field')} />,
        <TextInput key="since_start" label={t('http.since_start')} value={h.since_start} onChange={(e) => http({ since_start: e.currentTarget.value })} />,
        <NumberInput key="overlap" label={t('overlap')} description={t('overlap_hint')} value={h.overlap_minutes} onChange={(v) => http({ overlap_minutes: number(v) })} min={0} allowDecimal={false} error={of('http/overlap_minutes')} />,
      );
  } else if (form.kind === 'postgresql' || form.kind === 'mariadb') {
    const s = form.sql;
    rows.push(
      <TextInput key="host" label={t('sql.host')} value={s.host} onChange={(e) => sql({ host: e.currentTarget.value })} error={of('sql/host')} withAsterisk />,
      <NumberInput key="port" label={t('sql.port')} value={s.port} onChange={(v) => sql({ port: number(v) })} min={0} max={65535} allowDecimal={false} thousandSeparator="" />,
      <TextInput key="database" label={t('sql.database')} value={s.database} onChange={(e) => sql({ database: e.currentTarget.value })} error={of('sql/database')} withAsterisk />,
      <TextInput key="user" label={t('http.user')} value={s.user} onChange={(e) => sql({ user: e.currentTarget.value })} error={of('sql/user')} withAsterisk autoComplete="off" />,
      <div key="secret">{password}</div>,
      <Select key="tls" label={t('sql.tls')} value={s.tls} onChange={(v) => sql({ tls: v as typeof s.tls })} allowDeselect={false} data={(['verified', 'required', 'preferred'] as const).map((f) => ({ value: f, label: t(`sql.${f}`) }))} />,
      <Textarea key="query" className={classes.wide} label={t('sql.query')} description={t('sql.query_hint')} value={s.query} onChange={(e) => sql({ query: e.currentTarget.value })} error={of('sql/query')} withAsterisk autosize minRows={3} maxRows={16} styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }} spellCheck={false} />,
      <TextInput key="watermark" label={t('sql.watermark')} description={t('sql.watermark_hint')} value={s.watermark} onChange={(e) => sql({ watermark: e.currentTarget.value })} error={of('sql/watermark')} />,
    );
    if (s.watermark)
      rows.push(
        <TextInput key="start" label={t('sql.watermark_start')} value={s.watermark_start} onChange={(e) => sql({ watermark_start: e.currentTarget.value })} />,
        <NumberInput key="overlap" label={t('overlap')} description={t('overlap_hint')} value={s.overlap_minutes} onChange={(v) => sql({ overlap_minutes: number(v) })} min={0} allowDecimal={false} />,
      );
  } else if (form.kind === 'folder') {
    const folders = rules?.folders ?? [];
    if (rules && folders.length === 0)
      rows.push(
        <div key="none" className={classes.wide}>
          <Note tone="signal">{t('folder.none')}</Note>
        </div>,
      );
    rows.push(
      <TextInput key="path" className={classes.wide} label={t('folder.path')} description={folders.length > 0 ? t('folder.path_hint', { folders: folders.join(', ') }) : undefined} value={form.folder.path} onChange={(e) => folder({ path: e.currentTarget.value })} error={of('folder/path')} withAsterisk />,
      <TextInput key="pattern" label={t('folder.pattern')} description={t('folder.pattern_hint')} value={form.folder.pattern} onChange={(e) => folder({ pattern: e.currentTarget.value })} error={of('folder/pattern')} />,
    );
  } else {
    const k = form.kafka;
    rows.push(
      <TextInput key="brokers" className={classes.wide} label={t('kafka.brokers')} description={t('kafka.brokers_hint')} value={k.brokers} onChange={(e) => kafka({ brokers: e.currentTarget.value })} error={of('kafka/brokers')} withAsterisk />,
      <TextInput key="topic" label={t('kafka.topic')} value={k.topic} onChange={(e) => kafka({ topic: e.currentTarget.value })} error={of('kafka/topic')} withAsterisk />,
      <Select key="format" label={t('kafka.format')} value={k.format} onChange={(v) => kafka({ format: v as typeof k.format })} allowDeselect={false} data={(['json', 'cloud_events'] as const).map((f) => ({ value: f, label: t(`kafka.${f}`) }))} />,
      <Select key="security" label={t('kafka.security')} value={k.security} onChange={(v) => kafka({ security: v as typeof k.security })} allowDeselect={false} data={(['tls', 'sasl_tls', 'sasl_plain', 'plain'] as const).map((f) => ({ value: f, label: t(`kafka.${f}`) }))} />,
    );
    if (secret)
      rows.push(
        <TextInput key="user" label={t('http.user')} value={k.user} onChange={(e) => kafka({ user: e.currentTarget.value })} error={of('kafka/user')} autoComplete="off" />,
        <div key="secret">{password}</div>,
        <Select key="mechanism" label={t('kafka.mechanism')} value={k.mechanism} onChange={(v) => kafka({ mechanism: v ?? k.mechanism })} allowDeselect={false} data={['SCRAM-SHA-512', 'SCRAM-SHA-256', 'PLAIN']} />,
      );
  }
  return <div className={classes.options}>{rows}</div>;
}
