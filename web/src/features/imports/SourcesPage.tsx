import { Button, Text } from '@mantine/core';
import { IconBroadcast, IconDatabase, IconPlus, IconTrash } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { addresses, api, useApi, useChange, useWorkspace, type Source } from '@/api';
import { useTexts } from '@/i18n';
import { Answer, Confirm, EmptyState, Note, Page, Section, SidePanel, Stat, Stats, Table, useNotify, useNow, type Column } from '@/ui';
import { ConnectorSection, RulesPanel } from './connectors/ConnectorSection';
import { texts } from './de';
import { SourceNames } from './SourceNames';

export function Component() {
  const { t } = useTexts(texts);
  const workspace = useWorkspace();
  const sources = useApi(api.sources);
  const [parameters, setParameters] = useSearchParams();
  const selected = sources.data?.items.find((s) => s.id === parameters.get('quelle'));
  const events = sources.data?.items.reduce((sum, s) => sum + s.events, 0) ?? 0;
  const some = (sources.data?.items.length ?? 0) > 0;
  const close = () => setParameters({}, { replace: true });
  return (
    <Page
      title={t('sources.title')}
      answer={some && sources.data && t.rich('sources.answer', { events: <b>{t('sources.events', { count: events })}</b>, count: sources.data.items.length })}
      actions={
        some &&
        workspace.may('import_data') && (
          <Button component={Link} to={workspace.to(addresses.newSource)} leftSection={<IconPlus size={17} stroke={1.75} aria-hidden />}>
            {t('sources.new')}
          </Button>
        )
      }
      panel={selected ? <SourcePanel key={selected.id} source={selected} onClose={close} /> : parameters.has('rechner') && workspace.may('administer') ? <RulesPanel onClose={close} /> : undefined}
      coverage
    >
      <Section>
        <Answer
          of={sources}
          isEmpty={(list) => list.items.length === 0}
          empty={
            <EmptyState
              icon={IconDatabase}
              title={t('sources.none')}
              action={
                workspace.may('import_data') && (
                  <>
                    <Button component={Link} to={workspace.to(addresses.import)}>
                      {t('sources.to_import')}
                    </Button>
                    <Button component={Link} to={workspace.to(addresses.newSource)} variant="default">
                      {t('sources.new')}
                    </Button>
                  </>
                )
              }
            >
              {t('sources.none_text')}
            </EmptyState>
          }
        >
          {(list) => <Sources sources={list.items} selected={selected?.id} onOpen={(s) => setParameters({ quelle: s.id }, { replace: true })} />}
        </Answer>
      </Section>
      {workspace.may('import_data') && <ConnectorSection onRules={() => setParameters({ rechner: '1' }, { replace: true })} />}
    </Page>
  );
}

function Sources({ sources, selected, onOpen }: { sources: Source[]; selected?: string; onOpen: (source: Source) => void }) {
  const { t, format } = useTexts(texts);
  const now = useNow();
  const columns = useMemo<Column<Source>[]>(
    () => [
      { key: 'name', header: t('sources.kind'), render: (s) => s.name, sort: (s) => s.name },
      { key: 'owner', header: t('sources.owner'), render: (s) => s.owner || <Text fz="sm" c="dimmed">–</Text>, sort: (s) => s.owner, minor: 2 },
      { key: 'events', header: t('sources.count'), align: 'right', render: (s) => format.number(s.events), sort: (s) => s.events },
      { key: 'imports', header: t('sources.imports'), align: 'right', render: (s) => format.number(s.imports), sort: (s) => s.imports },
      { key: 'last', header: t('sources.last'), render: (s) => <Text fz="sm" c="dimmed">{s.last_import_at ? format.ago(s.last_import_at, now) : t('sources.never')}</Text>, sort: (s) => s.last_import_at },
      { key: 'created', header: t('sources.created'), render: (s) => <Text fz="sm" c="dimmed">{format.date(s.created_at)}</Text>, sort: (s) => s.created_at },
    ],
    [t, format, now],
  );
  return <Table label={t('sources.title')} columns={columns} rows={sources} rowKey={(s) => s.id} rowName={(s) => s.name} onOpen={onOpen} selected={(s) => s.id === selected} initialSort={{ key: 'events', descending: true }} />;
}

function SourcePanel({ source, onClose }: { source: Source; onClose: () => void }) {
  const { t, format } = useTexts(texts);
  const workspace = useWorkspace();
  const notify = useNotify();
  const [deleting, setDeleting] = useState(false);
  const remove = useChange(api.deleteSource, { quiet: true });
  const read = source.mapping.read ?? {};
  const readAs = [
    read.format && t.code(`format.${read.format}`, read.format),
    read.encoding,
    read.delimiter && t('quoted', { text: read.delimiter === '\t' ? '⇥' : read.delimiter }),
    read.sheet,
    read.time_format && t.code(`time.${read.time_format}`, read.time_format),
    read.time_zone,
  ].filter(Boolean);
  return (
    <SidePanel kind={t('sources.kind')} title={source.name} onClose={onClose}>
      <Stats>
        <Stat label={t('sources.count')} value={format.compact(source.events)} />
        <Stat label={t('sources.imports')} value={format.number(source.imports)} />
      </Stats>
      <SourceNames key={source.etag} source={source} />
      <Section title={t('sources.mapping')}>
        {source.mapping.columns.length === 0 ? (
          <Text fz="sm" c="dimmed">
            {t('sources.live')}
          </Text>
        ) : (
          <>
            <Table
              label={t('sources.mapping')}
              dense
              columns={[
                { key: 'column', header: t('sources.column'), render: (c) => <span style={{ overflowWrap: 'break-word' }}>{c.column}</span> },
                { key: 'role', header: t('sources.meaning'), render: (c) => (c.name ? `${t(`role.${c.role}`)}: ${c.name}` : t(`role.${c.role}`)) },
              ]}
              rows={source.mapping.columns}
              rowKey={(c) => c.column}
            />
            <Text fz="xs" c="dimmed" mt="xs">
              {t('sources.left_out')}
            </Text>
          </>
        )}
      </Section>
      {readAs.length > 0 && (
        <Section title={t('sources.read')}>
          <Text fz="sm">{readAs.join(' · ')}</Text>
        </Section>
      )}
      {workspace.may('import_data') && (
        <Section>
          <Button component={Link} to={workspace.to(addresses.source(source.id))} variant="default" mb="sm" leftSection={<IconBroadcast size={16} stroke={1.75} aria-hidden />}>
            {t('sources.set_up')}
          </Button>
          {source.events > 0 ? (
            <Note>{t('sources.not_empty')}</Note>
          ) : (
            <Button variant="default" leftSection={<IconTrash size={16} stroke={1.75} aria-hidden />} onClick={() => setDeleting(true)} aria-label={t('sources.delete_of', { name: source.name })}>
              {t('sources.delete')}
            </Button>
          )}
        </Section>
      )}
      <Confirm
        opened={deleting}
        title={t('sources.delete_title', { name: source.name })}
        action={t('sources.delete')}
        onClose={() => setDeleting(false)}
        onConfirm={async () => {
          await remove.mutateAsync({ id: source.id, etag: source.etag });
          notify.done(t('sources.deleted', { name: source.name }));
          onClose();
        }}
      >
        <Text fz="sm">{t('sources.delete_text')}</Text>
      </Confirm>
    </SidePanel>
  );
}
