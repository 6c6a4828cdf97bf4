import { Autocomplete, Button, Group, SegmentedControl, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api, asProblem, useApi, type Direction, type Problem, type Touchpoint, type TouchpointPatch } from '@/api';
import { useTexts } from '@/i18n';
import { useChannelName } from '../ChannelIcon';
import { ProblemNote } from '../States';
import { useTouchpointActions } from './actions';
import { touchpointTexts } from './texts';

const usual = ['web', 'app', 'portal', 'mail', 'letter', 'phone', 'chat', 'shop', 'sms', 'social', 'field', 'system'];
const noTouchpoints: Touchpoint[] = [];

/** Name, channel, owner, direction and description; saving one that is not assigned yet adopts it. */
export function TouchpointForm({ touchpoint, onDone }: { touchpoint: Touchpoint; onDone?: () => void }) {
  const { t } = useTexts(touchpointTexts);
  const actions = useTouchpointActions();
  const channelName = useChannelName();
  const all = useApi(api.touchpoints).data?.items ?? noTouchpoints;
  const [name, setName] = useState(touchpoint.name);
  const [channel, setChannel] = useState(touchpoint.channel ? channelName(touchpoint.channel) : '');
  const [owner, setOwner] = useState(touchpoint.owner ?? '');
  const [direction, setDirection] = useState<Direction>(touchpoint.direction);
  const [description, setDescription] = useState(touchpoint.description ?? '');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  // Channels are stored by the word that the palette knows, and shown in the user's language.
  const words = new Map<string, string>();
  for (const word of [...usual, ...all.flatMap((one) => (one.channel ? [one.channel] : []))]) {
    if (!words.has(channelName(word))) words.set(channelName(word), word);
  }
  const owners = [...new Set(all.flatMap((one) => (one.owner ? [one.owner] : [])))].sort();

  const submit = async () => {
    const word = channel.trim() === '' ? '' : (words.get(channel.trim()) ?? channel.trim());
    const wanted: TouchpointPatch = { name: name.trim(), channel: word, owner: owner.trim(), description: description.trim(), direction };
    const old: TouchpointPatch = {
      name: touchpoint.mapped ? touchpoint.name : undefined,
      channel: touchpoint.channel ?? '',
      owner: touchpoint.owner ?? '',
      description: touchpoint.description ?? '',
      direction: touchpoint.direction,
    };
    const patch = Object.fromEntries(Object.entries(wanted).filter(([key, value]) => old[key as keyof TouchpointPatch] !== value)) as TouchpointPatch;
    setBusy(true);
    setProblem(null);
    try {
      await actions.save(touchpoint, patch);
      onDone?.();
    } catch (met) {
      setProblem(asProblem(met));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <Stack gap="sm">
        <TextInput label={t('field.name')} value={name} maxLength={120} required onChange={(event) => setName(event.currentTarget.value)} error={problem?.of('name')} />
        <Autocomplete label={t('field.channel')} description={t('field.channel_hint')} value={channel} onChange={setChannel} data={[...words.keys()]} maxLength={60} error={problem?.of('channel')} />
        <Autocomplete label={t('field.owner')} description={t('field.owner_hint')} value={owner} onChange={setOwner} data={owners} maxLength={120} error={problem?.of('owner')} />
        <div>
          <Text fz="sm" fw={500} mb={4}>
            {t('field.direction')}
          </Text>
          <SegmentedControl
            fullWidth
            aria-label={t('field.direction')}
            value={direction}
            onChange={(next) => setDirection(next as Direction)}
            data={(['none', 'by_us', 'by_customer', 'by_partner', 'by_machine'] as const).map((value) => ({ value, label: t(`direction.${value}`) }))}
          />
        </div>
        <Textarea label={t('field.description')} value={description} onChange={(event) => setDescription(event.currentTarget.value)} autosize minRows={2} maxRows={8} maxLength={4000} />
        {problem && !problem.of('name') && !problem.of('channel') && !problem.of('owner') && <ProblemNote problem={problem} />}
        <Group justify="flex-end">
          <Button type="submit" loading={busy} disabled={name.trim() === ''}>
            {touchpoint.mapped ? t('action.save') : t('action.adopt')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
