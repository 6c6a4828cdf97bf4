import { NativeSelect, Switch } from '@mantine/core';
import { IconDatabase } from '@tabler/icons-react';
import { useMemo } from 'react';
import { api, useApi, useChange, type LegalBasis, type SourcePrivacy } from '@/api';
import { useTexts } from '@/i18n';
import { Answer, EmptyState, ProblemNote, Table, useNotify, type Column } from '@/ui';
import { texts } from './de';

export const bases: LegalBasis[] = ['not_stated', 'consent', 'contract', 'legitimate_interest', 'legal_obligation'];

/** Each source's legal basis and scrubbing; a change is saved at once. */
export function SourceBases({ policies }: { policies: SourcePrivacy[] }) {
  const { t } = useTexts(texts);
  const sources = useApi(api.sources);
  const notify = useNotify();
  const save = useChange(api.editSourcePrivacy, { quiet: true });
  const names = useMemo(() => new Map(sources.data?.items.map((s) => [s.id, s.name])), [sources.data]);
  const columns = useMemo<Column<SourcePrivacy>[]>(() => {
    const store = (policy: SourcePrivacy, change: Partial<SourcePrivacy>) => {
      const { source, ...rest } = { ...policy, ...change };
      save.mutate({ id: source ?? '', policy: rest }, { onSuccess: () => notify.done(t('sources.saved')) });
    };
    const nameOf = (policy: SourcePrivacy) => names.get(policy.source ?? '') ?? '';
    return [
      { key: 'name', header: t('sources.source'), sort: nameOf, render: nameOf },
      {
        key: 'basis',
        header: t('sources.basis'),
        width: '40%',
        render: (p) => (
          <NativeSelect
            aria-label={t('sources.basis_of', { name: nameOf(p) })}
            value={p.legal_basis}
            data={bases.map((value) => ({ value, label: t(`basis.${value}`) }))}
            onChange={(e) => store(p, { legal_basis: e.currentTarget.value as LegalBasis })}
            py={4}
          />
        ),
      },
      {
        key: 'scrub',
        header: t('sources.scrub'),
        width: 180,
        render: (p) => <Switch aria-label={t('sources.scrub_of', { name: nameOf(p) })} checked={p.scrub} onChange={(e) => store(p, { scrub: e.currentTarget.checked })} />,
      },
    ];
  }, [t, names, notify, save]);
  return (
    <Answer
      of={sources}
      isEmpty={() => policies.length === 0}
      empty={
        <EmptyState icon={IconDatabase} title={t('sources.none')}>
          {t('sources.none_text')}
        </EmptyState>
      }
    >
      {() => (
        <>
          <ProblemNote problem={save.error} />
          <Table label={t('sources.title')} columns={columns} rows={policies} rowKey={(p) => p.source ?? ''} />
        </>
      )}
    </Answer>
  );
}
