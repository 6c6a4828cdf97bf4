import { Button, Checkbox, Group, Modal, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { api, asProblem, useChange, useWorkspace, type NewToken, type Restriction, type Right } from '@/api';
import { useLocale, useTexts } from '@/i18n';
import { ProblemNote, Secret } from '@/ui';
import { texts } from './de';
import { RestrictionFields, unrestricted } from './RestrictionFields';
import { rights } from './roles';

/** Makes a token; its secret is shown once, on the second step. */
export function AddTokenDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTexts(texts);
  const { t: shared } = useLocale();
  const [made, setMade] = useState<NewToken | null>(null);
  const close = () => {
    setMade(null);
    onClose();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      closeOnClickOutside={!made}
      title={<Text fw={620} fz="lg">{made ? t('tokens.secret_title', { name: made.token.name }) : t('tokens.add')}</Text>}
      closeButtonProps={{ 'aria-label': shared('action.close') }}
    >
      {made ? (
        <Stack gap="md">
          <Text fz="sm">{t('tokens.secret_text')}</Text>
          <Secret value={made.secret} label={t('tokens.secret')} />
          <Group justify="flex-end">
            <Button onClick={close}>{t('people.handed')}</Button>
          </Group>
        </Stack>
      ) : (
        <AddTokenForm onMade={setMade} onClose={close} />
      )}
    </Modal>
  );
}

const terms = ['30', '90', '365', 'forever'] as const;

function AddTokenForm({ onMade, onClose }: { onMade: (made: NewToken) => void; onClose: () => void }) {
  const { t } = useTexts(texts);
  const { t: shared } = useLocale();
  const workspace = useWorkspace();
  const add = useChange(api.addToken, { quiet: true });
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<Right[]>(['import_data']);
  const [term, setTerm] = useState<(typeof terms)[number]>('365');
  const [restricted, setRestricted] = useState(false);
  const [restriction, setRestriction] = useState<Restriction>(unrestricted);
  const problem = add.error ? asProblem(add.error) : undefined;
  const label = (value: (typeof terms)[number]) => (value === 'forever' ? t('tokens.forever') : value === '365' ? t('tokens.year') : t('tokens.days', { count: Number(value) }));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (scopes.length > 0) add.mutate({ name: name.trim(), scopes, days: term === 'forever' ? undefined : Number(term), restriction: restricted ? restriction : undefined }, { onSuccess: onMade });
      }}
    >
      <Stack gap="md">
        <ProblemNote problem={problem} />
        <TextInput label={t('tokens.name')} description={t('tokens.name_hint')} value={name} onChange={(e) => setName(e.currentTarget.value)} data-autofocus maxLength={80} error={problem?.of('name')} />
        <Checkbox.Group label={t('tokens.scopes')} value={scopes} onChange={(value) => setScopes(value as Right[])} error={scopes.length === 0 ? t('tokens.scopes_missing') : problem?.of('scopes')}>
          <Stack gap={8} mt={6} mb={4}>
            {rights
              .filter((r) => workspace.may(r))
              .map((r) => (
                <Checkbox key={r} value={r} label={shared(`right.${r}`)} />
              ))}
          </Stack>
        </Checkbox.Group>
        <Select label={t('tokens.valid')} value={term} onChange={(value) => value && setTerm(value as (typeof terms)[number])} allowDeselect={false} data={terms.map((value) => ({ value, label: label(value) }))} />
        <Switch label={t('tokens.restricted')} checked={restricted} onChange={(e) => setRestricted(e.currentTarget.checked)} />
        {restricted && <RestrictionFields value={restriction} onChange={setRestriction} error={(field) => problem?.of(field)} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {shared('action.cancel')}
          </Button>
          <Button type="submit" loading={add.isPending} disabled={!name.trim() || scopes.length === 0}>
            {shared('action.create')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
