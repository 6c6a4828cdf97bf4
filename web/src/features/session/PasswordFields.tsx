import { PasswordInput } from '@mantine/core';
import { useState } from 'react';
import { asProblem } from '@/api';
import { useLocale } from '@/i18n';

/** The three inputs of a password change and what they hold. */
export function usePasswordFields() {
  const [state, setState] = useState({ current: '', next: '', repeat: '' });
  const differs = state.repeat !== '' && state.repeat !== state.next;
  return { state, setState, differs, ready: state.current !== '' && state.next.length >= 10 && state.repeat === state.next };
}

export function PasswordFields({ fields, currentLabel, problem }: { fields: ReturnType<typeof usePasswordFields>; currentLabel: string; problem: unknown }) {
  const { t } = useLocale();
  const { state, setState, differs } = fields;
  const met = problem ? asProblem(problem) : undefined;
  const set = (key: keyof typeof state) => (event: { currentTarget: HTMLInputElement }) => {
    const { value } = event.currentTarget;
    setState((old) => ({ ...old, [key]: value }));
  };
  return (
    <>
      <PasswordInput label={currentLabel} autoComplete="current-password" value={state.current} onChange={set('current')} error={met?.of('current')} />
      <PasswordInput label={t('profile.next')} description={t('profile.rule')} autoComplete="new-password" value={state.next} onChange={set('next')} error={met?.of('next')} />
      <PasswordInput label={t('profile.repeat')} autoComplete="new-password" value={state.repeat} onChange={set('repeat')} error={differs ? t('profile.differs') : undefined} />
    </>
  );
}
