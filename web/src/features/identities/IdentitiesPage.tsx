import { Button, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { api, asProblem, useApiPages, useChange, useWorkspace } from '@/api';
import { useTexts } from '@/i18n';
import { LoadingLines, Page, ProblemState, Section, useProblemText } from '@/ui';
import { Customer } from './Customer';
import { texts } from './de';
import { Decisions, Held } from './Held';
import classes from './identities.module.css';
import { Rules } from './Rules';

/** Who is one customer: what waits for a person, what was decided, by which rules, and why. */
export function Component() {
  const { t } = useTexts(texts);
  const [parameters, setParameters] = useSearchParams();
  const customer = parameters.get('kunde');
  const open = (id: string | null) => setParameters(id ? { kunde: id } : {}, { replace: true });
  const held = useApiPages(api.heldJoins, {});
  const joins = held.data?.flatMap((page) => page.items) ?? [];
  const answer = joins.length === 0 ? t('page.answer_none') : held.hasNextPage ? t('page.answer_many', { count: joins.length }) : t('page.answer', { count: joins.length });
  return (
    <Page title={t('page.title')} answer={held.data && answer} how={t('page.how')}>
      <Search onFound={open} />
      {customer && <Customer key={customer} id={customer} onClose={() => open(null)} />}
      {held.isPending ? <LoadingLines /> : held.error && !held.data ? <ProblemState problem={asProblem(held.error)} retry={() => void held.refetch()} /> : <Held joins={joins} onOpen={open} onMore={held.hasNextPage ? () => void held.fetchNextPage() : undefined} />}
      <Decisions />
      <Rules />
    </Page>
  );
}

function Search({ onFound }: { onFound: (customer: string) => void }) {
  const { t } = useTexts(texts);
  const problemText = useProblemText();
  const named = useWorkspace().may('see_identifiers');
  const [text, setText] = useState('');
  const search = useChange(api.searchIdentity, { quiet: true });
  const problem = search.error ? asProblem(search.error) : undefined;
  return (
    <Section title={t('search.title')}>
      <form
        role="search"
        className={classes.search}
        onSubmit={(event) => {
          event.preventDefault();
          search.mutate({ text: text.trim() }, { onSuccess: (found) => onFound(found.customer) });
        }}
      >
        <TextInput
          label={t(named ? 'search.label_identifier' : 'search.label')}
          description={t(named ? 'search.hint_identifier' : 'search.hint')}
          value={text}
          onChange={(e) => setText(e.currentTarget.value)}
          error={problem && (problem.code === 'not_found' ? t('search.none') : problemText(problem))}
          maxLength={400}
        />
        <Button type="submit" variant="default" leftSection={<IconSearch size={17} stroke={1.75} aria-hidden />} loading={search.isPending} disabled={!text.trim()}>
          {t('search.action')}
        </Button>
      </form>
    </Section>
  );
}
