import { Autocomplete, Button, Group } from '@mantine/core';
import { IconBroadcast, IconDatabaseOff } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useParams } from 'react-router';
import { addresses, api, useApi, useChange, useWorkspace, type Source } from '@/api';
import { useTexts } from '@/i18n';
import { Answer, EmptyState, Page, Section, useChannelName, useNotify } from '@/ui';
import { liveChannels } from './channels';
import { texts } from './de';
import { Examples } from './Examples';
import { Webhooks } from './hooks/Webhooks';
import { WriteKeys } from './WriteKeys';
import classes from './tracking.module.css';

/** One source as live events come from it: its write keys, examples to copy, its channel. */
export function Component() {
  const { t } = useTexts(texts);
  const workspace = useWorkspace();
  const { id } = useParams();
  const sources = useApi(api.sources);
  const source = sources.data?.items.find((s) => s.id === id);
  const [secret, setSecret] = useState<string>();
  const toList = (
    <Button component={Link} to={workspace.to(addresses.sources)} variant="default">
      {t('source.to_list')}
    </Button>
  );
  return (
    <Page
      title={source?.name ?? t('source.to_list')}
      answer={source && (source.events > 0 ? t('source.answer', { count: source.events }) : t('source.answer_none'))}
      actions={
        source &&
        workspace.may('see_customers') && (
          <Button component={Link} to={{ pathname: workspace.to(addresses.live), search: `?quelle=${encodeURIComponent(source.id)}` }} variant="default" leftSection={<IconBroadcast size={17} stroke={1.75} aria-hidden />}>
            {t('source.live')}
          </Button>
        )
      }
      how={source && t('send.how')}
    >
      <Answer
        of={sources}
        isEmpty={() => !source}
        empty={
          <EmptyState icon={IconDatabaseOff} title={t('source.gone')} action={toList}>
            {t('source.gone_text')}
          </EmptyState>
        }
      >
        {() =>
          source && (
            <>
              {workspace.may('import_data') && <WriteKeys source={source} onMade={setSecret} />}
              <Examples secret={secret} />
              {workspace.may('import_data') && <Webhooks source={source} />}
              {workspace.may('import_data') && <Settings key={source.etag} source={source} />}
            </>
          )
        }
      </Answer>
    </Page>
  );
}

function Settings({ source }: { source: Source }) {
  const { t } = useTexts(texts);
  const notify = useNotify();
  const channelName = useChannelName();
  const before = source.mapping.channel ?? '';
  const [channel, setChannel] = useState(before);
  const edit = useChange(api.editSource);
  return (
    <Section title={t('source.settings')}>
      <form
        className={classes.settings}
        onSubmit={(event) => {
          event.preventDefault();
          edit.mutate({ id: source.id, etag: source.etag, patch: { channel: channel.trim() } }, { onSuccess: () => notify.done(t('channel.saved')) });
        }}
      >
        <Autocomplete label={t('channel.label')} description={t('channel.hint')} value={channel} onChange={setChannel} data={liveChannels.map((c) => channelName(c))} maxLength={80} />
        <Group>
          <Button type="submit" variant="default" loading={edit.isPending} disabled={channel.trim() === before}>
            {t('channel.save')}
          </Button>
        </Group>
      </form>
    </Section>
  );
}
