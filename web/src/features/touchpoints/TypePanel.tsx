import { Anchor, Button, Group, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { addresses, api, useApi, useChange, useWorkspace, type EventType } from '@/api';
import { useTexts } from '@/i18n';
import { Answer, LoadingLines, Section, SidePanel } from '@/ui';
import { useTouchpointActions } from '@/ui/touchpoints';
import { texts } from './de';
import { Preview } from './Preview';
import classes from './touchpoints.module.css';

/** One event type: what it looks like, and where it belongs. */
export function TypePanel({ type, all, onClose }: { type: EventType; all: readonly EventType[]; onClose: () => void }) {
  const { t, format } = useTexts(texts);
  const workspace = useWorkspace();
  const may = workspace.may('edit_touchpoints');
  return (
    <SidePanel kind={t('types.kind')} title={type.name} onClose={onClose}>
      <Text fz="sm">
        {t('panel.volume', { events: format.number(type.events), customers: type.customers === undefined ? t('preview.few') : format.number(type.customers) })}
        {type.first && type.last && `, ${t('panel.period', { first: format.date(type.first), last: format.date(type.last) })}`}
      </Text>
      <ul className={classes.types} style={{ marginTop: 8 }}>
        {type.sources.map((source) => (
          <li key={source.id}>
            {source.name} {format.number(source.events)}
          </li>
        ))}
      </ul>
      <Section title={t('types.belongs')}>
        {type.touchpoints.map((touchpoint) =>
          touchpoint.mapped ? (
            <div key={touchpoint.id}>
              <Anchor component={Link} to={workspace.to(addresses.touchpoint(touchpoint.id))} fz="sm">
                {touchpoint.name}
              </Anchor>{' '}
              <Text span fz="sm" c="dimmed">
                {format.number(touchpoint.events)}
              </Text>
            </div>
          ) : (
            <Text key={touchpoint.id} fz="sm">
              {t('types.open_events', { count: touchpoint.events })}
            </Text>
          ),
        )}
      </Section>
      {may && type.events_not_assigned > 0 && <Assign type={type} all={all} onDone={onClose} />}
      {workspace.may('see_customers') && (
        <Section title={t('types.samples')}>
          <Samples id={type.id} />
        </Section>
      )}
    </SidePanel>
  );
}

function Assign({ type, all, onDone }: { type: EventType; all: readonly EventType[]; onDone: () => void }) {
  const { t, format } = useTexts(texts);
  const actions = useTouchpointActions();
  const touchpoints = useApi(api.touchpoints).data?.items ?? [];
  const [target, setTarget] = useState<string | null>(type.suggestions[0]?.id ?? null);
  const [busy, setBusy] = useState(false);
  const putAside = useChange(api.putAside, { onDone });
  const takeUp = useChange(api.takeUp);
  const alike = all.filter((one) => one.id !== type.id && one.group !== undefined && one.group === type.group && one.events_not_assigned > 0);
  const run = (work: () => Promise<void>) => {
    setBusy(true);
    void work()
      .then(onDone, () => undefined)
      .finally(() => setBusy(false));
  };
  const into = touchpoints.find((one) => one.id === target);
  const suggestion = type.suggestions.find((one) => one.id === target);
  return (
    <Section title={t('types.assign')}>
      <Stack gap="sm">
        <Select
          label={t('types.map')}
          description={suggestion ? t('types.because', { by: suggestion.by, score: format.share(suggestion.score) }) : t('types.map_hint')}
          data={[
            ...(type.suggestions.length > 0 ? [{ group: t('types.suggested'), items: type.suggestions.map((one) => ({ value: one.id, label: one.name })) }] : []),
            { group: t('types.others'), items: touchpoints.filter((one) => one.mapped && !type.suggestions.some((s) => s.id === one.id)).map((one) => ({ value: one.id, label: one.name })) },
          ]}
          value={target}
          onChange={setTarget}
          searchable
          clearable
        />
        {target && <Preview change={{ merge: { touchpoints: [type.id], into: target } }} />}
        <Group gap="xs">
          <Button size="compact-md" disabled={!into} loading={busy} onClick={() => into && run(() => actions.merge(into, [type.id]))}>
            {t('types.map_do')}
          </Button>
          <Button size="compact-md" variant="default" disabled={busy} onClick={() => run(() => actions.adopt([type]))}>
            {t('types.adopt')}
          </Button>
          <Button size="compact-md" variant="subtle" disabled={busy} loading={putAside.isPending || takeUp.isPending} onClick={() => (type.put_aside ? takeUp : putAside).mutate({ id: type.id })}>
            {type.put_aside ? t('types.take_up') : t('types.put_aside')}
          </Button>
        </Group>
        {alike.length > 0 && (
          <div>
            <Text fz="sm">{t('types.alike', { names: format.list(alike.map((one) => `„${one.name}“`)) })}</Text>
            <Button size="compact-sm" variant="default" mt={4} disabled={busy} onClick={() => run(() => actions.merge(type, alike.map((one) => one.id)))}>
              {t('types.merge_alike', { count: alike.length })}
            </Button>
          </div>
        )}
      </Stack>
    </Section>
  );
}

function Samples({ id }: { id: string }) {
  const { t, format } = useTexts(texts);
  const workspace = useWorkspace();
  const answer = useApi(api.eventSamples, { id });
  return (
    <Answer of={answer} loading={<LoadingLines lines={4} height={20} />} isEmpty={(data) => data.samples.length === 0} empty={<Text fz="sm" c="dimmed">{t('types.no_samples')}</Text>}>
      {(data) => (
        <Stack gap={8}>
          {data.samples.slice(0, 5).map((sample) => (
            <div key={`${sample.customer} ${sample.time}`} className={classes.sample}>
              <div>
                {format.time(sample.time)}{' '}
                <Anchor component={Link} to={workspace.to(addresses.customer(sample.customer))} fz="xs">
                  {sample.customer.slice(0, 11)}…
                </Anchor>
              </div>
              <div>
                {[
                  ['channel', sample.channel] as const,
                  ['direction', sample.direction] as const,
                  ['unit', sample.unit] as const,
                  ...Object.entries(sample.attributes),
                ]
                  .filter(([, value]) => value)
                  .map(([name, value]) => (
                    <span key={name}>
                      <b>{name}</b> {value}
                    </span>
                  ))}
              </div>
            </div>
          ))}
        </Stack>
      )}
    </Answer>
  );
}
