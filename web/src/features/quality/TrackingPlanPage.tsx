import { Button, FileButton, Group, Table as Plain, Text, Textarea } from '@mantine/core';
import { IconChecklist, IconDownload, IconUpload } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { api, saveBlob, useApi, useChange, useWorkspace, type PlannedEvent, type PlanViolation, type TrackingPlan, type TrackingPlanRequest } from '@/api';
import { useTexts } from '@/i18n';
import { Answer, EmptyState, Note, Page, ProblemNote, Section, Table, useNotify, type Column } from '@/ui';
import { texts } from './de';
import { readPlan } from './plan';
import classes from './quality.module.css';
import { Tabs } from './Tabs';

/** What is expected of the events, and where they differ from it. */
export function Component() {
  const { t, format } = useTexts(texts);
  const workspace = useWorkspace();
  const plan = useApi(api.trackingPlan);
  const found = useApi(api.planViolations, { days: 30 });
  const [editing, setEditing] = useState(false);
  const may = workspace.may('import_data');
  const violations = found.data?.violations ?? [];
  const none = plan.data && plan.data.changed_at === undefined;
  return (
    <Page
      title={t('plan.title')}
      answer={
        plan.data &&
        !none &&
        found.data &&
        (found.data.checked === 0
          ? t('plan.answer_nothing')
          : violations.length === 0
            ? t('plan.answer_fine', { count: found.data.checked })
            : t('plan.answer', { violations: format.number(violations.length), count: found.data.checked }))
      }
      actions={<Tabs now="plan" />}
      how={
        <>
          <p>{t('plan.how')}</p>
          <p>{t('plan.how_values')}</p>
        </>
      }
    >
      {plan.data && editing ? (
        <Editor plan={plan.data} onDone={() => setEditing(false)} />
      ) : (
        <Answer
          of={plan}
          isEmpty={(data) => data.changed_at === undefined}
          empty={
            <EmptyState icon={IconChecklist} title={t('plan.empty')} action={may && <Button onClick={() => setEditing(true)}>{t('plan.begin')}</Button>}>
              {t('plan.empty_text')}
            </EmptyState>
          }
        >
          {(data) => (
            <>
              <Section title={t('plan.violations')}>
                <Violations violations={violations} />
              </Section>
              <Section
                title={t('plan.events')}
                aside={
                  <Group gap="xs">
                    <Button size="compact-md" variant="default" leftSection={<IconDownload size={15} />} onClick={() => saveBlob(new Blob([JSON.stringify(data.plan, null, 2)], { type: 'application/json' }), 'tracking-plan.json')}>
                      {t('plan.export')}
                    </Button>
                    {may && (
                      <Button size="compact-md" onClick={() => setEditing(true)}>
                        {t('plan.edit')}
                      </Button>
                    )}
                  </Group>
                }
              >
                {data.plan.only_these_events && <Note>{t('plan.only_these')}</Note>}
                <Planned events={data.plan.events} />
              </Section>
            </>
          )}
        </Answer>
      )}
    </Page>
  );
}

function Violations({ violations }: { violations: PlanViolation[] }) {
  const { t, format } = useTexts(texts);
  const sources = useApi(api.sources).data?.items;
  const names = useMemo(() => new Map(sources?.map((s) => [s.id, s.name])), [sources]);
  const columns: Column<PlanViolation>[] = [
    { key: 'event', header: t('plan.event'), sort: (v) => v.event, render: (v) => v.event },
    { key: 'source', header: t('column.source'), sort: (v) => names.get(v.source), render: (v) => names.get(v.source) ?? v.source },
    { key: 'kind', header: t('plan.kind'), sort: (v) => v.kind, render: (v) => t.code(`finding.${v.kind}`, v.kind) },
    { key: 'property', header: t('plan.property'), sort: (v) => v.property, render: (v) => (v.property ? <code>{v.property}</code> : '–') },
    { key: 'example', header: t('plan.example'), minor: 1, render: (v) => (v.example ? <code>{v.example}</code> : '–') },
    { key: 'events', header: t('panel.count'), align: 'right', sort: (v) => v.events, render: (v) => format.number(v.events) },
    { key: 'share', header: t('plan.share'), align: 'right', sort: (v) => v.events / Math.max(1, v.checked), render: (v) => t('plan.share_of', { share: format.share(v.events / Math.max(1, v.checked)), n: format.number(v.checked) }) },
    { key: 'last', header: t('column.last'), align: 'right', minor: 2, sort: (v) => v.last_day, render: (v) => format.date(v.last_day) },
  ];
  return <Table label={t('plan.violations')} columns={columns} rows={violations} rowKey={(v) => `${v.source} ${v.event} ${v.kind} ${v.property ?? ''}`} empty={<Text c="dimmed">{t('plan.no_violations')}</Text>} dense />;
}

function Planned({ events }: { events: PlannedEvent[] }) {
  const { t } = useTexts(texts);
  return (
    <Plain fz="sm" aria-label={t('plan.events')}>
      <Plain.Thead>
        <Plain.Tr>
          <Plain.Th>{t('plan.event')}</Plain.Th>
          <Plain.Th>{t('plan.properties')}</Plain.Th>
        </Plain.Tr>
      </Plain.Thead>
      <Plain.Tbody>
        {events.map((event) => (
          <Plain.Tr key={event.event}>
            <Plain.Td style={{ verticalAlign: 'top' }}>
              <b>{event.event}</b>
              {event.description && <div className={classes.small}>{event.description}</div>}
            </Plain.Td>
            <Plain.Td>
              {event.properties.length === 0
                ? '–'
                : event.properties.map((p) => (
                    <div key={p.name}>
                      <code>{p.name}</code> {t(`type.${p.type ?? 'any'}`)}
                      {p.required && `, ${t('plan.required')}`}
                      {p.values.length > 0 && `: ${p.values.join(', ')}`}
                    </div>
                  ))}
              {event.only_these_properties && <div className={classes.small}>{t('plan.only_properties')}</div>}
            </Plain.Td>
          </Plain.Tr>
        ))}
      </Plain.Tbody>
    </Plain>
  );
}

const begin: TrackingPlanRequest = {
  events: [{ event: 'order_completed', description: '', sources: [], properties: [{ name: 'total', type: 'number', required: true, values: [] }], only_these_properties: false }],
  only_these_events: false,
};

/** The plan as text: people keep plans in files and reviews; what is wrong is said with its place. */
function Editor({ plan, onDone }: { plan: TrackingPlan; onDone: () => void }) {
  const { t } = useTexts(texts);
  const notify = useNotify();
  const [text, setText] = useState(() => JSON.stringify(plan.changed_at === undefined ? begin : plan.plan, null, 2));
  const [wrong, setWrong] = useState<string | null>(null);
  const save = useChange(api.saveTrackingPlan, {
    quiet: true,
    onDone: () => {
      notify.done(t('plan.saved'));
      onDone();
    },
  });
  const submit = () => {
    const read = readPlan(text);
    setWrong(read.problem ?? null);
    if (read.plan) save.mutate({ plan: read.plan, etag: plan.etag });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Textarea className={classes.editor} label={t('plan.text')} description={t('plan.text_hint')} value={text} onChange={(event) => setText(event.currentTarget.value)} autosize minRows={14} maxRows={32} error={wrong && t('plan.no_json', { problem: wrong })} spellCheck={false} />
      <ProblemNote problem={save.error} />
      <Group justify="flex-end" gap="xs" mt="sm">
        <FileButton accept=".json,application/json" onChange={(file) => file && void file.text().then(setText)}>
          {(props) => (
            <Button {...props} variant="default" leftSection={<IconUpload size={15} />}>
              {t('plan.import')}
            </Button>
          )}
        </FileButton>
        <Button variant="default" onClick={onDone}>
          {t('plan.cancel')}
        </Button>
        <Button type="submit" loading={save.isPending}>
          {t('plan.save')}
        </Button>
      </Group>
    </form>
  );
}
