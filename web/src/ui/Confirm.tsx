import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { useLocale } from '@/i18n';
import { ProblemNote } from './States';

export interface ConfirmProps {
  opened: boolean;
  title: string;
  /** What will happen, and what will be gone. */
  children: ReactNode;
  /** The button's own verb, e.g. "Arbeitsbereich löschen". */
  action: string;
  /** Must be typed before the button works. */
  word?: string;
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
}
/** For what cannot be undone. Everything else happens at once and offers an undo. */
export function Confirm({ opened, title, children, action, word, onConfirm, onClose }: ConfirmProps) {
  const { t } = useLocale();
  return (
    <Modal opened={opened} onClose={onClose} title={<Text fw={620} fz="lg">{title}</Text>} closeButtonProps={{ 'aria-label': t('action.close') }}>
      <ConfirmForm action={action} word={word} onConfirm={onConfirm} onClose={onClose}>
        {children}
      </ConfirmForm>
    </Modal>
  );
}

function ConfirmForm({ children, action, word, onConfirm, onClose }: Omit<ConfirmProps, 'opened' | 'title'>) {
  const { t } = useLocale();
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const ready = word === undefined || typed.trim() === word;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!ready) return;
        setBusy(true);
        setProblem(null);
        onConfirm().then(onClose, setProblem).finally(() => setBusy(false));
      }}
    >
      <Stack gap="md">
        <div>{children}</div>
        {word !== undefined && <TextInput label={t('confirm.type', { word })} value={typed} onChange={(e) => setTyped(e.currentTarget.value)} data-autofocus autoComplete="off" />}
        <ProblemNote problem={problem} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" color="red" disabled={!ready} loading={busy}>
            {action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
