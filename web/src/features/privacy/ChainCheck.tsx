import { Button, Text } from '@mantine/core';
import { IconLink } from '@tabler/icons-react';
import { useState } from 'react';
import { api, useApi } from '@/api';
import { useTexts } from '@/i18n';
import { Answer, Note, Section } from '@/ui';
import { texts } from './de';

/** The audit log's chain, checked when asked. */
export function ChainCheck() {
  const { t } = useTexts(texts);
  const [asked, setAsked] = useState(false);
  const proof = useApi(api.auditProof, undefined, { enabled: asked, keep: false });
  return (
    <Section
      title={t('chain.title')}
      aside={
        <Button
          variant="default"
          loading={proof.isFetching}
          leftSection={<IconLink size={16} stroke={1.75} aria-hidden />}
          onClick={() => (asked ? void proof.refetch() : setAsked(true))}
        >
          {t('chain.check')}
        </Button>
      }
    >
      {asked ? (
        <Answer of={proof}>
          {(now) => (
            <Note tone={now.whole ? 'good' : 'bad'}>
              {now.whole ? t('chain.whole', { count: now.entries }) : t('chain.broken', { number: now.broken_at ?? 0 })}
              {now.head && (
                <Text fz="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                  {t('chain.head', { head: now.head })}
                </Text>
              )}
            </Note>
          )}
        </Answer>
      ) : (
        <Text fz="sm" c="dimmed">
          {t('chain.text')}
        </Text>
      )}
    </Section>
  );
}
