import { Button, Group, Text } from '@mantine/core';
import { IconArrowLeft, IconPlayerPause, IconPlayerPlay, IconTrash, IconWebhookOff } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useNavigate, useParams } from 'react-router';
import { addresses, api, useApi, useChange, useWorkspace, type Asked, type List, type Webhook, type WebhookDelivery, type WebhookPreset } from '@/api';
import { useTexts } from '@/i18n';
import { Answer, Confirm, EmptyState, Page, useNotify } from '@/ui';
import { texts } from './de';
import { Deliveries } from './Deliveries';
import { MappingSection } from './MappingSection';
import { Setup } from './Setup';

/** One webhook: how the other system is set up, what came last, and what becomes of a body. */
export function Component() {
  const { t } = useTexts(texts);
  const workspace = useWorkspace();
  const { id = '', hook: hookId = '' } = useParams();
  const hooks = useApi(api.webhooks);
  const presets = useApi(api.webhookPresets);
  const hook = hooks.data?.items.find((h) => h.id === hookId && h.source === id);
  const preset = presets.data?.items.find((p) => p.id === hook?.preset);
  const deliveries = useApi(api.webhookDeliveries, { id: hookId }, { enabled: Boolean(hook), every: 3000 });
  const back = (
    <Button component={Link} to={workspace.to(addresses.source(id))} variant="default" leftSection={<IconArrowLeft size={17} stroke={1.75} aria-hidden />}>
      {t('page.back')}
    </Button>
  );
  return (
    <Page
      title={hook?.name ?? t('list.title')}
      answer={hook && <AnswerText hook={hook} deliveries={deliveries.data?.items} />}
      actions={
        <>
          {back}
          {hook && <Actions hook={hook} />}
        </>
      }
      how={hook && t('page.how')}
    >
      <Answer
        of={hooks}
        isEmpty={() => !hook}
        empty={
          <EmptyState icon={IconWebhookOff} title={t('page.gone')} action={back}>
            {t('page.gone_text')}
          </EmptyState>
        }
      >
        {() => (
          <Answer of={presets} isEmpty={() => !preset}>
            {() => hook && preset && <Whole hook={hook} preset={preset} deliveries={deliveries} />}
          </Answer>
        )}
      </Answer>
    </Page>
  );
}

function Whole({ hook, preset, deliveries }: { hook: Webhook; preset: WebhookPreset; deliveries: Asked<List<WebhookDelivery>> }) {
  return (
    <>
      <Setup hook={hook} preset={preset} />
      <Deliveries hook={hook.id} of={deliveries} />
      <MappingSection key={hook.id} hook={hook} preset={preset} />
    </>
  );
}

function AnswerText({ hook, deliveries }: { hook: Webhook; deliveries?: WebhookDelivery[] }) {
  const { t } = useTexts(texts);
  if (!hook.active) return <>{t('page.answer_paused')}</>;
  if (!hook.has_secret) return <>{t('page.answer_secret')}</>;
  if (!deliveries || deliveries.length === 0) return <>{deliveries && t('page.answer_none')}</>;
  const bad = deliveries.filter((d) => d.state === 'refused' || d.state === 'failed' || d.state === 'rejected').length;
  return <>{t('page.answer', { count: deliveries.length, taken: deliveries.length - bad, bad })}</>;
}

function Actions({ hook }: { hook: Webhook }) {
  const { t } = useTexts(texts);
  const notify = useNotify();
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const [deleting, setDeleting] = useState(false);
  const edit = useChange(api.editWebhook);
  const remove = useChange(api.deleteWebhook, { quiet: true });
  const pause = hook.active;
  return (
    <Group gap="xs">
      <Button
        variant="default"
        loading={edit.isPending}
        leftSection={pause ? <IconPlayerPause size={17} stroke={1.75} aria-hidden /> : <IconPlayerPlay size={17} stroke={1.75} aria-hidden />}
        onClick={() => edit.mutate({ id: hook.id, etag: hook.etag, patch: { active: !pause } }, { onSuccess: () => notify.done(t(pause ? 'page.paused' : 'page.resumed', { name: hook.name })) })}
      >
        {t(pause ? 'page.pause' : 'page.resume')}
      </Button>
      <Button variant="subtle" color="red" leftSection={<IconTrash size={17} stroke={1.75} aria-hidden />} onClick={() => setDeleting(true)}>
        {t('page.delete')}
      </Button>
      <Confirm
        opened={deleting}
        title={t('page.delete_title', { name: hook.name })}
        action={t('page.delete')}
        onClose={() => setDeleting(false)}
        onConfirm={async () => {
          await remove.mutateAsync({ id: hook.id });
          notify.done(t('page.deleted', { name: hook.name }));
          void navigate(workspace.to(addresses.source(hook.source)), { replace: true });
        }}
      >
        <Text fz="sm">{t('page.delete_text')}</Text>
      </Confirm>
    </Group>
  );
}
