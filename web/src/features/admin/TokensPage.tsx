import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { api, useApi, useChange, type Token } from '@/api';
import { useLocale, useTexts } from '@/i18n';
import { Answer, Confirm, EmptyState, Page, Pill, Section, Table, useNotify, useNow, type Column } from '@/ui';
import { AddTokenDialog } from './AddTokenDialog';
import { texts } from './de';

export function Component() {
  const { t } = useTexts(texts);
  const tokens = useApi(api.tokens);
  const [adding, { open, close }] = useDisclosure(false);
  const add = (
    <Button leftSection={<IconPlus size={17} stroke={1.75} aria-hidden />} onClick={open}>
      {t('tokens.add')}
    </Button>
  );
  const some = (tokens.data?.items.length ?? 0) > 0;
  return (
    <Page title={t('tokens.title')} answer={some && tokens.data && t('tokens.answer', { count: tokens.data.items.length })} actions={some && add} width="narrow">
      <Section>
        <Answer
          of={tokens}
          isEmpty={(list) => list.items.length === 0}
          empty={
            <EmptyState icon={IconKey} title={t('tokens.none')} action={add}>
              {t('tokens.none_text')}
            </EmptyState>
          }
        >
          {(list) => <Tokens tokens={list.items} />}
        </Answer>
      </Section>
      <AddTokenDialog opened={adding} onClose={close} />
    </Page>
  );
}

function Tokens({ tokens }: { tokens: Token[] }) {
  const { t, format } = useTexts(texts);
  const { t: shared } = useLocale();
  const notify = useNotify();
  const now = useNow();
  const [revoking, setRevoking] = useState<Token | null>(null);
  const revoke = useChange(api.deleteToken, { quiet: true });
  const columns = useMemo<Column<Token>[]>(
    () => [
      {
        key: 'name',
        header: t('tokens.name'),
        sort: (k) => k.name,
        render: (k) => (
          <div style={{ padding: '8px 0' }}>
            <Text fz="sm" fw={550}>
              {k.name}
            </Text>
            <Text fz="xs" c="dimmed">
              {format.list(k.scopes.map((s) => shared(`right.${s}`)))}
            </Text>
          </div>
        ),
      },
      { key: 'created', header: t('tokens.created'), width: 190, sort: (k) => k.created_at, render: (k) => <Text fz="sm" c="dimmed">{t('tokens.created_by', { date: format.date(k.created_at), name: k.created_by })}</Text> },
      {
        key: 'expires',
        header: t('tokens.expires'),
        width: 120,
        sort: (k) => k.expires_at ?? '9999',
        render: (k) => {
          if (!k.expires_at) return <Text fz="sm" c="dimmed">{t('tokens.never')}</Text>;
          return new Date(k.expires_at).getTime() < now ? <Pill tone="signal">{t('tokens.expired')}</Pill> : <Text fz="sm">{format.date(k.expires_at)}</Text>;
        },
      },
      { key: 'used', header: t('tokens.used'), width: 130, sort: (k) => k.last_used_at, render: (k) => <Text fz="sm" c="dimmed">{k.last_used_at ? format.ago(k.last_used_at, now) : t('tokens.not_used')}</Text> },
      {
        key: 'revoke',
        header: '',
        label: t('tokens.revoke'),
        align: 'right',
        width: 96,
        render: (k) => (
          <Button size="compact-sm" variant="subtle" color="red" onClick={() => setRevoking(k)} aria-label={t('tokens.revoke_of', { name: k.name })}>
            {t('tokens.revoke')}
          </Button>
        ),
      },
    ],
    [t, shared, format, now],
  );
  return (
    <>
      <Table label={t('tokens.title')} columns={columns} rows={tokens} rowKey={(k) => k.id} />
      <Confirm
        opened={revoking !== null}
        title={t('tokens.revoke_title', { name: revoking?.name ?? '' })}
        action={t('tokens.revoke')}
        onClose={() => setRevoking(null)}
        onConfirm={async () => {
          if (!revoking) return;
          await revoke.mutateAsync({ id: revoking.id });
          notify.done(t('tokens.revoked', { name: revoking.name }));
        }}
      >
        <Text fz="sm">{t('tokens.revoke_text')}</Text>
      </Confirm>
    </>
  );
}
