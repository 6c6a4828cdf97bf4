import { Button, FileButton, Group, Modal, NativeSelect, Radio, Stack, Text, TextInput, Textarea } from '@mantine/core';
import { useState } from 'react';
import { api, asProblem, useApi, useChange, type PrivacyRequestKind } from '@/api';
import { useLocale, useTexts } from '@/i18n';
import { Confirm, ProblemNote, useNotify } from '@/ui';
import { texts } from './de';

const kinds: PrivacyRequestKind[] = ['erasure', 'access', 'rectification', 'restriction', 'lifting'];

/** A value that the customer view found wrong. */
export interface Rectify {
  customer: string;
  attribute: string;
  wrong: string;
}

export function NewRequest({ opened, onClose, begun }: { opened: boolean; onClose: () => void; begun?: Rectify }) {
  const { t } = useTexts(texts);
  const { t: shared } = useLocale();
  return (
    <Modal opened={opened} onClose={onClose} size="lg" title={<Text fw={620} fz="lg">{t('requests.new')}</Text>} closeButtonProps={{ 'aria-label': shared('action.close') }}>
      <Form onClose={onClose} begun={begun} />
    </Modal>
  );
}

function Form({ onClose, begun }: { onClose: () => void; begun?: Rectify }) {
  const { t } = useTexts(texts);
  const { t: shared } = useLocale();
  const notify = useNotify();
  const add = useChange(api.addPrivacyRequest, { quiet: true });
  const [kind, setKind] = useState<PrivacyRequestKind>(begun ? 'rectification' : 'erasure');
  const [list, setList] = useState(begun?.customer ?? '');
  const [attribute, setAttribute] = useState(begun?.attribute ?? '');
  const [wrong, setWrong] = useState(begun?.wrong ?? '');
  const [right, setRight] = useState('');
  const dimensions = useApi(api.dimensions, undefined, { enabled: kind === 'rectification' });
  const one = kind === 'access' || kind === 'rectification';
  const [note, setNote] = useState('');
  const [atOnce, setAtOnce] = useState(true);
  const [asking, setAsking] = useState(false);
  const problem = add.error ? asProblem(add.error) : undefined;
  const start = async () => {
    await add.mutateAsync({ kind, list, note: note.trim() || undefined, bytes_at_once: kind === 'erasure' || kind === 'rectification' ? atOnce : undefined, ...(kind === 'rectification' ? { attribute: attribute || undefined, wrong, right } : {}) });
    notify.done(t('requests.started'));
    onClose();
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (kind === 'erasure') setAsking(true);
        else start().catch(() => undefined); // the problem stands in the form
      }}
    >
      <Stack gap="md">
        <ProblemNote problem={problem} />
        <Radio.Group label={t('requests.kind')} value={kind} onChange={(value) => setKind(value as PrivacyRequestKind)}>
          <Stack gap="xs" mt="xs">
            {kinds.map((value) => (
              <Radio key={value} value={value} label={t(`kind.${value}`)} description={t(`kind.${value}.text`)} />
            ))}
          </Stack>
        </Radio.Group>
        <Textarea
          label={t('requests.customers')}
          description={t('requests.customers_hint')}
          value={list}
          onChange={(e) => setList(e.currentTarget.value)}
          autosize
          minRows={3}
          maxRows={10}
          data-autofocus
          error={problem?.of('customers')}
        />
        {kind === 'rectification' && (
          <>
            <NativeSelect
              label={t('rectify.what')}
              value={attribute}
              onChange={(e) => setAttribute(e.currentTarget.value)}
              data={[
                { value: '', label: t('rectify.identifier') },
                ...[...new Set([...(attribute ? [attribute] : []), ...(dimensions.data?.dimensions ?? []).filter((a) => a.scope === 'customer').map((a) => a.name)])].map((name) => ({ value: name, label: name })),
              ]}
            />
            <TextInput label={t('rectify.wrong')} value={wrong} onChange={(e) => setWrong(e.currentTarget.value)} error={problem?.of('wrong')} />
            <TextInput label={t('rectify.right')} description={attribute ? t('rectify.right_hint') : undefined} value={right} onChange={(e) => setRight(e.currentTarget.value)} error={problem?.of('right')} />
          </>
        )}
        {!one && (
          <Group>
            <FileButton accept=".csv,.txt,text/csv,text/plain" onChange={(file) => void file?.text().then(setList)}>
              {(props) => (
                <Button {...props} variant="default" size="compact-sm">
                  {t('requests.file')}
                </Button>
              )}
            </FileButton>
          </Group>
        )}
        <TextInput label={t('requests.note')} description={t('requests.note_hint')} value={note} onChange={(e) => setNote(e.currentTarget.value)} maxLength={200} error={problem?.of('note')} />
        {(kind === 'erasure' || kind === 'rectification') && (
          <NativeSelect
            label={t('requests.bytes')}
            value={atOnce ? 'now' : 'night'}
            data={[
              { value: 'now', label: t('requests.bytes.now') },
              { value: 'night', label: t('requests.bytes.night') },
            ]}
            onChange={(e) => setAtOnce(e.currentTarget.value === 'now')}
          />
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {shared('action.cancel')}
          </Button>
          <Button type="submit" loading={add.isPending} disabled={!list.trim() || (kind === 'rectification' && (!wrong.trim() || (!attribute && !right.trim())))}>
            {t('requests.start')}
          </Button>
        </Group>
      </Stack>
      <Confirm opened={asking} title={t('requests.confirm_title')} action={t('requests.confirm')} onClose={() => setAsking(false)} onConfirm={start}>
        <Text fz="sm">{t('requests.confirm_text')}</Text>
      </Confirm>
    </form>
  );
}
