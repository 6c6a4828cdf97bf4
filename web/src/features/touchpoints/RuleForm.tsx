import { ActionIcon, Button, Group, MultiSelect, Select, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { api, asProblem, useApi, type Problem, type RuleRequest } from '@/api';
import { useLocale, useTexts } from '@/i18n';
import { ProblemNote } from '@/ui';
import { useNames } from '@/ui/filterbar';
import { useTouchpointActions } from '@/ui/touchpoints';
import { texts } from './de';
import { Preview } from './Preview';

type PropertyCondition = RuleRequest['properties'][number];

/** A new rule: conditions by event type, source and property; the touchpoint that fits; its place. */
export function RuleForm({ touchpoint, onDone }: { touchpoint?: string; onDone: () => void }) {
  const { t } = useTexts(texts);
  const { t: shared } = useLocale();
  const names = useNames();
  const actions = useTouchpointActions();
  const touchpoints = useApi(api.touchpoints).data?.items ?? [];
  const sources = useApi(api.sources).data?.items ?? [];
  const rules = useApi(api.mapping).data?.rules ?? [];
  const [types, setTypes] = useState<string[]>([]);
  const [from, setFrom] = useState<string[]>([]);
  const [properties, setProperties] = useState<PropertyCondition[]>([]);
  const [target, setTarget] = useState<string | null>(touchpoint ?? null);
  const [position, setPosition] = useState('last');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  const known = [...new Set(touchpoints.flatMap((one) => one.event_types))].sort();
  // A rule decides while events are read, so it can only look at what is held in memory.
  const usable = names.dimensions.filter((one) => one.scope === 'event' && one.in_memory && one.id !== 'source');
  const complete = properties.every((one) => one.attribute !== '');
  const ready = target !== null && complete && types.length + from.length + properties.length > 0;
  const edit = (at: number, change: Partial<PropertyCondition>) => setProperties(properties.map((one, i) => (i === at ? { ...one, ...change } : one)));

  const rule: RuleRequest = { event_types: types, sources: from, properties, touchpoint: target ?? '', ...(position === 'last' ? {} : { position: Number(position) }) };
  const submit = () => {
    if (!ready) return;
    setBusy(true);
    setProblem(null);
    actions
      .addRule(rule)
      .then(onDone, (met: unknown) => setProblem(asProblem(met)))
      .finally(() => setBusy(false));
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Stack gap="sm">
        <TagsInput label={t('rules.types')} description={t('rules.types_hint')} data={known} value={types} onChange={setTypes} acceptValueOnBlur />
        {sources.length > 1 && (
          <MultiSelect label={t('rules.sources')} description={t('rules.types_hint')} data={sources.map((one) => ({ value: one.id, label: one.name }))} value={from} onChange={setFrom} />
        )}
        <div>
          <Text fz="sm" fw={500} mb={4}>
            {t('rules.properties')}
          </Text>
          <Stack gap={6}>
            {properties.map((property, i) => (
              <Group key={i} gap={6} wrap="nowrap">
                <Select
                  aria-label={t('rules.property')}
                  placeholder={t('rules.property')}
                  data={usable.map((one) => ({ value: one.id, label: names.attribute(one.id) }))}
                  value={property.attribute || null}
                  onChange={(next) => edit(i, { attribute: next ?? '', value: '' })}
                  allowDeselect={false}
                  style={{ flex: 1 }}
                />
                <ValueInput
                  values={usable.find((one) => one.id === property.attribute)?.values.map((one) => one.value) ?? []}
                  value={property.value}
                  onChange={(value) => edit(i, { value })}
                />
                <ActionIcon aria-label={t('rules.remove_property')} onClick={() => setProperties(properties.filter((_, k) => k !== i))}>
                  <IconX size={16} />
                </ActionIcon>
              </Group>
            ))}
            <Button variant="subtle" size="compact-sm" leftSection={<IconPlus size={14} />} onClick={() => setProperties([...properties, { attribute: '', value: '' }])} style={{ alignSelf: 'flex-start' }}>
              {t('rules.add_property')}
            </Button>
          </Stack>
        </div>
        <Select
          label={t('rules.touchpoint')}
          description={t('rules.touchpoint_hint')}
          data={touchpoints.map((one) => ({ value: one.id, label: one.name }))}
          value={target}
          onChange={setTarget}
          searchable
          required
        />
        {rules.length > 0 && (
          <Select
            label={t('rules.position')}
            data={[
              { value: 'last', label: t('rules.last') },
              ...rules.map((_, i) => ({ value: String(i), label: i === 0 ? t('rules.first') : t('rules.before', { n: i + 1 }) })),
            ]}
            value={position}
            onChange={(next) => setPosition(next ?? 'last')}
            allowDeselect={false}
          />
        )}
        {ready && <Preview change={{ rule }} />}
        <ProblemNote problem={problem} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onDone}>
            {shared('action.cancel')}
          </Button>
          <Button type="submit" disabled={!ready} loading={busy}>
            {t('rules.add')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function ValueInput({ values, value, onChange }: { values: string[]; value: string; onChange: (value: string) => void }) {
  const { t } = useTexts(texts);
  const list = [...new Set(values.filter(Boolean))];
  return (
    <>
      <TextInput aria-label={t('rules.value')} placeholder={t('rules.value')} value={value} onChange={(event) => onChange(event.currentTarget.value)} list={list.length > 0 ? 'rule-values' : undefined} style={{ flex: 1 }} />
      {list.length > 0 && (
        <datalist id="rule-values">
          {list.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
    </>
  );
}
