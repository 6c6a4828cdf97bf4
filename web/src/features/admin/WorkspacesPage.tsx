import { Anchor, Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { asProblem, useMe, useWorkspace, useWorkspaceChanges, type Membership } from '@/api';
import { useLocale, useTexts } from '@/i18n';
import { Confirm, Note, Page, Pill, ProblemNote, Section, Table, useNotify, type Column } from '@/ui';
import { texts } from './de';
import { NewWorkspaceDialog } from './NewWorkspaceDialog';
import { TimeZoneSelect } from './TimeZoneSelect';

export function Component() {
  const { t } = useTexts(texts);
  const { t: shared } = useLocale();
  const me = useMe();
  const workspace = useWorkspace();
  const [making, { open, close }] = useDisclosure(false);
  return (
    <Page
      title={t('workspace.title')}
      answer={t.rich('workspace.answer', { count: me.workspaces.length })}
      actions={
        me.operator_of_server && (
          <Button leftSection={<IconPlus size={17} stroke={1.75} aria-hidden />} onClick={open}>
            {shared('top.new_workspace')}
          </Button>
        )
      }
      width="narrow"
    >
      <Section title={t('workspace.this')}>
        {workspace.may('administer') ? <Settings key={workspace.id} workspace={workspace} /> : <Note>{t('workspace.read_only')}</Note>}
      </Section>
      <Section title={t('workspace.all')}>
        <Workspaces />
      </Section>
      <NewWorkspaceDialog opened={making} onClose={close} />
    </Page>
  );
}

function Settings({ workspace }: { workspace: Membership }) {
  const { t } = useTexts(texts);
  const { t: shared } = useLocale();
  const notify = useNotify();
  const { patch } = useWorkspaceChanges();
  const [name, setName] = useState(workspace.name);
  const [zone, setZone] = useState(workspace.time_zone);
  const [language, setLanguage] = useState(workspace.language);
  const problem = patch.error ? asProblem(patch.error) : undefined;
  const changed = name.trim() !== workspace.name || zone !== workspace.time_zone || language !== workspace.language;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        patch.mutate({ id: workspace.id, patch: { name: name.trim(), time_zone: zone, language } }, { onSuccess: () => notify.done(t('workspace.saved')) });
      }}
    >
      <Stack gap="md" maw={480}>
        <ProblemNote problem={problem} />
        <TextInput label={t('workspace.name')} value={name} onChange={(e) => setName(e.currentTarget.value)} maxLength={80} error={problem?.of('name')} />
        <TimeZoneSelect value={zone} onChange={setZone} />
        <Select
          label={t('workspace.language')}
          description={t('workspace.language_hint')}
          value={language}
          onChange={(v) => v && setLanguage(v)}
          allowDeselect={false}
          data={[
            { value: 'de', label: shared('language.de') },
            { value: 'en', label: shared('language.en') },
          ]}
        />
        <Group>
          <Button type="submit" disabled={!changed || !name.trim()} loading={patch.isPending}>
            {shared('action.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Workspaces() {
  const { t } = useTexts(texts);
  const { t: shared } = useLocale();
  const me = useMe();
  const here = useWorkspace();
  const navigate = useNavigate();
  const notify = useNotify();
  const { remove } = useWorkspaceChanges();
  const [deleting, setDeleting] = useState<Membership | null>(null);
  const columns = useMemo<Column<Membership>[]>(
    () => [
      {
        key: 'name',
        header: t('workspace.name'),
        sort: (w) => w.name,
        render: (w) => (
          <Group gap="xs">
            <Anchor component={Link} to={`/w/${w.slug}`} fz="sm" fw={550} underline="hover">
              {w.name}
            </Anchor>
            {w.id === here.id && <Pill tone="accent">{t('workspace.open')}</Pill>}
            {w.is_demo && <Pill tone="signal">{shared('top.demo')}</Pill>}
          </Group>
        ),
      },
      { key: 'address', header: t('workspace.address'), render: (w) => <Text fz="sm" c="dimmed">/w/{w.slug}</Text> },
      { key: 'zone', header: t('workspace.zone'), render: (w) => <Text fz="sm" c="dimmed">{w.time_zone}</Text> },
      { key: 'role', header: t('workspace.role'), render: (w) => shared(`role.${w.role}`) },
      ...(me.operator_of_server
        ? [
            {
              key: 'delete',
              header: '',
              label: t('workspace.delete'),
              align: 'right' as const,
              render: (w: Membership) => (
                <Button size="compact-sm" variant="subtle" color="red" onClick={() => setDeleting(w)} aria-label={t('workspace.delete_of', { name: w.name })}>
                  {shared('action.delete')}
                </Button>
              ),
            },
          ]
        : []),
    ],
    [t, shared, here.id, me.operator_of_server],
  );
  return (
    <>
      <Table label={t('workspace.all')} columns={columns} rows={me.workspaces} rowKey={(w) => w.id} />
      <Confirm
        opened={deleting !== null}
        title={t('workspace.delete_title', { name: deleting?.name ?? '' })}
        action={t('workspace.delete')}
        word={deleting?.name}
        onClose={() => setDeleting(null)}
        onConfirm={async () => {
          if (!deleting) return;
          await remove.mutateAsync({ id: deleting.id });
          notify.done(t('workspace.deleted', { name: deleting.name }));
          if (deleting.id === here.id) void navigate('/');
        }}
      >
        <Text fz="sm">{t('workspace.delete_text')}</Text>
      </Confirm>
    </>
  );
}
