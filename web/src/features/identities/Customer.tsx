import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { api, useApi, useWorkspace, type CustomerIdentities, type IdentityEvidenceRow, type IdentityName } from '@/api';
import { useTexts } from '@/i18n';
import { Answer, Pill, Section, Table, type Column } from '@/ui';
import { texts } from './de';
import classes from './identities.module.css';
import { IdentityLabel, nameOf, short } from './IdentityLabel';
import { useDecide } from './useDecide';

/** One customer's identifiers, the evidence about them, and how to split them. */
export function Customer({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTexts(texts);
  const customer = useApi(api.customerIdentities, { id });
  return (
    <Section title={t('customer.title', { customer: short(customer.data?.customer ?? id) })} aside={<Button variant="default" onClick={onClose}>{t('customer.close')}</Button>}>
      <Answer of={customer}>{(answer) => <Found customer={answer} />}</Answer>
    </Section>
  );
}

function Found({ customer }: { customer: CustomerIdentities }) {
  const { t, format } = useTexts(texts);
  const may = useWorkspace().may('import_data');
  const { ask, dialog } = useDecide();
  const [why, setWhy] = useState<IdentityName | null>(null);
  const own = customer.identities.filter((i) => i.customer === customer.customer);
  const byId = new Map(customer.identities.map((i) => [i.id, i]));
  const first = own[0]!;
  const identities: Column<IdentityName>[] = [
    { key: 'identifier', header: t('identity.identifier'), sort: nameOf, render: (i) => nameOf(i) },
    { key: 'kind', header: t('identity.kind'), width: 170, sort: (i) => t(`kind.${i.kind}`), render: (i) => t(`kind.${i.kind}`) },
    {
      key: 'actions',
      header: '',
      label: t('identity.why'),
      align: 'right',
      width: 240,
      render: (i) =>
        own.length > 1 && (
          <Group gap={4} justify="flex-end" wrap="nowrap">
            {i.id !== first.id && (
              <Button size="compact-sm" variant="subtle" onClick={() => setWhy(i)} aria-label={t('identity.why_of', { identity: nameOf(i) })}>
                {t('identity.why')}
              </Button>
            )}
            {may && (
              <Button size="compact-sm" variant="subtle" onClick={() => ask({ verdict: 'split', first: i.id }, nameOf(i))} aria-label={t('identity.split_of', { identity: nameOf(i) })}>
                {t('identity.split')}
              </Button>
            )}
          </Group>
        ),
    },
  ];
  const ends = (e: IdentityEvidenceRow) => [byId.get(e.first), byId.get(e.second)] as const;
  const between = (e: IdentityEvidenceRow) => {
    const [a, b] = ends(e);
    return { first: a ? nameOf(a) : short(e.first), second: b ? nameOf(b) : short(e.second) };
  };
  const evidence: Column<IdentityEvidenceRow>[] = [
    {
      key: 'between',
      header: t('evidence.between'),
      render: (e) => (
        <span className={classes.pair}>
          {ends(e).map((i) => i && <IdentityLabel key={i.id} identity={i} />)}
        </span>
      ),
    },
    { key: 'said', header: t('evidence.said'), width: 130, render: (e) => t(`said.${e.said}`) },
    { key: 'source', header: t('evidence.source'), minor: 1, render: (e) => e.source },
    { key: 'time', header: t('evidence.time'), width: 170, minor: 2, sort: (e) => e.time, render: (e) => format.time(e.time) },
    { key: 'state', header: t('evidence.state'), width: 170, render: (e) => <Pill tone={e.state === 'joins' ? 'good' : e.state === 'held' ? 'signal' : undefined}>{t(`state.${e.state}`)}</Pill> },
    {
      key: 'actions',
      header: '',
      label: t('evidence.refuse'),
      align: 'right',
      width: 150,
      render: (e) => {
        const verdict = e.state === 'joins' ? 'split' : e.state === 'held' || e.state === 'shared' ? 'join' : undefined;
        return (
          may &&
          verdict && (
            <Button
              size="compact-sm"
              variant="subtle"
              onClick={() => ask({ verdict, first: e.first, second: e.second }, t('and', between(e)))}
              aria-label={t(verdict === 'split' ? 'evidence.refuse_of' : 'evidence.join_of', between(e))}
            >
              {t(verdict === 'split' ? 'evidence.refuse' : 'evidence.join')}
            </Button>
          )
        );
      },
    },
  ];
  return (
    <>
      <Table label={t('customer.identities')} columns={identities} rows={own} rowKey={(i) => i.id} selected={(i) => i.id === why?.id} />
      {customer.identities_total > own.length && <Text fz="sm" c="dimmed">{t('customer.first_only', { shown: own.length, count: customer.identities_total })}</Text>}
      {why && <Why first={first} second={why} />}
      {customer.evidence.length > 0 ? (
        <Section title={t('customer.evidence')}>
          <Table label={t('customer.evidence')} columns={evidence} rows={customer.evidence} rowKey={(e, i) => `${e.first}${e.second}${i}`} tall />
        </Section>
      ) : (
        <Text fz="sm" c="dimmed" mt="sm">{t('customer.no_evidence')}</Text>
      )}
      {dialog}
    </>
  );
}

/** The shortest chain of evidence between two identities. */
function Why({ first, second }: { first: IdentityName; second: IdentityName }) {
  const { t, format } = useTexts(texts);
  const chain = useApi(api.whyOneCustomer, { first: first.id, second: second.id });
  return (
    <Section title={t('why.title')}>
      <Answer of={chain} isEmpty={(c) => c.evidence.length === 0} empty={<Text fz="sm">{t('why.none')}</Text>}>
        {(c) => (
          <ol className={classes.chain}>
            {c.evidence.map((e, i) => (
              <li key={`${e.first}${e.second}`}>
                {t('why.step', { first: nameOf(c.identities[i]!), second: nameOf(c.identities[i + 1]!), said: t(`said.${e.said}`), source: e.source, date: format.time(e.time) })}
              </li>
            ))}
          </ol>
        )}
      </Answer>
    </Section>
  );
}
