import { Button, FileButton, Group, Modal, NativeSelect, Radio, Stack, Text, TextInput, Textarea } from '@mantine/core';
import { useState } from 'react';
import { api, asProblem, useChange, type PrivacyRequestKind } from '@/api';
import { useLocale, useTexts } from '@/i18n';
import { Confirm, ProblemNote, useNotify } from '@/ui';
import { texts } from './de';

const kinds: PrivacyRequestKind[] = ['erasure', 'access', 'restriction', 'lifting'];

export function NewRequest({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTexts(texts);
  const { t: shared } = useLocale();
  return (
    <Modal opened={opened} onClose={onClose} size="lg" title={<Text fw={620} fz="lg">{t('requests.new')}</Text>} closeButtonProps={{ 'aria-label': shared('action.close') }}>
      <Form onClose={onClose} />
    </Modal>
  );
}

function Form({ onClose }: { onClose: () => void }) {
  const { t } = useTexts(texts);
  const { t: shared } = useLocale();
  const notify = useNotify();
  const add = useChange(api.addPrivacyRequest, { quiet: true });
  const [kind, setKind] = useState<PrivacyRequestKind>('erasure');
  const [list, setList] = useState('');
  const [note, setNote] = useState('');
  const [atOnce, setAtOnce] = useState(true);
  const [asking, setAsking] = useState(false);
  const problem = add.error ? asProblem(add.error) : undefined;
  const start = async () => {
    await add.mutateAsync({ kind, list, note: note.trim() || undefined, bytes_at_once: kind === 'erasure' ? atOnce : undefined });
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
            {kinds.map((one) => (
              <Radio key={one} value={one} label={t(`kind.${one}`)} description={t(`kind.${one}.text`)} />
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
        {kind !== 'access' && (
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
        {kind === 'erasure' && (
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
          <Button type="submit" loading={add.isPending} disabled={!list.trim()}>
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
