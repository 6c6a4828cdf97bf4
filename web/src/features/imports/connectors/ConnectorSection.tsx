import { Button, Group, Text, Textarea } from '@mantine/core';
import { IconPlus, IconShieldLock } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { addresses, api, useApi, useChange, useWorkspace, type Connector, type ConnectorRules } from '@/api';
import { problemText } from '@/api/problemTexts';
import { useTexts } from '@/i18n';
import { Answer, ProblemNote, Section, SidePanel, Table, useNotify, useNow, type Column } from '@/ui';
import { ConnectorState } from './ConnectorState';
import { texts } from './de';

/** How long it is until a time, in words. */
export function useWhen(): (at: string) => string {
  const { t, format } = useTexts(texts);
  const now = useNow();
  return (at) => {
    const seconds = (Date.parse(at) - now) / 1000;
    return seconds < 5 ? t('soon') : t('in', { time: format.duration(seconds < 60 ? Math.ceil(seconds) : Math.round(seconds / 60) * 60) });
  };
}

/** Sources that are asked on a schedule, with how each stands. */
export function ConnectorSection({ onRules }: { onRules: () => void }) {
  const { t, format, language } = useTexts(texts);
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const now = useNow();
  const connectors = useApi(api.connectors);
  const when = useWhen();
  const quiet = (text: string) => (
    <Text fz="sm" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
      {text}
    </Text>
  );
  const columns: Column<Connector>[] = [
    { key: 'name', header: t('list.name'), render: (c) => c.name, sort: (c) => c.name },
    { key: 'kind', header: t('list.kind'), render: (c) => <Text fz="sm" c="dimmed">{t(`kind.${c.kind}`)}</Text>, sort: (c) => t(`kind.${c.kind}`), minor: 2 },
    { key: 'source', header: t('list.source'), render: (c) => c.source_name, sort: (c) => c.source_name, minor: 2 },
    {
      key: 'state', header: t('list.state'), sort: (c) => (c.paused ? 'paused' : c.last_run?.state),
      render: (c) => (
        <>
          <ConnectorState connector={c} />
          {c.last_run?.error_code && (
            <Text fz="xs" c="dimmed" mt={2} lineClamp={2}>
              {problemText(c.last_run.error_code, language) ?? c.last_run.error_code}
            </Text>
          )}
        </>
      ),
    },
    { key: 'last', header: t('list.last'), render: (c) => quiet(c.last_run ? format.ago(c.last_run.started_at, now) : t('never')), sort: (c) => c.last_run?.started_at },
    { key: 'rows', header: t('list.rows'), align: 'right', render: (c) => (c.last_run ? format.number(c.last_run.events_new) : '–'), sort: (c) => c.last_run?.events_new, minor: 2 },
    { key: 'lag', header: t('list.lag'), render: (c) => quiet(c.current_as_of ? format.ago(c.current_as_of, now) : '–'), sort: (c) => c.current_as_of, minor: 1 },
    { key: 'next', header: t('list.next'), render: (c) => quiet(c.next_run_at ? when(c.next_run_at) : '–'), sort: (c) => c.next_run_at, minor: 1 },
  ];
  const newOne = (
    <Button component={Link} to={workspace.to(addresses.newConnector)} variant="default" leftSection={<IconPlus size={16} stroke={1.75} aria-hidden />}>
      {t('list.new')}
    </Button>
  );
  return (
    <Section
      title={t('list.title')}
      aside={
        <Group gap="xs">
          {workspace.may('administer') && (
            <Button variant="subtle" onClick={onRules} leftSection={<IconShieldLock size={16} stroke={1.75} aria-hidden />}>
              {t('rules.title')}
            </Button>
          )}
          {newOne}
        </Group>
      }
    >
      <Answer of={connectors} isEmpty={(list) => list.items.length === 0} empty={<Text c="dimmed">{t('list.none')}</Text>}>
        {(list) => <Table label={t('list.title')} columns={columns} rows={list.items} rowKey={(c) => c.id} rowName={(c) => c.name} onOpen={(c) => void navigate(workspace.to(addresses.connector(c.id)))} initialSort={{ key: 'name', descending: false }} />}
      </Answer>
    </Section>
  );
}

/** Which hosts in private networks connections may reach. */
export function RulesPanel({ onClose }: { onClose: () => void }) {
  const { t } = useTexts(texts);
  const rules = useApi(api.connectorRules);
  return (
    <SidePanel kind={t('list.title')} title={t('rules.title')} onClose={onClose}>
      <Section>
        <Answer of={rules}>{(now) => <RulesForm key={now.allowed_hosts.join()} rules={now} />}</Answer>
      </Section>
    </SidePanel>
  );
}

function RulesForm({ rules }: { rules: ConnectorRules }) {
  const { t } = useTexts(texts);
  const notify = useNotify();
  const set = useChange(api.setConnectorRules, { quiet: true });
  const [hosts, setHosts] = useState(rules.allowed_hosts.join('\n'));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        set.mutate({ allowed_hosts: hosts.split('\n').map((h) => h.trim()).filter(Boolean) }, { onSuccess: () => notify.done(t('rules.saved')) });
      }}
    >
      <Text fz="sm" mb="sm">
        {t('rules.hint')}
      </Text>
      <Textarea label={t('rules.hosts')} description={t('rules.hosts_hint')} value={hosts} onChange={(e) => setHosts(e.currentTarget.value)} autosize minRows={4} maxRows={12} spellCheck={false} />
      {rules.server_hosts.length > 0 && (
        <Text fz="sm" c="dimmed" mt="xs">
          {t('rules.server', { hosts: rules.server_hosts.join(', ') })}
        </Text>
      )}
      <ProblemNote problem={set.error} />
      <Button mt="sm" type="submit" variant="default" loading={set.isPending}>
        {t('rules.save')}
      </Button>
    </form>
  );
}
