import { Button, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api, asProblem, useChange, useWorkspace, type Source } from '@/api';
import { useLocale, useTexts } from '@/i18n';
import { ProblemNote, Section, useNotify } from '@/ui';
import { texts } from './de';

const fields = ['owner', 'system', 'purpose'] as const;

/** Who answers for a source, which system it is, and what its data are used for: shown, and edited in place. */
export function SourceNames({ source }: { source: Source }) {
  const { t } = useTexts(texts);
  const { t: shared } = useLocale();
  const workspace = useWorkspace();
  const notify = useNotify();
  const [form, setForm] = useState<Record<(typeof fields)[number], string>>();
  const edit = useChange(api.editSource, { quiet: true });
  const problem = edit.error ? asProblem(edit.error) : undefined;
  const said = fields.filter((f) => source[f]);
  if (!form)
    return (
      <Section
        title={t('sources.names')}
        aside={
          workspace.may('import_data') && (
            <Button size="compact-sm" variant="subtle" onClick={() => setForm({ owner: source.owner, system: source.system, purpose: source.purpose })}>
              {t('sources.names_edit')}
            </Button>
          )
        }
      >
        {said.length === 0 ? (
          <Text fz="sm" c="dimmed">
            {t('sources.names_none')}
          </Text>
        ) : (
          <Stack gap={6}>
            {said.map((f) => (
              <div key={f}>
                <Text fz="xs" c="dimmed">
                  {t(`sources.${f}`)}
                </Text>
                <Text fz="sm" style={{ whiteSpace: 'pre-line', overflowWrap: 'anywhere' }}>
                  {source[f]}
                </Text>
              </div>
            ))}
          </Stack>
        )}
      </Section>
    );
  return (
    <Section title={t('sources.names')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          edit.mutate({ id: source.id, etag: source.etag, patch: form }, { onSuccess: () => notify.done(t('sources.names_saved')) });
        }}
      >
        <Stack gap="sm">
          <ProblemNote problem={problem} />
          <TextInput label={t('sources.owner')} description={t('sources.owner_hint')} value={form.owner} onChange={(e) => setForm({ ...form, owner: e.currentTarget.value })} maxLength={200} error={problem?.of('owner')} />
          <TextInput label={t('sources.system')} description={t('sources.system_hint')} value={form.system} onChange={(e) => setForm({ ...form, system: e.currentTarget.value })} maxLength={200} error={problem?.of('system')} />
          <Textarea label={t('sources.purpose')} description={t('sources.purpose_hint')} value={form.purpose} onChange={(e) => setForm({ ...form, purpose: e.currentTarget.value })} maxLength={1000} autosize minRows={2} maxRows={8} error={problem?.of('purpose')} />
          <Group gap="xs">
            <Button type="submit" loading={edit.isPending}>
              {t('sources.names_save')}
            </Button>
            <Button variant="default" onClick={() => setForm(undefined)}>
              {shared('action.cancel')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
