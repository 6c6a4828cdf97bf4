import { ActionIcon, Avatar, Button, Group, Select, Text, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconUserMinus, IconUserPlus } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { api, useApi, useChange, useMe, useWorkspace, type Member, type Role } from '@/api';
import { useLocale, useTexts } from '@/i18n';
import { Answer, Confirm, Page, Pill, Section, Table, useNotify, useNow, useRestrictionText, type Column } from '@/ui';
import { AddPersonDialog } from './AddPersonDialog';
import classes from './admin.module.css';
import { RestrictionDialog } from './RestrictionDialog';
import { texts } from './de';
import { roles } from './roles';

export function Component() {
  const { t } = useTexts(texts);
  const workspace = useWorkspace();
  const members = useApi(api.members);
  const [adding, { open, close }] = useDisclosure(false);
  return (
    <Page
      title={t('people.title')}
      answer={members.data && t.rich('people.answer', { count: members.data.items.length, workspace: workspace.name })}
      actions={
        <Button leftSection={<IconUserPlus size={17} stroke={1.75} aria-hidden />} onClick={open}>
          {t('people.add')}
        </Button>
      }
    >
      <Section>
        <Answer of={members}>{(list) => <People members={list.items} />}</Answer>
      </Section>
      <Section title={t('people.roles')}>
        <RoleList />
      </Section>
      <AddPersonDialog opened={adding} onClose={close} />
    </Page>
  );
}

function RoleList() {
  const { t } = useTexts(texts);
  const { t: shared } = useLocale();
  return (
    <>
      <Text fz="sm" c="dimmed" mb="xs">
        {t('people.how')}
      </Text>
      <dl className={classes.roles}>
        {roles.map((role) => (
          <div key={role}>
            <dt>{shared(`role.${role}`)}</dt>
            <dd>{t(`role.${role}.text`)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function People({ members }: { members: Member[] }) {
  const { t, format } = useTexts(texts);
  const { t: shared } = useLocale();
  const me = useMe();
  const now = useNow();
  const notify = useNotify();
  const workspace = useWorkspace();
  const restrictionText = useRestrictionText();
  const [restricting, setRestricting] = useState<Member | null>(null);
  const [removing, setRemoving] = useState<Member | null>(null);
  const setRole = useChange(api.editMember, {
    optimistic: (cache, { user_id, role }) =>
      cache.edit(api.members, undefined as void, (list) => ({ ...list, items: list.items.map((m) => (m.user_id === user_id ? { ...m, role } : m)) })),
  });
  const remove = useChange(api.removeMember, { quiet: true });
  const changeRole = setRole.mutate;
  const changeRoleLater = setRole.mutateAsync;

  const columns = useMemo<Column<Member>[]>(
    () => [
      {
        key: 'name',
        header: t('people.name'),
        sort: (m) => m.name || m.email,
        render: (m) => (
          <Group gap="sm" wrap="nowrap">
            <Avatar size={32} radius="xl" color="teal" variant="light" name={m.name || m.email} aria-hidden />
            <div style={{ minWidth: 0 }}>
              <Text fz="sm" fw={550} truncate>
                {m.name || m.email} {m.user_id === me.id && <Pill>{t('people.you')}</Pill>}
              </Text>
              <Text fz="xs" c="dimmed" truncate>
                {m.email}
              </Text>
            </div>
          </Group>
        ),
      },
      {
        key: 'role',
        header: t('people.role'),
        width: 190,
        sort: (m) => roles.indexOf(m.role),
        render: (m) => (
          <Select
            size="xs"
            w={170}
            aria-label={t('people.role_of', { name: m.name || m.email })}
            value={m.role}
            allowDeselect={false}
            data={roles.map((role) => ({ value: role, label: shared(`role.${role}`) }))}
            onChange={(value) => {
              const role = value as Role | null;
              if (!role || role === m.role) return;
              changeRole(
                { user_id: m.user_id, role },
                {
                  onSuccess: () =>
                    notify.undoable(t('people.role_changed', { name: m.name || m.email, role: shared(`role.${role}`) }), () =>
                      changeRoleLater({ user_id: m.user_id, role: m.role }),
                    ),
                },
              );
            }}
          />
        ),
      },
      {
        key: 'sees',
        header: t('people.sees'),
        width: 240,
        render: (m) =>
          m.role === 'administrator' ? (
            <Text fz="sm" c="dimmed">{t('people.sees_all')}</Text>
          ) : (
            <Button variant="subtle" size="compact-sm" aria-label={`${t('people.sees_of', { name: m.name || m.email })}: ${m.restriction ? restrictionText(m.restriction) : t('people.sees_all')}`} onClick={() => setRestricting(m)} justify="flex-start" h="auto" py={4} px={6} ml={-6} fw={500} lh={1.35} styles={{ label: { whiteSpace: 'normal', textAlign: 'left' } }}>
              {m.restriction ? restrictionText(m.restriction) : t('people.sees_all')}
            </Button>
          ),
      },
      {
        key: 'seen',
        header: t('people.last_seen'),
        width: 150,
        sort: (m) => m.last_seen,
        render: (m) => <Text fz="sm" c="dimmed">{m.last_seen ? format.ago(m.last_seen, now) : t('people.never')}</Text>,
      },
      {
        key: 'remove',
        header: '',
        label: t('people.remove'),
        align: 'right',
        width: 48,
        render: (m) => (
          <Tooltip label={t('people.remove')}>
            <ActionIcon aria-label={t('people.remove_of', { name: m.name || m.email })} onClick={() => setRemoving(m)} size={32}>
              <IconUserMinus size={18} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
        ),
      },
    ],
    [t, shared, format, now, me.id, notify, changeRole, changeRoleLater, restrictionText],
  );
  return (
    <>
      <Table label={t('people.title')} columns={columns} rows={members} rowKey={(m) => m.user_id} initialSort={{ key: 'name' }} tall />
      {restricting && <RestrictionDialog member={restricting} onClose={() => setRestricting(null)} />}
      <Confirm
        opened={removing !== null}
        title={t('people.remove_title', { name: removing?.name || removing?.email || '' })}
        action={t('people.remove')}
        onClose={() => setRemoving(null)}
        onConfirm={async () => {
          if (!removing) return;
          await remove.mutateAsync({ user_id: removing.user_id });
          notify.done(t('people.removed', { name: removing.name || removing.email }));
        }}
      >
        <Text fz="sm">
          {t('people.remove_text')} ({workspace.name})
        </Text>
      </Confirm>
    </>
  );
}
