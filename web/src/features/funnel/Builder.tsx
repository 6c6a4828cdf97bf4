import { ActionIcon, Button, Group, SegmentedControl, Select, Stack, Text, Tooltip } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { useTexts } from '@/i18n';
import { Note } from '@/ui';
import { DurationInput, TouchpointPicker, useNames } from '@/ui/filterbar';
import { texts } from './de';
import { repeated, stepsMax, type FunnelView, type Touchpoint } from './definition';
import classes from './funnel.module.css';

/** Steps, time, order, exclusions; nothing is asked of the server until they are applied. */
export function Builder({ view, onApply, onCancel }: { view: FunnelView; onApply: (view: FunnelView) => void; onCancel: () => void }) {
  const { t } = useTexts(texts);
  const names = useNames();
  const [draft, setDraft] = useState({ ...view, window: view.window as number | undefined });
  const named = (ids: string[], before: Touchpoint[]): Touchpoint[] =>
    ids.map((id) => before.find((one) => one.id === id) ?? { id, name: names.touchpoint(id)?.name ?? id });
  // One that is gone stays in the list under its old name, so that it can be taken out.
  const offered = (list: Touchpoint[]) => ({
    ...names,
    touchpoints: [...names.touchpoints, ...list.filter((one) => !names.touchpoint(one.id)).map((one) => ({ ...one, mapped: false }))],
  });
  const setSteps = (steps: Touchpoint[][]) =>
    setDraft({ ...draft, steps, exclusions: draft.exclusions.map((one) => ({ ...one, before: Math.min(one.before, steps.length) })).filter((one) => one.after < one.before) });
  const move = (from: number, to: number) => {
    const steps = [...draft.steps];
    const [step] = steps.splice(from, 1);
    steps.splice(to, 0, step!);
    setSteps(steps);
  };
  const twice = repeated(draft.steps);
  const ready = draft.steps.length >= 2 && draft.steps.every((step) => step.length > 0) && (draft.window ?? 0) > 0 && draft.exclusions.every((one) => one.touchpoints.length > 0);
  const numbers = draft.steps.map((_, k) => ({ value: String(k + 1), label: t('build.step', { number: k + 1 }) }));

  return (
    <form
      className={classes.builder}
      aria-label={t('build.title')}
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) onApply({ ...draft, window: draft.window!, exclusions: draft.mode === 'any_order' ? [] : draft.exclusions });
      }}
    >
      <ol className={classes.buildSteps}>
        {draft.steps.map((step, k) => (
          <li key={k}>
            <div className={classes.grow}>
              <TouchpointPicker label={t('build.step', { number: k + 1 })} value={step.map((one) => one.id)} names={offered(step)} onChange={(ids) => setSteps(draft.steps.map((old, i) => (i === k ? named(ids, old) : old)))} />
            </div>
            <Group gap={2} wrap="nowrap">
              <Move label={t('build.up', { number: k + 1 })} disabled={k === 0} icon={<IconArrowUp size={17} />} onClick={() => move(k, k - 1)} />
              <Move label={t('build.down', { number: k + 1 })} disabled={k === draft.steps.length - 1} icon={<IconArrowDown size={17} />} onClick={() => move(k, k + 1)} />
              <Move label={t('build.remove', { number: k + 1 })} disabled={draft.steps.length <= 2} icon={<IconTrash size={17} />} onClick={() => setSteps(draft.steps.filter((_, i) => i !== k))} />
            </Group>
          </li>
        ))}
      </ol>
      <Group gap="xs">
        <Button variant="default" size="compact-md" leftSection={<IconPlus size={15} />} disabled={draft.steps.length >= stepsMax} onClick={() => setSteps([...draft.steps, []])}>
          {t('build.add')}
        </Button>
        <Text fz="xs" c="dimmed">
          {t('build.several')}
        </Text>
      </Group>
      {twice.length > 0 && <Note>{t('build.twice', { names: twice.join(', ') })}</Note>}

      <div className={classes.buildOptions}>
        <DurationInput label={t('build.window')} seconds={draft.window} onChange={(window) => setDraft((old) => ({ ...old, window }))} />
        <div>
          <Text component="div" fz="sm" fw={500} mb={4} id="funnel-mode">
            {t('build.mode')}
          </Text>
          <SegmentedControl
            aria-labelledby="funnel-mode"
            value={draft.mode}
            onChange={(mode) => setDraft({ ...draft, mode: mode as FunnelView['mode'] })}
            data={(['ordered', 'strict', 'any_order'] as const).map((value) => ({ value, label: t(`mode.${value}`) }))}
          />
          <Text fz="xs" c="dimmed" mt={4}>
            {t(`mode.${draft.mode}_hint`)}
          </Text>
        </div>
      </div>

      {draft.mode !== 'any_order' && (
        <Stack gap="xs">
          {draft.exclusions.map((exclusion, x) => {
            const change = (part: Partial<typeof exclusion>) => setDraft({ ...draft, exclusions: draft.exclusions.map((old, i) => (i === x ? { ...old, ...part } : old)) });
            return (
              <Group key={x} gap="xs" align="flex-end" wrap="wrap">
                <div className={classes.grow}>
                  <TouchpointPicker label={t('build.exclusion')} value={exclusion.touchpoints.map((one) => one.id)} names={offered(exclusion.touchpoints)} onChange={(ids) => change({ touchpoints: named(ids, exclusion.touchpoints) })} />
                </div>
                <Select label={t('build.after')} w={120} allowDeselect={false} data={numbers.slice(0, -1)} value={String(exclusion.after)} onChange={(value) => change({ after: Number(value), before: Math.max(exclusion.before, Number(value) + 1) })} />
                <Select label={t('build.before')} w={120} allowDeselect={false} data={numbers.slice(exclusion.after)} value={String(exclusion.before)} onChange={(value) => change({ before: Number(value) })} />
                <Move label={t('build.remove_exclusion')} icon={<IconTrash size={17} />} onClick={() => setDraft({ ...draft, exclusions: draft.exclusions.filter((_, i) => i !== x) })} />
              </Group>
            );
          })}
          <Group gap="xs">
            <Button variant="default" size="compact-md" leftSection={<IconPlus size={15} />} disabled={draft.exclusions.length >= stepsMax} onClick={() => setDraft({ ...draft, exclusions: [...draft.exclusions, { touchpoints: [], after: 1, before: draft.steps.length }] })}>
              {t('build.add_exclusion')}
            </Button>
            <Text fz="xs" c="dimmed">
              {t('build.exclusion_hint')}
            </Text>
          </Group>
        </Stack>
      )}
      <Group gap="xs" justify="flex-end">
        <Button variant="default" onClick={onCancel}>
          {t('build.cancel')}
        </Button>
        <Button type="submit" disabled={!ready}>
          {t('build.apply')}
        </Button>
      </Group>
    </form>
  );
}

function Move({ label, icon, disabled, onClick }: { label: string; icon: React.ReactNode; disabled?: boolean; onClick: () => void }) {
  return (
    <Tooltip label={label}>
      <ActionIcon aria-label={label} variant="subtle" color="gray" size="lg" disabled={disabled} onClick={onClick}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}
