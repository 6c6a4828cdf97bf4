import { Button, Group, Modal, NumberInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { api, useApi, useChange, useWorkspace, type ComputedAttribute, type ComputedDefinition, type ComputedKind } from '@/api';
import { useTexts } from '@/i18n';
import { LoadingLines, ProblemNote, useNotify } from '@/ui';
import { TouchpointPicker, useNames } from '@/ui/filterbar';
import { texts } from './de';

const kinds: ComputedKind[] = ['events', 'value_sum', 'first_contact', 'last_contact', 'days_since_last', 'most_used_channel', 'instances'];

/** Defines a computed attribute; shows at once what it gives. */
export function AttributeDialog({ attribute, onClose }: { attribute: ComputedAttribute | undefined; onClose: () => void }) {
  const { t } = useTexts(texts);
  const notify = useNotify();
  const workspace = useWorkspace();
  const names = useNames();
  const old = attribute?.definition;
  const [name, setName] = useState(attribute?.name ?? '');
  const [kind, setKind] = useState<ComputedKind>(old?.kind ?? 'events');
  const [touchpoints, setTouchpoints] = useState(old?.touchpoints ?? []);
  const [value, setValue] = useState<string | null>(old?.value_of ?? 'cost');
  const [days, setDays] = useState<number | string>(old?.days ?? '');
  const plain = kind === 'instances';
  const definition: ComputedDefinition = {
    kind,
    touchpoints: plain ? [] : touchpoints,
    ...(kind === 'value_sum' && value ? { value_of: value } : {}),
    ...(plain || days === '' ? {} : { days: Number(days) }),
  };
  const saved = (one: ComputedAttribute) => {
    notify.done(t('form.saved', { name: one.name }));
    onClose();
  };
  const add = useChange(api.addComputed, { quiet: true, onDone: saved });
  const edit = useChange(api.editComputed, { quiet: true, onDone: saved });
  const remove = useChange(api.deleteComputed, {
    quiet: true,
    onDone: () => {
      notify.done(t('form.deleted', { name: attribute?.name ?? '' }));
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={t(attribute ? 'form.edit' : 'form.new')} size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const wanted = { name: name.trim(), definition };
          if (attribute) edit.mutate({ id: attribute.id, etag: attribute.etag, attribute: wanted });
          else add.mutate(wanted);
        }}
      >
        <Stack gap="md">
          <TextInput label={t('form.name')} value={name} maxLength={80} required data-autofocus onChange={(event) => setName(event.currentTarget.value)} />
          <Select label={t('form.kind')} value={kind} allowDeselect={false} onChange={(next) => setKind(next as ComputedKind)} data={kinds.map((one) => ({ value: one, label: t(`kind.${one}`) }))} />
          {kind === 'value_sum' && (
            <Select
              label={t('form.value')}
              description={t('form.value_hint')}
              searchable
              allowDeselect={false}
              value={value}
              onChange={setValue}
              data={[{ value: 'cost', label: t('cost') }, ...names.dimensions.filter((one) => one.id.startsWith('at_')).map((one) => ({ value: one.id, label: one.name }))]}
            />
          )}
          {!plain && (
            <>
              <TouchpointPicker label={t('form.touchpoints')} value={touchpoints} onChange={setTouchpoints} names={names} />
              <NumberInput label={t('form.days')} value={days} onChange={setDays} min={1} max={36525} w={220} />
            </>
          )}
          {workspace.may('see_customers') && <Preview definition={definition} />}
          <ProblemNote problem={add.error ?? edit.error ?? remove.error} />
          <Group justify="space-between">
            {attribute ? (
              <Button variant="default" loading={remove.isPending} onClick={() => remove.mutate({ id: attribute.id })}>
                {t('form.delete')}
              </Button>
            ) : (
              <span />
            )}
            <Button type="submit" loading={add.isPending || edit.isPending} disabled={name.trim() === ''}>
              {t('form.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function Preview({ definition }: { definition: ComputedDefinition }) {
  const { t, format } = useTexts(texts);
  const [asked] = useDebouncedValue(JSON.stringify(definition), 250);
  const answer = useApi(api.computedSummary, { definition: JSON.parse(asked) as ComputedDefinition });
  const data = answer.data;
  return (
    <div aria-live="polite">
      <Text fz="sm" fw={600}>
        {t('preview.title')}
      </Text>
      {answer.error ? (
        <ProblemNote problem={answer.error} />
      ) : !data ? (
        <LoadingLines lines={2} />
      ) : (
        <Text fz="sm" c="dimmed">
          {t('preview.with', { with: format.number(data.with_value), all: format.number(data.customers) })}{' '}
          {data.min !== undefined &&
            t('preview.numbers', { min: format.number(data.min, 2), median: format.number(data.median ?? 0, 2), mean: format.number(data.mean ?? 0, 2), max: format.number(data.max ?? 0, 2) })}
        </Text>
      )}
    </div>
  );
}
