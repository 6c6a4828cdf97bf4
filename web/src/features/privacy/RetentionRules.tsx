import { Button, Group, NativeSelect, NumberInput, Stack, Text } from '@mantine/core';
import { IconClockX, IconPlayerPlay, IconTrash } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { api, asProblem, useApi, useChange, type RetentionKind, type RetentionRule, type RetentionRun } from '@/api';
import { useTexts } from '@/i18n';
import { Answer, EmptyState, Note, Pill, ProblemNote, Section, Table, useNotify, useProblemText, type Column } from '@/ui';
import { texts } from './de';

/** How long events and values are kept, what a rule would delete, and what was deleted when. */
export function RetentionRules() {
  const { t, format } = useTexts(texts);
  const notify = useNotify();
  const textOf = useProblemText();
  const retention = useApi(api.retention);
  const sources = useApi(api.sources);
  const dimensions = useApi(api.dimensions);
  const remove = useChange(api.removeRetention, { quiet: true });
  const run = useChange(api.runRetention, { quiet: true });
  const names = useMemo(
    () => new Map([...(sources.data?.items ?? []).map((s) => [s.id, s.name] as const), ...(dimensions.data?.dimensions ?? []).map((a) => [a.id, a.name] as const)]),
    [sources.data, dimensions.data],
  );
  const nameOf = (rule: RetentionRule) => t(`retention.subject.${rule.kind}`, { name: names.get(rule.subject) ?? rule.subject });
  const ruleColumns: Column<RetentionRule>[] = [
    { key: 'subject', header: t('retention.what'), render: (r) => <span style={{ display: 'block', padding: '6px 0' }}>{nameOf(r)}</span> },
    { key: 'months', header: t('retention.kept'), width: '34%', render: (r) => t(`retention.rule.${r.kind}`, { count: r.months }) },
    {
      key: 'remove',
      header: '',
      width: 140,
      render: (r) => (
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconTrash size={14} stroke={1.75} aria-hidden />}
          loading={remove.isPending}
          aria-label={t('retention.remove_of', { name: nameOf(r) })}
          onClick={() => remove.mutate({ subject: r.subject })}
        >
          {t('retention.remove')}
        </Button>
      ),
    },
  ];
  const runColumns: Column<RetentionRun>[] = [
    {
      key: 'when',
      header: t('retention.when'),
      width: 190,
      render: (r) => (
        <div style={{ padding: '8px 0' }}>
          <Text fz="sm">{format.time(r.begun_at)}</Text>
          <Text fz="xs" c="dimmed">{r.begun_by || t('retention.daily')}</Text>
        </div>
      ),
    },
    { key: 'state', header: t('requests.state'), width: 140, render: (r) => <Pill tone={r.state === 'done' ? 'good' : r.state === 'failed' ? 'bad' : 'signal'}>{t.code(`state.${r.state}`, r.state)}</Pill> },
    {
      key: 'effect',
      header: t('retention.effect'),
      render: (r) => (
        <Stack gap={2} py={8}>
          {r.effects.map((e) => (
            <Text fz="xs" key={e.rule.subject}>
              {nameOf(e.rule)}: {t(`retention.done.${e.rule.kind}`, { count: e.events })}
              {e.emptied ? ` · ${t('retention.emptied', { count: e.emptied })}` : ''}
            </Text>
          ))}
          {r.error_code && <Text fz="xs">{textOf(asProblem({ code: r.error_code }))}</Text>}
        </Stack>
      ),
    },
  ];
  return (
    <Section
      title={t('retention.title')}
      aside={
        (retention.data?.rules.length ?? 0) > 0 && (
          <Button
            variant="default"
            leftSection={<IconPlayerPlay size={16} stroke={1.75} aria-hidden />}
            loading={run.isPending}
            onClick={() => run.mutate(undefined, { onSuccess: () => notify.done(t('retention.started')) })}
          >
            {t('retention.run')}
          </Button>
        )
      }
    >
      <ProblemNote problem={remove.error ?? run.error} />
      <Answer of={retention}>
        {(now) => (
          <Stack gap="lg">
            <Text fz="sm" c="dimmed">
              {t('retention.text')}
            </Text>
            <NewRule taken={now.rules} names={names} attributes={(dimensions.data?.dimensions ?? []).map((a) => a.id).filter((one) => one.startsWith('at_'))} sources={(sources.data?.items ?? []).map((s) => s.id)} />
            <Table
              label={t('retention.title')}
              columns={ruleColumns}
              rows={now.rules}
              rowKey={(r) => r.subject}
              empty={
                <EmptyState icon={IconClockX} title={t('retention.none')}>
                  {t('retention.none_text')}
                </EmptyState>
              }
            />
            {now.runs.length > 0 && <Table label={t('retention.runs')} columns={runColumns} rows={now.runs} rowKey={(r) => r.id} />}
          </Stack>
        )}
      </Answer>
    </Section>
  );
}

function NewRule({ taken, names, sources, attributes }: { taken: RetentionRule[]; names: Map<string, string>; sources: string[]; attributes: string[] }) {
  const { t, format } = useTexts(texts);
  const notify = useNotify();
  const [subject, setSubject] = useState('');
  const [months, setMonths] = useState<number | string>(24);
  const save = useChange(api.setRetention, { quiet: true });
  const kind: RetentionKind = subject.startsWith('src_') ? 'source' : 'attribute';
  const valid = subject !== '' && typeof months === 'number' && months >= 1;
  const rule = { kind, subject, months: typeof months === 'number' ? months : 0 };
  const effect = useApi(api.previewRetention, rule, { enabled: valid, keep: false });
  const free = (all: string[]) => all.filter((one) => !taken.some((r) => r.subject === one)).map((value) => ({ value, label: names.get(value) ?? value }));
  const problem = save.error ? asProblem(save.error) : undefined;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(rule, {
          onSuccess: () => {
            setSubject('');
            notify.done(t('retention.saved'));
          },
        });
      }}
    >
      <Stack gap="sm">
        <ProblemNote problem={problem} />
        <Group align="flex-end" gap="sm">
          <NativeSelect
            label={t('retention.subject')}
            value={subject}
            onChange={(e) => setSubject(e.currentTarget.value)}
            data={[
              { value: '', label: t('retention.choose') },
              { group: t('retention.sources'), items: free(sources) },
              { group: t('retention.attributes'), items: free(attributes) },
            ]}
          />
          <NumberInput label={t('retention.months')} value={months} onChange={setMonths} min={1} max={600} allowDecimal={false} w={130} error={problem?.of('months')} />
          <Button type="submit" loading={save.isPending} disabled={!valid}>
            {t('retention.save')}
          </Button>
        </Group>
        {valid && (
          <Answer of={effect}>
            {(now) => (
              <Note>
                {t(`retention.preview.${kind}`, { count: now.events })} {t('retention.preview.customers', { count: now.customers, before: format.date(now.before) })}
              </Note>
            )}
          </Answer>
        )}
      </Stack>
    </form>
  );
}
