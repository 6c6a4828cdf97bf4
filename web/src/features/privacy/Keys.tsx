import { Button, Text } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useState } from 'react';
import { api, useApi, useChange } from '@/api';
import { useTexts } from '@/i18n';
import { Answer, Confirm, Section, useNotify } from '@/ui';
import { texts } from './de';

/** Since when the workspace's key is in use, and its change for a new one. */
export function Keys() {
  const { t, format } = useTexts(texts);
  const notify = useNotify();
  const key = useApi(api.privacyKey);
  const rotate = useChange(api.rotateKey, { quiet: true });
  const [asking, setAsking] = useState(false);
  return (
    <Section
      title={t('keys.title')}
      aside={
        <Button variant="default" leftSection={<IconKey size={16} stroke={1.75} aria-hidden />} disabled={!key.data || key.data.rotating} onClick={() => setAsking(true)}>
          {t('keys.rotate')}
        </Button>
      }
    >
      <Answer of={key}>
        {(now) => (
          <Text fz="sm">
            {now.rotating ? t('keys.rotating') : now.made_at ? t('keys.since', { time: format.time(now.made_at), number: now.number }) : t('keys.never')}
          </Text>
        )}
      </Answer>
      <Text fz="sm" c="dimmed" mt={4}>
        {t('keys.text')}
      </Text>
      <Confirm
        opened={asking}
        title={t('keys.confirm_title')}
        action={t('keys.rotate')}
        onClose={() => setAsking(false)}
        onConfirm={async () => {
          await rotate.mutateAsync();
          notify.done(t('keys.started'));
        }}
      >
        <Text fz="sm">{t('keys.confirm_text')}</Text>
      </Confirm>
    </Section>
  );
}
