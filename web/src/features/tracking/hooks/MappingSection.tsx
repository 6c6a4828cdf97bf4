import { Button, Group, Text, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMemo, useState } from 'react';
import { api, asProblem, useApi, useChange, type Webhook, type WebhookItem, type WebhookPreset, type WebhookPreview } from '@/api';
import { problemText } from '@/api/problemTexts';
import { useTexts } from '@/i18n';
import { Answer, Note, Pill, ProblemNote, Section, Table, useNotify, type Column } from '@/ui';
import { texts } from './de';
import { FieldsEditor, RulesEditor, type Errors } from './FieldsEditor';
import classes from './hooks.module.css';
import { edited } from './mapping';
import { headersOf, headersText } from './presets';

/** How a body becomes events: edited here, with what becomes of a sample shown at once by the server. */
export function MappingSection({ hook, preset }: { hook: Webhook; preset: WebhookPreset }) {
  const { t, language } = useTexts(texts);
  const notify = useNotify();
  const [mapping, setMapping] = useState(() => edited(hook.mapping));
  const [body, setBody] = useState(preset.sample);
  const [headers, setHeaders] = useState(() => headersText(preset.sample_headers));
  const [asked] = useDebouncedValue({ mapping, body, headers: headersOf(headers) }, 250);
  const preview = useApi(api.webhookPreview, asked);
  const edit = useChange(api.editWebhook, { quiet: true });
  const changed = JSON.stringify(mapping) !== JSON.stringify(edited(hook.mapping));
  const errors = useMemo<Errors>(() => {
    const byField = new Map((preview.data?.problems ?? []).map((p) => [p.field, p.code]));
    return (pointer) => {
      const code = byField.get(`/mapping${pointer}`);
      return code && (problemText(code, language) ?? code);
    };
  }, [preview.data, language]);
  return (
    <Section title={t('map.title')}>
      <Text fz="sm" maw={760} mb="sm">{t('map.text')}</Text>
      <details className={classes.try}>
        <summary>{t('map.help_title')}</summary>
        <dl className={classes.help}>
          {(
            [
              ['{/detail/id}', 'map.help_pointer'],
              ['{^/portalId}', 'map.help_body'],
              ['{@x-topic}', 'map.help_header'],
              ["{/a|/b|'web'}", 'map.help_or'],
              ['by_us', 'map.help_text'],
              ['{received}', 'map.help_received'],
            ] as const
          ).map(([example, text]) => (
            <div key={example} style={{ display: 'contents' }}>
              <dt>
                <code>{example}</code>
              </dt>
              <dd>{t(text)}</dd>
            </div>
          ))}
        </dl>
      </details>
      <div className={classes.fields} style={{ marginTop: 12 }}>
        <TextInput label={t('map.list')} description={t('map.list_hint')} value={mapping.list} onChange={(e) => setMapping({ ...mapping, list: e.currentTarget.value })} error={errors('/list')} spellCheck={false} />
        <TextInput label={t('map.zone')} description={t('map.zone_hint')} value={mapping.time_zone} onChange={(e) => setMapping({ ...mapping, time_zone: e.currentTarget.value })} error={errors('/time_zone')} spellCheck={false} />
      </div>
      <h3 className={classes.heading}>{t('map.common')}</h3>
      <FieldsEditor fields={mapping.fields} onChange={(fields) => setMapping({ ...mapping, fields })} at="/fields" errors={errors} />
      <h3 className={classes.heading}>{t('map.rules')}</h3>
      <RulesEditor rules={mapping.rules} onChange={(rules) => setMapping({ ...mapping, rules })} errors={errors} />
      <h3 className={classes.heading}>{t('preview.title')}</h3>
      <div className={classes.sample}>
        <Textarea className={classes.mono} label={t('preview.body')} description={t('preview.body_hint')} value={body} onChange={(e) => setBody(e.currentTarget.value)} autosize minRows={8} maxRows={20} spellCheck={false} />
        <Textarea className={classes.mono} label={t('preview.headers')} description={t('preview.headers_hint')} value={headers} onChange={(e) => setHeaders(e.currentTarget.value)} autosize minRows={3} maxRows={12} spellCheck={false} />
      </div>
      <Answer of={preview}>{(data) => <Preview preview={data} />}</Answer>
      <ProblemNote problem={edit.error && asProblem(edit.error)} />
      <Group mt="md" gap="xs">
        <Button disabled={!changed} loading={edit.isPending} onClick={() => edit.mutate({ id: hook.id, etag: hook.etag, patch: { mapping } }, { onSuccess: () => notify.done(t('map.saved')) })}>
          {t('map.save')}
        </Button>
        <Button variant="default" disabled={!changed} onClick={() => setMapping(edited(hook.mapping))}>
          {t('map.discard')}
        </Button>
        <Button variant="subtle" onClick={() => setMapping({ ...edited(preset.mapping), time_zone: mapping.time_zone })}>
          {t('map.reset')}
        </Button>
      </Group>
    </Section>
  );
}

const tones = { event: 'good', ignored: undefined, rejected: 'bad' } as const;
const knownFields = ['customer', 'same_customer', 'event_type', 'time', 'message', 'instance_key', 'channel', 'unit', 'actor', 'cost', 'account', 'contract', 'order', 'body', 'attributes'] as const;

function Preview({ preview }: { preview: WebhookPreview }) {
  const { t, format, language } = useTexts(texts);
  const problem = (code: string) => problemText(code, language) ?? code;
  const fieldName = (field: string) => {
    const known = knownFields.find((f) => f === field);
    return known ? t(`field.${known}`) : field.replace(/^\/mapping\//, '');
  };
  if (preview.problems.length > 0)
    return (
      <Note tone="bad">
        {t('preview.problems')}
        <ul style={{ margin: '4px 0 0', paddingLeft: 18 }}>
          {preview.problems.map((p, i) => (
            <li key={i}>{`${fieldName(p.field)}: ${problem(p.code)}`}</li>
          ))}
        </ul>
      </Note>
    );
  const columns: Column<WebhookItem>[] = [
    { key: 'index', header: t('preview.index'), align: 'right', width: 60, render: (i) => format.number(i.index + 1) },
    {
      key: 'state',
      header: t('preview.state'),
      width: 190,
      render: (i) => (
        <>
          <Pill tone={tones[i.state]}>{t(`preview.${i.state}`)}</Pill>
          {i.rule !== undefined && <Text fz="xs" c="dimmed">{t('preview.rule', { number: i.rule + 1 })}</Text>}
          {i.problems.map((p, k) => (
            <Text key={k} fz="xs" c={i.state === 'rejected' ? 'red' : 'dimmed'}>{`${fieldName(p.field)}: ${problem(p.code)}`}</Text>
          ))}
        </>
      ),
    },
    { key: 'type', header: t('field.event_type'), render: (i) => i.event_type },
    { key: 'customer', header: t('field.customer'), render: (i) => i.customer },
    { key: 'time', header: t('field.time'), width: 170, render: (i) => i.time && <Text fz="sm">{format.time(i.time)}</Text> },
    { key: 'actor', header: t('field.actor'), width: 110, render: (i) => (i.actor === 'by_us' || i.actor === 'by_customer' || i.actor === 'by_partner' || i.actor === 'by_machine' ? t(`actor.${i.actor}`) : '') },
    { key: 'key', header: t('field.instance_key'), minor: 1, render: (i) => i.instance_key },
    { key: 'channel', header: t('field.channel'), minor: 1, render: (i) => i.channel },
    { key: 'unit', header: t('field.unit'), minor: 2, render: (i) => i.unit },
    { key: 'cost', header: t('field.cost'), align: 'right', minor: 2, render: (i) => (i.cost === undefined ? '' : format.number(i.cost)) },
    {
      key: 'attributes',
      header: t('field.attributes'),
      minor: 2,
      render: (i) => (
        <div className={classes.attributes}>
          {[...i.attributes, ...i.customer_attributes].map((a) => (
            <span key={a.name}>
              <b>{a.name}</b> {a.text}
            </span>
          ))}
        </div>
      ),
    },
  ];
  return (
    <>
      <Text fz="sm" fw={560} mb={6} role="status">{t('preview.result', { count: preview.items.filter((i) => i.state === 'event').length })}</Text>
      <Table label={t('preview.title')} columns={columns} rows={preview.items} rowKey={(i) => String(i.index)} dense tall />
      {preview.more > 0 && <Text fz="sm" c="dimmed" mt={4}>{t('preview.more', { count: preview.more })}</Text>}
    </>
  );
}
