import { Button, Group, MultiSelect, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api, asProblem, useApi, useChange, type StaffRules } from '@/api';
import { useTexts } from '@/i18n';
import { ProblemNote, useNotify } from '@/ui';
import { texts } from './de';

/** Nothing below team level is shown unless an agreement with the works council is recorded here. */
export function StaffForm({ rules }: { rules: StaffRules }) {
  const { t, format } = useTexts(texts);
  const notify = useNotify();
  const dimensions = useApi(api.dimensions);
  const save = useChange(api.editStaffRules, { quiet: true });
  const [attributes, setAttributes] = useState(rules.attributes);
  const [agreed, setAgreed] = useState(rules.agreement !== undefined);
  const [agreement, setAgreement] = useState({
    partner: rules.agreement?.partner ?? '',
    agreed_on: rules.agreement?.agreed_on ?? '',
    scope: rules.agreement?.scope ?? '',
    document: rules.agreement?.document ?? '',
  });
  const problem = save.error ? asProblem(save.error) : undefined;
  const known = (dimensions.data?.dimensions ?? []).filter((d) => d.id.startsWith('at_')).map((d) => ({ value: d.id, label: d.name }));
  const options = [...known, ...attributes.filter((one) => !known.some((k) => k.value === one)).map((one) => ({ value: one, label: t('staff.hidden_attribute', { id: one.slice(-6) }) }))];
  const set = (field: keyof typeof agreement) => (event: { currentTarget: { value: string } }) => setAgreement({ ...agreement, [field]: event.currentTarget.value });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({ etag: rules.etag, rules: { attributes, agreement: agreed ? agreement : undefined } }, { onSuccess: () => notify.done(t('settings.saved')) });
      }}
    >
      <Stack gap="md" maw={560}>
        <Text fz="sm">{t(rules.agreement ? 'staff.shown' : 'staff.hidden')}</Text>
        <ProblemNote problem={problem} />
        <MultiSelect label={t('staff.attributes')} description={t('staff.attributes_hint')} data={options} value={attributes} onChange={setAttributes} searchable clearable error={problem?.of('attributes')} />
        <Switch label={t('staff.agreed')} description={t('staff.agreed_hint')} checked={agreed} onChange={(e) => setAgreed(e.currentTarget.checked)} />
        {agreed && (
          <>
            <TextInput label={t('staff.partner')} value={agreement.partner} onChange={set('partner')} error={problem?.of('agreement/partner')} required />
            <TextInput type="date" label={t('staff.agreed_on')} value={agreement.agreed_on} onChange={set('agreed_on')} error={problem?.of('agreement/agreed_on')} required w={200} />
            <Textarea label={t('staff.scope')} description={t('staff.scope_hint')} value={agreement.scope} onChange={set('scope')} error={problem?.of('agreement/scope')} autosize minRows={2} required />
            <TextInput label={t('staff.document')} description={t('staff.document_hint')} value={agreement.document} onChange={set('document')} error={problem?.of('agreement/document')} required />
          </>
        )}
        {rules.agreement?.recorded_at && (
          <Text fz="sm" c="dimmed">
            {t('staff.recorded', { name: rules.agreement.recorded_by ?? '', time: format.time(rules.agreement.recorded_at) })}
          </Text>
        )}
        <Group>
          <Button type="submit" variant="default" loading={save.isPending}>
            {t('settings.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
