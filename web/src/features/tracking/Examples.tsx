import { Button, CopyButton, Switch, Tabs, Text } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useState } from 'react';
import { useTexts } from '@/i18n';
import { Section } from '@/ui';
import { texts } from './de';
import { example, kinds, placeholder, type Kind } from './examples';
import classes from './tracking.module.css';

/** What to copy into a page, a shell or a program; a key that was just made stands in it already. */
export function Examples({ secret }: { secret?: string }) {
  const { t } = useTexts(texts);
  const [kind, setKind] = useState<Kind>('snippet');
  const [consent, setConsent] = useState(true);
  return (
    <Section title={t('send.title')}>
      <Tabs value={kind} onChange={(value) => setKind(kinds.find((k) => k === value) ?? 'snippet')} keepMounted={false}>
        <Tabs.List aria-label={t('send.title')}>
          {kinds.map((k) => (
            <Tabs.Tab key={k} value={k}>
              {t(`send.${k}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {kinds.map((k) => (
          <Tabs.Panel key={k} value={k} pt="md">
            <Text fz="sm" mb="sm" maw={760}>
              {t(`send.text_${k}`)} {!secret && t.rich('send.placeholder', { placeholder: <code>{placeholder}</code> })}
            </Text>
            {k === 'snippet' && <Switch label={t('send.consent')} description={t('send.consent_hint')} checked={consent} onChange={(e) => setConsent(e.currentTarget.checked)} mb="md" maw={760} />}
            <Code text={example(k, window.location.origin, secret, consent)} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Section>
  );
}

function Code({ text }: { text: string }) {
  const { t } = useTexts(texts);
  return (
    <div className={classes.code}>
      <pre tabIndex={0} aria-label={t('send.title')}>
        <code>{text}</code>
      </pre>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button size="compact-sm" variant="default" className={classes.copy} onClick={copy} leftSection={copied ? <IconCheck size={15} aria-hidden /> : <IconCopy size={15} aria-hidden />}>
            {copied ? t('send.copied') : t('send.copy')}
          </Button>
        )}
      </CopyButton>
    </div>
  );
}
