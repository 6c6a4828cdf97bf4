import { Button, Group, Text } from '@mantine/core';
import { IconArrowsJoin } from '@tabler/icons-react';
import { useMemo } from 'react';
import { api, useApi, useChange, useWorkspace, type HeldJoin, type IdentityDecision } from '@/api';
import { useTexts } from '@/i18n';
import { Answer, EmptyState, Pill, Section, Table, useNotify, type Column } from '@/ui';
import { texts } from './de';
import classes from './identities.module.css';
import { IdentityLabel, nameOf } from './IdentityLabel';
import { useDecide } from './useDecide';

type T = ReturnType<typeof useTexts<typeof texts.en>>['t'];
const about = (t: T, join: Pick<HeldJoin, 'first' | 'second'>) =>
  join.second ? t('and', { first: nameOf(join.first), second: nameOf(join.second) }) : t('held.all_of', { identity: nameOf(join.first) });

function Pair({ of }: { of: Pick<HeldJoin, 'first' | 'second'> }) {
  return (
    <span className={classes.pair}>
      <IdentityLabel identity={of.first} />
      {of.second && <IdentityLabel identity={of.second} />}
    </span>
  );
}

/** Joins that would break a limit. */
export function Held({ joins, onMore, onOpen }: { joins: HeldJoin[]; onMore?: () => void; onOpen: (customer: string) => void }) {
  const { t } = useTexts(texts);
  const may = useWorkspace().may('import_data');
  const { ask, dialog } = useDecide();
  const why = (join: HeldJoin) => {
    if (join.why === 'too_large') return t('held.too_large');
    if (!join.kind) return t('held.shared');
    return t(join.why === 'shared' ? 'held.shared_kind' : 'held.too_many_of_kind', { kind: t(`kind.${join.kind}`) });
  };
  const columns: Column<HeldJoin>[] = [
    { key: 'what', header: t('held.what'), render: (j) => <Pair of={j} /> },
    { key: 'why', header: t('held.why'), minor: 1, render: (j) => why(j) },
    {
      key: 'size',
      header: t('held.size'),
      width: 150,
      sort: (j) => j.identities,
      render: (j) => (
        <span className={classes.pair}>
          <span>{t('held.customers', { count: j.customers })}</span>
          <Text component="span" fz="xs" c="dimmed">{t('held.identities', { count: j.identities })}</Text>
        </span>
      ),
    },
    {
      key: 'decide',
      header: '',
      label: t('held.join'),
      align: 'right',
      width: 290,
      render: (j) =>
        may && (
          <Group gap={4} justify="flex-end">
            {(['join', 'split'] as const).map((verdict) => (
              <Button
                key={verdict}
                size="compact-sm"
                variant="subtle"
                onClick={(event) => {
                  event.stopPropagation();
                  ask({ verdict, first: j.first.id, ...(j.second ? { second: j.second.id } : {}) }, about(t, j));
                }}
                aria-label={t(`held.${verdict}_of`, { what: about(t, j) })}
              >
                {t(`held.${verdict}`)}
              </Button>
            ))}
          </Group>
        ),
    },
  ];
  return (
    <Section title={t('held.title')}>
      {joins.length === 0 ? (
        <EmptyState icon={IconArrowsJoin} title={t('held.none')}>
          {t('held.none_text')}
        </EmptyState>
      ) : (
        <Table label={t('held.title')} columns={columns} rows={joins} rowKey={(j) => `${j.first.id}${j.second?.id ?? ''}`} onOpen={(j) => onOpen(j.first.customer)} rowName={(j) => about(t, j)} tall />
      )}
      {onMore && (
        <Group mt="sm">
          <Button variant="default" onClick={onMore}>{t('held.more')}</Button>
        </Group>
      )}
      {dialog}
    </Section>
  );
}

/** What persons decided; each can be withdrawn. */
export function Decisions() {
  const { t, format } = useTexts(texts);
  const notify = useNotify();
  const may = useWorkspace().may('import_data');
  const decisions = useApi(api.identityDecisions);
  const withdraw = useChange(api.withdrawIdentityDecision);
  const columns = useMemo<Column<IdentityDecision>[]>(
    () => [
      { key: 'what', header: t('decisions.what'), render: (d) => <Pair of={d} /> },
      { key: 'verdict', header: t('decisions.verdict'), width: 150, render: (d) => <Pill tone={d.verdict === 'join' ? 'good' : undefined}>{t(`verdict.${d.verdict}`)}</Pill> },
      { key: 'reason', header: t('decisions.reason'), minor: 1, render: (d) => d.reason },
      { key: 'by', header: t('decisions.by'), minor: 2, width: 210, sort: (d) => d.created_at, render: (d) => t('decisions.by_on', { name: d.created_by, date: format.date(d.created_at) }) },
      {
        key: 'withdraw',
        header: '',
        label: t('decisions.withdraw'),
        align: 'right',
        width: 130,
        render: (d) =>
          may && (
            <Button
              size="compact-sm"
              variant="subtle"
              aria-label={t('decisions.withdraw_of', { what: about(t, d) })}
              onClick={() => withdraw.mutate({ id: d.id }, { onSuccess: () => notify.done(t('decisions.withdrawn')) })}
            >
              {t('decisions.withdraw')}
            </Button>
          ),
      },
    ],
    [t, format, may, withdraw, notify],
  );
  return (
    <Section title={t('decisions.title')}>
      <Answer of={decisions} isEmpty={(d) => d.items.length === 0} empty={<EmptyState title={t('decisions.none')}>{t('decisions.none_text')}</EmptyState>}>
        {(d) => <Table label={t('decisions.title')} columns={columns} rows={d.items} rowKey={(one) => one.id} tall />}
      </Answer>
    </Section>
  );
}
