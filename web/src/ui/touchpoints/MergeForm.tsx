import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTexts } from '@/i18n';
import { TouchpointPicker, useNames } from '../filterbar';
import { ProblemNote } from '../States';
import { useTouchpointActions } from './actions';
import { touchpointTexts } from './texts';

/** Joins others into a touchpoint; one that is not assigned yet is adopted by it. */
export function MergeForm({ into, initial = [], onDone }: { into: { id: string; name: string }; initial?: string[]; onDone?: () => void }) {
  const { t } = useTexts(touchpointTexts);
  const names = useNames();
  const actions = useTouchpointActions();
  const [others, setOthers] = useState<string[]>(initial);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const rest = { ...names, touchpoints: names.touchpoints.filter((one) => one.id !== into.id) };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setBusy(true);
        setProblem(null);
        actions
          .merge(into, others)
          .then(() => {
            setOthers([]);
            onDone?.();
          }, setProblem)
          .finally(() => setBusy(false));
      }}
    >
      <Stack gap="sm">
        <TouchpointPicker label={t('action.merge_pick')} value={others} onChange={setOthers} names={rest} />
        <Text fz="xs" c="dimmed">
          {t('action.merge_hint', { name: into.name })}
        </Text>
        <ProblemNote problem={problem} />
        <Group justify="flex-end">
          <Button type="submit" variant="default" loading={busy} disabled={others.length === 0}>
            {t('action.merge_do', { count: others.length })}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
