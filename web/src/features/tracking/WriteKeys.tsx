import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { api, asProblem, useApi, useChange, type NewWriteKey, type Source, type WriteKey } from '@/api';
import { useLocale, useTexts } from '@/i18n';
import { Answer, Confirm, EmptyState, ProblemNote, Secret, Section, Table, useNotify, useNow, type Column } from '@/ui';
import { texts } from './de';

/** The keys of a source: made, shown once, revoked. */
export function WriteKeys({ source, onMade }: { source: Source; onMade: (secret: string) => void }) {
  const { t } = useTexts(texts);
  const keys = useApi(api.writeKeys);
  const [adding, { open, close }] = useDisclosure(false);
  const own = keys.data?.items.filter((k) => k.source === source.id) ?? [];
  const add = (
    <Button leftSection={<IconPlus size={17} stroke={1.75} aria-hidden />} onClick={open}>
      {t('keys.add')}
    </Button>
  );
  return (
    <Section title={t('keys.title')} aside={own.length > 0 && add}>
      <Answer
        of={keys}
        isEmpty={() => own.length === 0}
        empty={
          <EmptyState icon={IconKey} title={t('keys.none')} action={add}>
            {t('keys.none_text')}
          </EmptyState>
        }
      >
        {() => <Keys keys={own} />}
      </Answer>
      <AddKeyDialog source={source.id} opened={adding} onMade={onMade} onClose={close} />
    </Section>
  );
}

function Keys({ keys }: { keys: WriteKey[] }) {
  const { t, format } = useTexts(texts);
  const notify = useNotify();
  const now = useNow();
  const [revoking, setRevoking] = useState<WriteKey | null>(null);
  const revoke = useChange(api.deleteWriteKey, { quiet: true });
  const columns = useMemo<Column<WriteKey>[]>(
    () => [
      { key: 'name', header: t('keys.name'), sort: (k) => k.name, render: (k) => k.name },
      { key: 'key', header: t('keys.key'), width: 150, render: (k) => <Text fz="sm" c="dimmed">{t.rich('keys.ends_with', { hint: <code>{k.hint}</code> })}</Text> },
      { key: 'created', header: t('keys.created'), width: 200, sort: (k) => k.created_at, render: (k) => <Text fz="sm" c="dimmed">{t('keys.created_by', { date: format.date(k.created_at), name: k.created_by })}</Text> },
      { key: 'used', header: t('keys.used'), width: 140, sort: (k) => k.last_used_at, render: (k) => <Text fz="sm" c="dimmed">{k.last_used_at ? format.ago(k.last_used_at, now) : t('keys.not_used')}</Text> },
      {
        key: 'revoke',
        header: '',
        label: t('keys.revoke'),
        align: 'right',
        width: 110,
        render: (k) => (
          <Button size="compact-sm" variant="subtle" color="red" onClick={() => setRevoking(k)} aria-label={t('keys.revoke_of', { name: k.name })}>
            {t('keys.revoke')}
          </Button>
        ),
      },
    ],
    [t, format, now],
  );
  return (
    <>
      <Table label={t('keys.title')} columns={columns} rows={keys} rowKey={(k) => k.id} />
      <Confirm
        opened={revoking !== null}
        title={t('keys.revoke_title', { name: revoking?.name ?? '' })}
        action={t('keys.revoke')}
        onClose={() => setRevoking(null)}
        onConfirm={async () => {
          if (!revoking) return;
          await revoke.mutateAsync({ id: revoking.id });
          notify.done(t('keys.revoked', { name: revoking.name }));
        }}
      >
        <Text fz="sm">{t('keys.revoke_text')}</Text>
      </Confirm>
    </>
  );
}

/** Names the key first; its secret is shown once, on the second step. */
function AddKeyDialog({ source, opened, onMade, onClose }: { source: string; opened: boolean; onMade: (secret: string) => void; onClose: () => void }) {
  const { t } = useTexts(texts);
  const { t: shared } = useLocale();
  const [made, setMade] = useState<NewWriteKey | null>(null);
  const close = () => {
    setMade(null);
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      closeOnClickOutside={!made}
      title={<Text fw={620} fz="lg">{made ? t('keys.made_title', { name: made.write_key.name }) : t('keys.add')}</Text>}
      closeButtonProps={{ 'aria-label': shared('action.close') }}
    >
      {made ? (
        <Stack gap="md">
          <Text fz="sm">{t('keys.made_text')}</Text>
          <Secret value={made.secret} label={t('keys.secret')} />
          <Group justify="flex-end">
            <Button onClick={close}>{t('keys.noted')}</Button>
          </Group>
        </Stack>
      ) : (
        <AddKeyForm
          source={source}
          onMade={(key) => {
            setMade(key);
            onMade(key.secret);
          }}
          onClose={close}
        />
      )}
    </Modal>
  );
}

function AddKeyForm({ source, onMade, onClose }: { source: string; onMade: (made: NewWriteKey) => void; onClose: () => void }) {
  const { t } = useTexts(texts);
  const { t: shared } = useLocale();
  const add = useChange(api.addWriteKey, { quiet: true });
  const [name, setName] = useState('');
  const problem = add.error ? asProblem(add.error) : undefined;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        add.mutate({ source, name: name.trim() }, { onSuccess: onMade });
      }}
    >
      <Stack gap="md">
        <ProblemNote problem={problem} />
        <TextInput label={t('keys.name')} description={t('keys.name_hint')} value={name} onChange={(e) => setName(e.currentTarget.value)} data-autofocus maxLength={80} error={problem?.of('name')} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {shared('action.cancel')}
          </Button>
          <Button type="submit" loading={add.isPending} disabled={!name.trim()}>
            {shared('action.create')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
