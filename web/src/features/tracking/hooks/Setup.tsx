import { Button, CopyButton, Group, List, Modal, PasswordInput, Stack, Text } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useState } from 'react';
import { api, asProblem, useChange, type Webhook, type WebhookPreset } from '@/api';
import { useLocale, useTexts } from '@/i18n';
import { Note, ProblemNote, Secret, Section, useNotify } from '@/ui';
import tracking from '../tracking.module.css';
import { texts } from './de';
import classes from './hooks.module.css';
import { curl, placeholder, presetName, stepsName } from './presets';
import { HookState } from './Webhooks';

/** What the other system must know, step by step; the secret is entered or renewed here. */
export function Setup({ hook, preset }: { hook: Webhook; preset: WebhookPreset }) {
  const { t } = useTexts(texts);
  const [asking, setAsking] = useState(false);
  const address = window.location.origin + hook.path;
  const command = curl(address, preset);
  return (
    <Section title={t('setup.title')} aside={<Group gap="xs"><Text fz="sm" c="dimmed">{t(presetName(hook.preset))}</Text><HookState hook={hook} /></Group>}>
      <div className={classes.setup}>
        <div>
          <Text fz="sm" fw={560} mb={4}>{t('setup.address')}</Text>
          <Secret value={address} label={t('setup.address')} />
          <Text fz="xs" c="dimmed" mt={4}>{t('setup.test_address')}</Text>
        </div>
        <div>
          <Text fz="sm" fw={560} mb={4}>{t('setup.secret')}</Text>
          <Group gap="sm">
            <Text fz="sm">{hook.has_secret ? t.rich('setup.secret_ends', { hint: <code>{hook.secret_hint}</code> }) : t('setup.secret_none')}</Text>
            <Button size="compact-sm" variant={hook.has_secret ? 'default' : 'filled'} onClick={() => setAsking(true)}>
              {t(preset.makes_secret ? 'setup.renew' : 'setup.enter')}
            </Button>
          </Group>
        </div>
      </div>
      <List type="ordered" spacing={6} mt="md" maw={760} fz="sm">
        {t(stepsName(hook.preset))
          .split('\n')
          .map((step) => (
            <List.Item key={step}>{step}</List.Item>
          ))}
      </List>
      {command && (
        <details className={classes.try}>
          <summary>{t('setup.curl')}</summary>
          <Text fz="sm" my="xs">{t.rich('setup.curl_hint', { placeholder: <code>{placeholder}</code> })}</Text>
          <div className={tracking.code}>
            <pre tabIndex={0} aria-label={t('setup.curl')}>
              <code>{command}</code>
            </pre>
            <CopyButton value={command}>
              {({ copied, copy }) => (
                <Button size="compact-sm" variant="default" onClick={copy} leftSection={copied ? <IconCheck size={15} aria-hidden /> : <IconCopy size={15} aria-hidden />}>
                  {t(copied ? 'setup.copied' : 'setup.copy')}
                </Button>
              )}
            </CopyButton>
          </div>
        </details>
      )}
      <SecretDialog hook={hook} preset={preset} opened={asking} onClose={() => setAsking(false)} />
    </Section>
  );
}

function SecretDialog({ hook, preset, opened, onClose }: { hook: Webhook; preset: WebhookPreset; opened: boolean; onClose: () => void }) {
  const { t } = useTexts(texts);
  const { t: shared } = useLocale();
  const notify = useNotify();
  const [secret, setSecret] = useState('');
  const [made, setMade] = useState<string>();
  const change = useChange(api.setWebhookSecret, { quiet: true });
  const problem = change.error ? asProblem(change.error) : undefined;
  const close = () => {
    setSecret('');
    setMade(undefined);
    change.reset();
    onClose();
  };
  const save = () =>
    change.mutate(
      { id: hook.id, ...(!preset.makes_secret && { secret: secret.trim() }) },
      {
        onSuccess: (answer) => {
          if (answer.secret) return setMade(answer.secret);
          notify.done(t('setup.saved'));
          close();
        },
      },
    );
  return (
    <Modal
      opened={opened}
      onClose={close}
      closeOnClickOutside={!made}
      title={<Text fw={620} fz="lg">{t(made ? 'setup.renewed' : preset.makes_secret ? 'setup.renew_title' : 'setup.enter_title')}</Text>}
      closeButtonProps={{ 'aria-label': shared('action.close') }}
    >
      {made ? (
        <Stack gap="md">
          <Text fz="sm">{t('new.made_text')}</Text>
          <Secret value={made} label={t('new.secret_label')} />
          <Group justify="flex-end">
            <Button onClick={close}>{t('setup.noted')}</Button>
          </Group>
        </Stack>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            save();
          }}
        >
          <Stack gap="md">
            <ProblemNote problem={problem} />
            {preset.makes_secret ? (
              <Note tone="signal">{t('setup.renew_text')}</Note>
            ) : (
              <PasswordInput label={t('new.secret')} description={hook.has_secret ? t('setup.enter_text') : undefined} value={secret} onChange={(e) => setSecret(e.currentTarget.value)} data-autofocus autoComplete="off" error={problem?.of('secret')} />
            )}
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={close}>
                {shared('action.cancel')}
              </Button>
              <Button type="submit" loading={change.isPending} disabled={!preset.makes_secret && !secret.trim()}>
                {preset.makes_secret ? t('setup.renew') : shared('action.save')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
