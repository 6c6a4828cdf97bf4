import { Button, Group, Radio, Select, Text, TextInput } from '@mantine/core';
import { IconCircleCheck, IconInfoCircle, IconPlayerPlay, IconPlugConnected } from '@tabler/icons-react';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { addresses, api, asProblem, useApi, useChange, useWorkspace, type Connector, type ConnectorKind, type ConnectorPreview, type Detection, type Source } from '@/api';
import { useLocale, useTexts } from '@/i18n';
import { Answer, Note, Page, ProblemNote, Section, useNotify } from '@/ui';
import { ColumnTable } from '../ColumnTable';
import { texts as importTexts } from '../de';
import classes from '../imports.module.css';
import { missingNeeds, savedChoices, suggestedChoices, toMapping, withRole, type ColumnChoice, type Defaults } from '../mapping';
import { Needs } from '../Needs';
import { SourceForm } from '../SourceForm';
import { texts } from './de';
import { emptyForm, formOf, isComplete, scheduleKey, secretOf, settingsOf, type Form } from './form';
import { KindForm } from './KindForm';

const kinds: ConnectorKind[] = ['http', 'postgresql', 'mariadb', 'folder', 'kafka'];
const intervals = [1, 5, 15, 60, 360];

/** From an address to data that keep coming: where, what the first records mean, when. Also changes a stored connection. */
export function Component() {
  const { t } = useTexts(texts);
  const { id } = useParams();
  const sources = useApi(api.sources);
  const connector = useApi(api.connectors);
  const stored = connector.data?.items.find((c) => c.id === id);
  return (
    <Page title={id ? t('wizard.edit', { name: stored?.name ?? '' }) : t('wizard.new')} answer={id ? undefined : t('wizard.answer')}>
      <Answer of={connector} isEmpty={() => Boolean(id) && !stored} empty={<Text>{t('page.gone')}</Text>}>
        {() => <Wizard key={stored?.etag} stored={stored} sources={sources.data?.items ?? []} />}
      </Answer>
    </Page>
  );
}

/** The saved meaning without a fresh look at the data: enough to change a schedule or an address. */
function detectionOf(stored: Connector): Detection {
  const columns = stored.mapping.columns.map((c) => ({ name: c.column, kind: 'text', samples: [], filled: 1, distinct: 0, suggested: c.role }));
  return { format: 'csv', compressed: false, header: true, sheets: [], object_types: [], columns, preview: [], notes: [] };
}

function Wizard({ stored, sources }: { stored?: Connector; sources: Source[] }) {
  const { t } = useTexts(texts);
  const { t: imports, format } = useTexts(importTexts);
  const { t: shared } = useLocale();
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const notify = useNotify();
  const rules = useApi(api.connectorRules);
  const [form, setForm] = useState<Form>(() => (stored ? formOf(stored) : emptyForm));
  const [seen, setSeen] = useState<ConnectorPreview>();
  const [detection, setDetection] = useState<Detection | undefined>(() => (stored ? detectionOf(stored) : undefined));
  const [choices, setChoices] = useState<ColumnChoice[]>(() => (stored ? savedChoices(detectionOf(stored), stored.mapping) : []));
  const [defaults, setDefaults] = useState<Defaults>({ channel: stored?.mapping.channel ?? '', direction: stored?.mapping.direction ?? '' });
  const [name, setName] = useState(stored?.name ?? '');
  const [source, setSource] = useState(stored?.source_name ?? '');
  const [every, setEvery] = useState(() => (stored ? scheduleKey(stored.schedule) : '60'));
  const [time, setTime] = useState(stored?.schedule.daily_at ?? '06:00');
  const preview = useChange(api.previewConnector, { quiet: true });
  const add = useChange(api.addConnector, { quiet: true });
  const edit = useChange(api.editConnector, { quiet: true });
  const saving = stored ? edit : add;
  const problem = preview.error ? asProblem(preview.error) : saving.error ? asProblem(saving.error) : undefined;
  const secret = form.secret && secretOf(form) ? { secret: form.secret } : {};

  const test = () =>
    preview.mutate(
      { kind: form.kind, settings: settingsOf(form), ...secret, ...(stored && { connector: stored.id }), read: { time_zone: stored?.mapping.read?.time_zone ?? workspace.time_zone } },
      {
        onSuccess: (answer) => {
          setSeen(answer);
          if (!answer.detection) return;
          setDetection(answer.detection);
          setChoices(stored ? savedChoices(answer.detection, stored.mapping) : suggestedChoices(answer.detection));
        },
      },
    );

  const missing = missingNeeds(choices);
  const needs = [
    ...(detection ? missing.map((n) => imports(`need.${n}`)) : [t('wizard.need_test')]),
    ...(name.trim() ? [] : [t('wizard.name')]),
    ...(source.trim() ? [] : [imports('need.source')]),
  ];
  const schedule = every === 'daily' ? { daily_at: time } : { every_minutes: Number(every) };
  const save = () => {
    if (!detection || needs.length > 0) return;
    // What was recognised once holds for every run: a small one might be read another way.
    const timeFormat = detection.columns.find((c) => choices.some((k) => k.role === 'time' && k.column === c.name))?.time_format;
    const read = { time_zone: workspace.time_zone, ...stored?.mapping.read, ...(timeFormat && { time_format: timeFormat }), ...(detection.decimal && { decimal: detection.decimal }) };
    const mapping = toMapping(choices, read, defaults);
    const done = (connector: Connector) => {
      notify.done(t(stored ? 'wizard.changed' : 'wizard.saved'));
      void navigate(workspace.to(addresses.connector(connector.id)), { replace: true });
    };
    if (stored) edit.mutate({ id: stored.id, etag: stored.etag, patch: { name: name.trim(), settings: settingsOf(form), schedule, mapping, ...secret } }, { onSuccess: done });
    else add.mutate({ name: name.trim(), source_name: source.trim(), kind: form.kind, settings: settingsOf(form), schedule, mapping, ...secret }, { onSuccess: done });
  };

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Section title={t('wizard.from')}>
        {!stored && (
          <Radio.Group label={t('wizard.kind')} value={form.kind} onChange={(kind) => { setForm({ ...form, kind: kind as ConnectorKind }); setDetection(undefined); setSeen(undefined); preview.reset(); }} mb="md">
            <div className={classes.options} style={{ marginTop: 8 }}>
              {kinds.map((kind) => (
                <Radio key={kind} value={kind} label={t(`kind.${kind}`)} description={t(`kind.${kind}_text`)} />
              ))}
            </div>
          </Radio.Group>
        )}
        <KindForm form={form} onForm={setForm} rules={rules.data} stored={stored?.has_secret ?? false} problem={problem} />
        <Group mt="md" gap="sm">
          <Button variant="default" onClick={test} loading={preview.isPending} disabled={!isComplete(form)} leftSection={<IconPlugConnected size={17} stroke={1.75} aria-hidden />}>
            {t('wizard.test')}
          </Button>
          <Text fz="sm" c="dimmed">
            {t('wizard.test_hint')}
          </Text>
        </Group>
        <div role="status" style={{ marginTop: 12 }}>
          <ProblemNote problem={preview.error} />
          {seen && !preview.isPending && !preview.error && (
            <Note tone={seen.detection ? 'good' : 'signal'} icon={seen.detection ? IconCircleCheck : IconInfoCircle}>
              {!seen.detection ? t('wizard.tested_none') : seen.file ? t('wizard.tested_file', { file: seen.file }) : t('wizard.tested', { count: seen.rows })}
            </Note>
          )}
        </div>
      </Section>
      {detection && (
        <>
          <Section title={t('wizard.meaning')}>
            <Needs choices={choices} />
            <div className={classes.preview} aria-busy={preview.isPending}>
              <ColumnTable
                detection={detection}
                choices={choices}
                onRole={(i, role) => setChoices((old) => withRole(old, i, role))}
                onKind={(i, kind) => setChoices((old) => old.map((c, k) => (k === i ? { ...c, kind } : c)))}
                onName={(i, value) => setChoices((old) => old.map((c, k) => (k === i ? { ...c, name: value } : c)))}
              />
            </div>
          </Section>
          <Section title={t('wizard.name_section')}>
            <TextInput label={t('wizard.name')} value={name} onChange={(e) => { setName(e.currentTarget.value); if (!stored && (source === '' || source === name)) setSource(e.currentTarget.value); }} maxLength={80} withAsterisk maw={440} mb="md" />
            {!stored && <SourceForm source={source} onSource={setSource} sources={sources} defaults={defaults} onDefaults={setDefaults} choices={choices} />}
          </Section>
          <Section title={t('wizard.when')}>
            <div className={classes.options}>
              <Select
                label={t('when.how')}
                value={every}
                onChange={(v) => setEvery(v ?? every)}
                allowDeselect={false}
                data={[...[...new Set([...intervals, ...(every === 'daily' ? [] : [Number(every)])])].map((n) => ({ value: String(n), label: t('when.interval', { count: n }) })), { value: 'daily', label: t('when.daily') }]}
              />
              {every === 'daily' && <TextInput type="time" label={t('when.time')} value={time} onChange={(e) => setTime(e.currentTarget.value)} />}
            </div>
          </Section>
        </>
      )}
      <div className={classes.startBar}>
        <div role="status" className={classes.startText}>
          <Text fz="sm" c="dimmed">
            {needs.length === 0 ? t('wizard.ready') : imports('wizard.missing', { list: format.list(needs) })}
          </Text>
          <ProblemNote problem={saving.error} />
        </div>
        <Group gap="xs">
          <Button variant="default" onClick={() => void navigate(workspace.to(stored ? addresses.connector(stored.id) : addresses.sources))}>
            {shared('action.cancel')}
          </Button>
          <Button type="submit" disabled={needs.length > 0} loading={saving.isPending} leftSection={<IconPlayerPlay size={16} aria-hidden />}>
            {t('wizard.save')}
          </Button>
        </Group>
      </div>
    </form>
  );
}
