import { Text, TextInput } from '@mantine/core';
import { useState, type ReactNode } from 'react';
import { api, useChange, type IdentityDecisionRequest } from '@/api';
import { useTexts } from '@/i18n';
import { Confirm, useNotify } from '@/ui';
import { texts } from './de';

/** Asks before a decision, and says what became of it. */
export function useDecide(): { ask: (request: IdentityDecisionRequest, what: string) => void; dialog: ReactNode } {
  const { t } = useTexts(texts);
  const notify = useNotify();
  const [asked, setAsked] = useState<{ request: IdentityDecisionRequest; what: string } | null>(null);
  const [reason, setReason] = useState('');
  const decide = useChange(api.decideIdentity, { quiet: true });
  const joins = asked?.request.verdict === 'join';
  const dialog = (
    <Confirm
      opened={asked !== null}
      title={joins ? t('decide.join_title') : t('decide.split_title')}
      action={joins ? t('held.join') : t('held.split')}
      onClose={() => setAsked(null)}
      onConfirm={async () => {
        if (!asked) return;
        const decision = await decide.mutateAsync({ ...asked.request, ...(reason.trim() ? { reason: reason.trim() } : {}) });
        setReason('');
        notify.done(joins ? t('decide.joined') : decision.one_customer ? t('decide.still_one') : t('decide.split_done'));
      }}
    >
      <Text fz="sm" fw={600}>{asked?.what}</Text>
      <Text fz="sm" my="xs">{joins ? t('decide.join_text') : t('decide.split_text')}</Text>
      <TextInput label={t('decide.reason')} value={reason} onChange={(e) => setReason(e.currentTarget.value)} maxLength={500} />
    </Confirm>
  );
  return { ask: (request, what) => setAsked({ request, what }), dialog };
}
