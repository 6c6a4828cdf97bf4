import { Button, Group, PasswordInput, Radio, Select, SimpleGrid, Stack, Switch, Text, TextInput } from '@mantine/core';
import { IconTruckDelivery } from '@tabler/icons-react';
import { useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { addresses, api, asProblem, useApi, useChange, useFilter, useWorkspace, type Delivery, type DeliveryContent } from '@/api';
import { useLocale, useTexts } from '@/i18n';
import { Answer, Note, Page, ProblemNote, Section, useNotify } from '@/ui';
import { FilterBar } from '@/ui/filterbar';
import { texts } from './de';
import { emptyForm, formOf, hasFilter, isResult, missing, needsPurpose, needsSecret, requestOf, type Form } from './form';

const contents: DeliveryContent[] = ['events', 'customers', 'audience', 'touchpoints', 'transitions', 'variants'];
const purposes = ['analytics', 'personalisation', 'contact'] as const;
const intervals = ['5', '15', '60', '360'];

/** What is delivered, where to, when. Also changes a stored delivery. */
export function Component() {
  const { t } = useTexts(texts);
  const { id } = useParams();
  const deliveries = useApi(api.deliveries);
  const stored = deliveries.data?.items.find((d) => d.id === id);
  const [content, setContent] = useState<DeliveryContent>();
  const now = content ?? stored?.what.content ?? 'events';
  return (
    <Page title={id ? t('form.edit', { name: stored?.name ?? '' }) : t('form.new')} answer={id ? undefined : t('form.answer')} filters={hasFilter(now) && <FilterBar />} width="narrow">
      <Answer of={deliveries} isEmpty={() => Boolean(id) && !stored} empty={<Text>{t('page.gone')}</Text>}>
        {() => <Fields key={stored?.etag} stored={stored} onContent={setContent} />}
      </Answer>
    </Page>
  );
}

function Fields({ stored, onContent }: { stored?: Delivery; onContent: (content: DeliveryContent) => void }) {
  const { t, format } = useTexts(texts);
  const { t: shared } = useLocale();
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const notify = useNotify();
  const [filter] = useFilter();
  const [form, setForm] = useState<Form>(() => (stored ? formOf(stored) : emptyForm));
  const rules = useApi(api.connectorRules);
  const sources = useApi(api.sources);
  const segments = useApi(api.segments);
  const add = useChange(api.addDelivery, { quiet: true });
  const edit = useChange(api.editDelivery, { quiet: true });
  const saving = stored ? edit : add;
  const problem = saving.error ? asProblem(saving.error) : undefined;
  const set = (part: Partial<Form>) => setForm((old) => ({ ...old, ...part }));
  const kept = Boolean(stored?.has_secret);
  const needs = missing(form, kept);
  const result = isResult(form.content);
  const request = requestOf(form, filter);
  const preview = useApi(api.deliveryPreview, { what: request.what }, { enabled: needsPurpose(form.content) && Boolean(form.purpose) && (form.content !== 'audience' || Boolean(form.segment)) });

  const choose = (content: DeliveryContent) => {
    set({ content, purpose: null, source: null, segment: null, ...(form.place === 'webhook' && content !== 'audience' && { place: 'folder' as const }) });
    onContent(content);
  };
  const save = () => {
    if (needs.length > 0) return;
    const done = (d: Delivery) => {
      notify.done(t(stored ? 'form.changed' : 'form.saved'));
      void navigate(workspace.to(addresses.delivery(d.id)), { replace: true, state: d.new_secret ? { secret: d.new_secret } : null });
    };
    if (stored) edit.mutate({ id: stored.id, etag: stored.etag, patch: { ...request, by_hand: !request.schedule } }, { onSuccess: done });
    else add.mutate(request, { onSuccess: done });
  };

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Section title={t('form.what')}>
        <Stack gap="md">
          {!stored && (
            <Radio.Group label={t('column.content')} value={form.content} onChange={(value) => choose(value as DeliveryContent)}>
              <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm" mt={6}>
                {contents.map((one) => (
                  <Radio key={one} value={one} label={t(`content.${one}`)} description={t(`content.${one}_text`)} />
                ))}
              </SimpleGrid>
            </Radio.Group>
          )}
          {hasFilter(form.content) && <Text fz="sm" c="dimmed">{t(result ? 'form.filter_result' : 'form.filter_customers')}</Text>}
          <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md" style={{ alignItems: 'end' }}>
            {form.content === 'events' && (
              <Select label={t('form.source')} placeholder={t('form.source_all')} value={form.source} onChange={(source) => set({ source })} clearable error={problem?.of('what/source')} data={(sources.data?.items ?? []).map((s) => ({ value: s.id, label: s.name }))} />
            )}
            {form.content === 'audience' && (
              <Select label={t('form.segment')} value={form.segment} onChange={(segment) => set({ segment })} searchable withAsterisk nothingFoundMessage={t('form.segment_none')} error={problem?.of('what/segment')} data={(segments.data?.items ?? []).map((s) => ({ value: s.id, label: s.name }))} />
            )}
            {!result && (
              <Select
                label={t('form.purpose')}
                description={t(needsPurpose(form.content) ? 'form.purpose_hint' : 'form.purpose_events')}
                placeholder={needsPurpose(form.content) ? undefined : t('form.purpose_none')}
                value={form.purpose}
                onChange={(purpose) => set({ purpose: purpose as Form['purpose'] })}
                clearable={!needsPurpose(form.content)}
                withAsterisk={needsPurpose(form.content)}
                error={problem?.of('what/purpose')}
                data={purposes.map((p) => ({ value: p, label: t(`purpose.${p}`) }))}
              />
            )}
            {needsPurpose(form.content) && form.place !== 'webhook' && (
              <Select label={t('form.mode')} value={form.mode} onChange={(mode) => set({ mode: mode as Form['mode'] })} allowDeselect={false} data={(['changes', 'whole'] as const).map((m) => ({ value: m, label: t(`mode.${m}`) }))} />
            )}
            {form.place !== 'webhook' && (
              <Select label={t('form.format')} value={form.format} onChange={(value) => set({ format: value as Form['format'] })} allowDeselect={false} data={(['parquet', 'csv'] as const).map((f) => ({ value: f, label: t(`format.${f}`) }))} />
            )}
          </SimpleGrid>
          {preview.data && (
            <Note tone="neutral">
              {t('form.preview', { customers: format.number(preview.data.customers) })} {preview.data.left_out > 0 && t('page.left_out', { count: preview.data.left_out })}
            </Note>
          )}
          {!result && workspace.may('see_identifiers') && (
            <Switch label={t('form.originals')} description={t('form.originals_hint')} checked={form.originals} onChange={(e) => set({ originals: e.currentTarget.checked })} />
          )}
        </Stack>
      </Section>

      <Section title={t('form.where')}>
        <Stack gap="md">
          <Radio.Group label={t('form.place')} value={form.place} onChange={(place) => set({ place: place as Form['place'] })} error={problem?.of('where/place')}>
            <Stack gap="xs" mt={6}>
              {(['folder', 'http', ...(form.content === 'audience' ? (['webhook'] as const) : [])] as const).map((place) => (
                <Radio key={place} value={place} label={t(`place.${place}`)} description={t(`place.${place}_text`)} />
              ))}
            </Stack>
          </Radio.Group>
          {form.place === 'folder' ? (
            <TextInput label={t('form.folder')} description={rules.data && (rules.data.folders.length > 0 ? t('form.folder_hint', { folders: rules.data.folders.join(', ') }) : t('form.folder_none'))} value={form.folder} onChange={(e) => set({ folder: e.currentTarget.value })} withAsterisk error={problem?.of('where/folder')} />
          ) : (
            <TextInput label={t('form.url')} description={form.place === 'http' ? t('form.url_hint', { file: '{file}' }) : t('form.webhook_hint')} value={form.url} onChange={(e) => set({ url: e.currentTarget.value })} withAsterisk error={problem?.of('where/url')} />
          )}
          {form.place === 'http' && (
            <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
              <Select label={t('form.method')} value={form.method} onChange={(method) => set({ method: method as Form['method'] })} allowDeselect={false} data={['put', 'post'].map((m) => ({ value: m, label: m.toUpperCase() }))} />
              <Select label={t('form.sign_in')} value={form.sign_in} onChange={(one) => set({ sign_in: one as Form['sign_in'] })} allowDeselect={false} data={(['none', 'basic', 'bearer', 'header'] as const).map((s) => ({ value: s, label: t(`sign_in.${s}`) }))} />
              {form.sign_in === 'basic' && <TextInput label={t('form.user')} value={form.user} onChange={(e) => set({ user: e.currentTarget.value })} error={problem?.of('where/user')} autoComplete="off" />}
              {form.sign_in === 'header' && <TextInput label={t('form.header_name')} value={form.header_name} onChange={(e) => set({ header_name: e.currentTarget.value })} error={problem?.of('where/header_name')} />}
            </SimpleGrid>
          )}
          {(needsSecret(form) || form.place === 'webhook') && (
            <PasswordInput
              label={t(form.place === 'webhook' ? 'secret.webhook' : 'secret.http')}
              description={t(kept ? 'secret.kept' : form.place === 'webhook' ? 'secret.webhook_hint' : 'secret.hint')}
              value={form.secret}
              onChange={(e) => set({ secret: e.currentTarget.value })}
              error={problem?.of('secret')}
              autoComplete="new-password"
            />
          )}
        </Stack>
      </Section>

      <Section title={t('form.when')}>
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
          <TextInput label={t('column.name')} description={t('form.name_hint')} value={form.name} onChange={(e) => set({ name: e.currentTarget.value })} maxLength={80} withAsterisk error={problem?.of('name')} />
          <Select
            label={t('form.how_often')}
            description={t('form.how_often_hint')}
            value={form.when}
            onChange={(when) => set({ when: when ?? form.when })}
            allowDeselect={false}
            data={[
              { value: 'daily', label: t('when.daily') },
              ...[...new Set([...intervals, ...(/^\d+$/.test(form.when) ? [form.when] : [])])].map((n) => ({ value: n, label: t('when.interval', { count: Number(n) }) })),
              { value: 'hand', label: t('when.hand') },
            ]}
          />
          {form.when === 'daily' && <TextInput type="time" label={t('form.time')} value={form.time} onChange={(e) => set({ time: e.currentTarget.value })} />}
        </SimpleGrid>
      </Section>

      <Group justify="space-between" align="center" mt="md">
        <div role="status">
          <Text fz="sm" c="dimmed">
            {needs.length === 0 ? t(form.when === 'hand' ? 'form.ready_hand' : 'form.ready') : t('form.missing', { list: format.list(needs.map((n) => t(`missing.${n}`))) })}
          </Text>
          <ProblemNote problem={saving.error} />
        </div>
        <Group gap="xs">
          <Button variant="default" onClick={() => void navigate(workspace.to(stored ? addresses.delivery(stored.id) : addresses.deliveries))}>
            {shared('action.cancel')}
          </Button>
          <Button type="submit" disabled={needs.length > 0} loading={saving.isPending} leftSection={<IconTruckDelivery size={16} aria-hidden />}>
            {t('form.save')}
          </Button>
        </Group>
      </Group>
    </form>
  );
}
