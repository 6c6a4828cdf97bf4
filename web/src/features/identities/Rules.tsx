import { Button, Checkbox, Group, NumberInput, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { api, asProblem, useApi, useChange, useWorkspace, type IdentifierKindRule, type IdentityRules } from '@/api';
import { useTexts } from '@/i18n';
import { Answer, ProblemNote, Section, Table, useNotify, type Column } from '@/ui';
import { texts } from './de';
import classes from './identities.module.css';

/** Which kinds may join, the limits, and the values that are never unique. */
export function Rules() {
  const { t } = useTexts(texts);
  const rules = useApi(api.identityRules);
  return (
    <Section title={t('rules.title')}>
      <Answer of={rules}>{(r) => <Form key={r.etag} rules={r} />}</Answer>
    </Section>
  );
}

function Form({ rules }: { rules: IdentityRules }) {
  const { t, format } = useTexts(texts);
  const notify = useNotify();
  const may = useWorkspace().may('administer');
  const [kinds, setKinds] = useState(rules.kinds);
  const [neighbours, setNeighbours] = useState(rules.neighbours_max);
  const [identities, setIdentities] = useState(rules.identities_max);
  const [never, setNever] = useState(rules.never_unique.join('\n'));
  const save = useChange(api.setIdentityRules, { quiet: true });
  const problem = save.error ? asProblem(save.error) : undefined;
  const set = (kind: IdentifierKindRule['kind'], patch: Partial<IdentifierKindRule>) => setKinds((old) => old.map((k) => (k.kind === kind ? { ...k, ...patch } : k)));
  const number = (take: (n: number) => void) => (value: string | number) => take(typeof value === 'number' ? value : Number(value) || 0);
  const columns: Column<IdentifierKindRule>[] = [
    { key: 'kind', header: t('rules.kind'), render: (k) => t(`kind.${k.kind}`) },
    {
      key: 'joins',
      header: t('rules.joins'),
      width: 200,
      render: (k) => <Checkbox checked={k.joins} disabled={!may} onChange={(e) => set(k.kind, { joins: e.currentTarget.checked })} aria-label={t('rules.joins_of', { kind: t(`kind.${k.kind}`) })} />,
    },
    {
      key: 'most',
      header: t('rules.most'),
      width: 200,
      render: (k) => (
        <NumberInput
          size="xs"
          w={150}
          min={0}
          max={1000}
          disabled={!may || !k.joins}
          value={k.most === 0 ? '' : k.most}
          placeholder={t('rules.most_any')}
          onChange={number((most) => set(k.kind, { most }))}
          aria-label={t('rules.most_of', { kind: t(`kind.${k.kind}`) })}
        />
      ),
    },
  ];
  return (
    <form
      className={classes.rules}
      onSubmit={(event) => {
        event.preventDefault();
        const values = never.split('\n').map((v) => v.trim()).filter(Boolean);
        save.mutate(
          { etag: rules.etag, rules: { kinds, neighbours_max: neighbours, identities_max: identities, never_unique: values } },
          { onSuccess: () => notify.done(t('rules.saved')) },
        );
      }}
    >
      <ProblemNote problem={problem} />
      <Table label={t('rules.title')} columns={columns} rows={kinds} rowKey={(k) => k.kind} dense />
      <div className={classes.limits}>
        <NumberInput label={t('rules.neighbours')} w={340} min={1} max={10000} value={neighbours} disabled={!may} onChange={number(setNeighbours)} error={problem?.of('neighbours_max')} />
        <NumberInput label={t('rules.identities')} w={260} min={2} max={10000} value={identities} disabled={!may} onChange={number(setIdentities)} error={problem?.of('identities_max')} />
      </div>
      <Textarea label={t('rules.never')} description={t('rules.never_hint')} autosize minRows={4} maxRows={12} value={never} disabled={!may} onChange={(e) => setNever(e.currentTarget.value)} error={problem?.of('never_unique')} />
      <Group>
        {may && (
          <Button type="submit" loading={save.isPending}>
            {t('rules.save')}
          </Button>
        )}
        <Text fz="sm" c="dimmed">
          {[may ? '' : t('rules.read_only'), rules.changed_at ? t('rules.changed', { date: format.date(rules.changed_at), name: rules.changed_by ?? '' }) : ''].filter(Boolean).join(' ')}
        </Text>
      </Group>
    </form>
  );
}
