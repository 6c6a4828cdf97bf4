import { Anchor, Text } from '@mantine/core';
import { Link } from 'react-router';
import { addresses, api, useApi, useWorkspace, type Coverage, type Import } from '@/api';
import { useTexts } from '@/i18n';
import { Section, useNow } from '@/ui';
import classes from './cockpit.module.css';
import { texts } from './de';

/** The latest imports; where all events came by API, the latest arrival of each source. */
export function News({ coverage }: { coverage: Coverage }) {
  const { t, format } = useTexts(texts);
  const workspace = useWorkspace();
  const may = workspace.may('import_data');
  const imports = useApi(api.imports);
  const now = useNow();
  const recent = imports.data?.items.slice(0, 5) ?? [];
  const arrivals = coverage.sources.filter((s) => s.last_arrival).sort((a, b) => (a.last_arrival! < b.last_arrival! ? 1 : -1));
  return (
    <Section
      title={t('news')}
      aside={
        may && (
          <Anchor component={Link} to={workspace.to(addresses.import)} fz="sm">
            {t('news.all')}
          </Anchor>
        )
      }
    >
      <ul className={classes.list}>
        {recent.map((run) => (
          <li key={run.id}>
            <Link to={workspace.to(addresses.importRun(run.id))} className={classes.news}>
              <Headline run={run} />
              <span className={classes.stepText}>{t('news.by', { ago: format.ago(run.created_at, now), name: run.created_by })}</span>
            </Link>
          </li>
        ))}
        {recent.length === 0 &&
          arrivals.slice(0, 5).map((s) => (
            <li key={s.id} className={classes.news}>
              <span>{t('news.source', { name: s.name, ago: format.ago(s.last_arrival!, now) })}</span>
            </li>
          ))}
      </ul>
      {recent.length === 0 && arrivals.length === 0 && (
        <Text fz="sm" c="dimmed">
          {t('news.none')}
        </Text>
      )}
    </Section>
  );
}

function Headline({ run }: { run: Import }) {
  const { t, format } = useTexts(texts);
  const file = <b>{run.file_name}</b>;
  if (run.state === 'done') return <span>{t.rich('news.import', { new: t('news.new', { count: run.events_new }), file })}</span>;
  if (run.state === 'running' || run.state === 'queued') return <span>{t.rich('news.running', { file, share: format.share(run.progress) })}</span>;
  return <span>{t.rich(`news.${run.state}`, { file })}</span>;
}
