import { Anchor, Button, Stack } from '@mantine/core';
import { useEffect } from 'react';
import { useChangePassword, useSignOut } from '@/api';
import { useLocale, useTexts } from '@/i18n';
import { ProblemNote } from '@/ui';
import { texts } from './de';
import { EntranceFrame } from './Entrance';
import { PasswordFields, usePasswordFields } from './PasswordFields';
import classes from './session.module.css';

/** The step after a first sign-in with a password that somebody else made. */
export default function ChangePasswordPage() {
  const { t } = useTexts(texts);
  const { t: shared } = useLocale();
  const fields = usePasswordFields();
  const change = useChangePassword();
  const signOut = useSignOut();
  useEffect(() => {
    document.title = shared('app.title', { page: t('password.title') });
  }, [shared, t]);
  return (
    <EntranceFrame>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (fields.ready) change.mutate({ current: fields.state.current, next: fields.state.next });
        }}
      >
        <h1>{t('password.title')}</h1>
        <p className={classes.lead}>{t('password.lead')}</p>
        <Stack gap="md">
          <ProblemNote problem={change.error} />
          <PasswordFields fields={fields} currentLabel={t('password.one_time')} problem={change.error} />
          <Button type="submit" size="md" fullWidth disabled={!fields.ready} loading={change.isPending} mt="xs">
            {t('password.submit')}
          </Button>
          <Anchor component="button" type="button" fz="sm" onClick={() => signOut.mutate()}>
            {t('password.other')}
          </Anchor>
        </Stack>
      </form>
    </EntranceFrame>
  );
}
