import { Autocomplete, Button, Group, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { addresses, api, asProblem, useChange, useWorkspace } from '@/api';
import { useLocale, useTexts } from '@/i18n';
import { Page, ProblemNote, Section, useChannelName } from '@/ui';
import { liveChannels } from './channels';
import { texts } from './de';

/** Makes a source for live events and leads on to its write keys. */
export function Component() {
  const { t } = useTexts(texts);
  const { t: shared } = useLocale();
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const channelName = useChannelName();
  const [name, setName] = useState('');
  const [channel, setChannel] = useState(() => channelName('web'));
  const add = useChange(api.addSource, { quiet: true });
  const problem = add.error ? asProblem(add.error) : undefined;
  return (
    <Page title={t('new.title')} answer={t('new.answer')} width="narrow">
      <Section>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            add.mutate({ name: name.trim(), channel: channel.trim() }, { onSuccess: (source) => void navigate(workspace.to(addresses.source(source.id)), { replace: true }) });
          }}
        >
          <Stack gap="md" maw={440}>
            <ProblemNote problem={problem} />
            <TextInput label={t('new.name')} description={t('new.name_hint')} value={name} onChange={(e) => setName(e.currentTarget.value)} maxLength={80} error={problem?.of('name')} withAsterisk />
            <Autocomplete label={t('channel.label')} description={t('channel.hint')} value={channel} onChange={setChannel} data={liveChannels.map((c) => channelName(c))} maxLength={80} />
            <Group gap="xs">
              <Button type="submit" loading={add.isPending} disabled={!name.trim()}>
                {t('new.create')}
              </Button>
              <Button variant="default" onClick={() => void navigate(workspace.to(addresses.sources))}>
                {shared('action.cancel')}
              </Button>
            </Group>
          </Stack>
        </form>
      </Section>
    </Page>
  );
}
