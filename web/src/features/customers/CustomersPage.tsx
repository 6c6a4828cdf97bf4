import { Button, Group, Text, TextInput } from '@mantine/core';
import { IconDatabaseImport, IconSearch, IconSettings, IconUserSearch } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { Link, useLocation, useNavigate } from 'react-router';
import { addresses, api, useApi, useWorkspace, type CustomerHits, type CustomerRow } from '@/api';
import { useTexts } from '@/i18n';
import { Answer, EmptyState, LoadingLines, Page, Section, Table, type Column } from '@/ui';
import classes from './customers.module.css';
import { texts } from './de';
import { seenCustomers, shortCustomer } from './seen';
import { SettingsDialog } from './SettingsDialog';

/** Finds a customer; without a search those with the newest events, and those looked at last. */
export function Component() {
  const { t } = useTexts(texts);
  const workspace = useWorkspace();
  // The search stays out of the address: it may name a person. The palette hands it over beside it.
  const handed: unknown = useLocation().state;
  const [word, setWord] = useState(typeof handed === 'string' ? handed : '');
  const [query, setQuery] = useState(word);
  const [settings, setSettings] = useState(false);
  const hits = useApi(api.findCustomers, { query });
  const seen = seenCustomers(workspace.id);
  return (
    <Page
      title={t('list.title')}
      answer={t('list.answer')}
      coverage
      actions={
        workspace.may('administer') && (
          <Button variant="default" leftSection={<IconSettings size={16} stroke={1.75} />} onClick={() => setSettings(true)}>
            {t('settings.open')}
          </Button>
        )
      }
    >
      <form
        className={classes.search}
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          setQuery(word.trim());
        }}
      >
        <TextInput
          aria-label={t('search.label')}
          placeholder={t(workspace.may('see_identifiers') ? 'search.placeholder_all' : 'search.placeholder')}
          leftSection={<IconSearch size={16} stroke={1.75} />}
          value={word}
          maxLength={200}
          autoComplete="off"
          onChange={(event) => setWord(event.currentTarget.value)}
          style={{ flex: 1 }}
          data-autofocus
        />
        <Button type="submit">{t('search.do')}</Button>
      </form>
      <Answer of={hits} loading={<LoadingLines lines={8} height={28} />}>
        {(data) => <Hits hits={data} asked={query} onClear={() => (setWord(''), setQuery(''))} />}
      </Answer>
      {query === '' && seen.length > 0 && (
        <Section title={t('found.seen')}>
          <Group gap="xs">
            {seen.map((id) => (
              <Button key={id} component={Link} to={workspace.to(addresses.customer(id))} variant="default" size="compact-md" ff="monospace" title={id}>
                {shortCustomer(id)}
              </Button>
            ))}
          </Group>
        </Section>
      )}
      {settings && <SettingsDialog onClose={() => setSettings(false)} />}
    </Page>
  );
}

function Hits({ hits, asked, onClear }: { hits: CustomerHits; asked: string; onClear: () => void }) {
  const { t, format } = useTexts(texts);
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const columns = useMemo<Column<CustomerRow>[]>(
    () => [
      { key: 'customer', header: t('column.customer'), render: (row) => <span className={classes.pseudonym}>{shortCustomer(row.customer)}</span> },
      { key: 'last', header: t('column.last'), render: (row) => (row.last ? format.time(row.last) : '–'), sort: (row) => row.last },
      { key: 'first', header: t('column.first'), minor: 1, render: (row) => (row.first ? format.date(row.first) : '–'), sort: (row) => row.first },
      { key: 'events', header: t('column.events'), align: 'right', render: (row) => format.number(row.events), sort: (row) => row.events },
    ],
    [t, format],
  );
  if (hits.items.length === 0) {
    if (asked === '')
      return (
        <EmptyState
          icon={IconUserSearch}
          title={t('empty.title')}
          action={
            workspace.may('import_data') && (
              <Button component={Link} to={workspace.to(addresses.import)} leftSection={<IconDatabaseImport size={16} />}>
                {t('empty.import')}
              </Button>
            )
          }
        >
          {t('empty.text')}
        </EmptyState>
      );
    return (
      <EmptyState
        icon={IconUserSearch}
        title={t('found.none')}
        action={
          <Button variant="default" onClick={onClear}>
            {t('found.clear')}
          </Button>
        }
      >
        {t('found.none_text')} {!hits.identifiers_searched && t('found.none_identifiers')}
      </EmptyState>
    );
  }
  const title = hits.matched === 'instance_key' ? t('found.instance_key', { count: hits.items.length }) : t(`found.${hits.matched}`);
  return (
    <Section
      title={title}
      aside={
        hits.matched !== 'latest' && (
          <Button variant="subtle" size="compact-sm" onClick={onClear}>
            {t('found.clear')}
          </Button>
        )
      }
    >
      {hits.matched === 'latest' && (
        <Text fz="sm" c="dimmed" mb="xs">
          {t('found.latest_hint')}
        </Text>
      )}
      <Table label={title} columns={columns} rows={hits.items} rowKey={(row) => row.customer} onOpen={(row) => void navigate(workspace.to(addresses.customer(row.customer)))} />
    </Section>
  );
}
