import { Button, Group, Modal, PasswordInput, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconWebhook } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useNavigate } from 'react-router';
import { addresses, api, asProblem, useApi, useChange, useWorkspace, type NewWebhook, type Source, type Webhook } from '@/api';
import { useLocale, useTexts } from '@/i18n';
import { Answer, EmptyState, Pill, ProblemNote, Secret, Section, Table, type Column } from '@/ui';
import { texts } from './de';
import { groupOf, presetName } from './presets';

/** The webhooks of a source, and the way to a new one. */
export function Webhooks({ source }: { source: Source }) {
  const { t, format } = useTexts(texts);
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const hooks = useApi(api.webhooks);
  const [adding, { open, close }] = useDisclosure(false);
  const own = hooks.data?.items.filter((h) => h.source === source.id) ?? [];
  const columns = useMemo<Column<Webhook>[]>(
    () => [
      { key: 'name', header: t('list.name'), sort: (h) => h.name, render: (h) => h.name },
      { key: 'system', header: t('list.system'), sort: (h) => t(presetName(h.preset)), render: (h) => t(presetName(h.preset)) },
      { key: 'state', header: t('list.state'), width: 170, render: (h) => <HookState hook={h} /> },
      { key: 'created', header: t('list.created'), width: 220, minor: 2, sort: (h) => h.created_at, render: (h) => <Text fz="sm" c="dimmed">{t('list.created_by', { date: format.date(h.created_at), name: h.created_by })}</Text> },
    ],
    [t, format],
  );
  const add = (
    <Button variant={own.length > 0 ? 'default' : 'filled'} leftSection={<IconPlus size={17} stroke={1.75} aria-hidden />} onClick={open}>
      {t('list.add')}
    </Button>
  );
  return (
    <Section title={t('list.title')} aside={own.length > 0 && add}>
      <Answer
        of={hooks}
        isEmpty={() => own.length === 0}
        empty={
          <EmptyState icon={IconWebhook} title={t('list.none')} action={add}>
            {t('list.none_text')}
          </EmptyState>
        }
      >
        {() => (
          <Table
            label={t('list.title')}
            columns={columns}
            rows={own}
            rowKey={(h) => h.id}
            rowName={(h) => t('list.open', { name: h.name })}
            onOpen={(h) => void navigate(workspace.to(addresses.webhook(source.id, h.id)))}
          />
        )}
      </Answer>
      <AddDialog source={source.id} opened={adding} onClose={close} />
    </Section>
  );
}

export function HookState({ hook }: { hook: Webhook }) {
  const { t } = useTexts(texts);
  if (!hook.active) return <Pill>{t('state.paused')}</Pill>;
  if (!hook.has_secret) return <Pill tone="signal">{t('state.no_secret')}</Pill>;
  return <Pill tone="good">{t('state.active')}</Pill>;
}

/** Name and system first; a secret that was made is shown once, on the second step. */
function AddDialog({ source, opened, onClose }: { source: string; opened: boolean; onClose: () => void }) {
  const { t } = useTexts(texts);
  const { t: shared } = useLocale();
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const [made, setMade] = useState<NewWebhook | null>(null);
  const go = (hook: Webhook) => void navigate(workspace.to(addresses.webhook(source, hook.id)));
  return (
    <Modal
      opened={opened}
      onClose={made ? () => go(made.webhook) : onClose}
      closeOnClickOutside={!made}
      title={<Text fw={620} fz="lg">{made ? t('new.made_title', { name: made.webhook.name }) : t('new.title')}</Text>}
      closeButtonProps={{ 'aria-label': shared('action.close') }}
    >
      {made ? (
        <Stack gap="md">
          <Text fz="sm">{t('new.made_text')}</Text>
          <Secret value={made.secret ?? ''} label={t('new.secret_label')} />
          <Group justify="flex-end">
            <Button onClick={() => go(made.webhook)}>{t('new.open')}</Button>
          </Group>
        </Stack>
      ) : (
        <AddForm source={source} onMade={(hook) => (hook.secret ? setMade(hook) : go(hook.webhook))} onClose={onClose} />
      )}
    </Modal>
  );
}

function AddForm({ source, onMade, onClose }: { source: string; onMade: (made: NewWebhook) => void; onClose: () => void }) {
  const { t } = useTexts(texts);
  const { t: shared } = useLocale();
  const presets = useApi(api.webhookPresets);
  const add = useChange(api.addWebhook, { quiet: true });
  const [name, setName] = useState('');
  const [preset, setPreset] = useState('generic');
  const [secret, setSecret] = useState('');
  const problem = add.error ? asProblem(add.error) : undefined;
  const chosen = presets.data?.items.find((p) => p.id === preset);
  const choices = (['systems', 'kinds', 'envelopes'] as const).map((group) => ({
    group: t(`new.group_${group}`),
    items: (presets.data?.items ?? []).filter((p) => groupOf(p.id) === group).map((p) => ({ value: p.id, label: t(presetName(p.id)) })),
  }));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate({ source, name: name.trim(), preset, ...(chosen && !chosen.makes_secret && secret.trim() && { secret: secret.trim() }) }, { onSuccess: onMade });
      }}
    >
      <Stack gap="md">
        <ProblemNote problem={problem} />
        <Select label={t('new.system')} data={choices} value={preset} onChange={(value) => setPreset(value ?? 'generic')} allowDeselect={false} searchable maxDropdownHeight={320} />
        <TextInput label={t('new.name')} description={t('new.name_hint')} value={name} onChange={(e) => setName(e.currentTarget.value)} data-autofocus maxLength={80} error={problem?.of('name')} />
        {chosen && !chosen.makes_secret && (
          <PasswordInput label={t('new.secret')} description={t('new.secret_hint')} value={secret} onChange={(e) => setSecret(e.currentTarget.value)} autoComplete="off" error={problem?.of('secret')} />
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {shared('action.cancel')}
          </Button>
          <Button type="submit" loading={add.isPending} disabled={!name.trim() || !chosen}>
            {shared('action.create')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
