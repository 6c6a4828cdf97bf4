import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useSignIn } from '@/api';
import { useLocale, useTexts } from '@/i18n';
import { ProblemNote } from '@/ui';
import { texts } from './de';
import { EntranceFrame } from './Entrance';
import classes from './session.module.css';

export function Component() {
  const { t } = useTexts(texts);
  const { t: shared } = useLocale();
  const signIn = useSignIn();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [tried, setTried] = useState(false);
  const passwordInput = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = shared('app.title', { page: t('signin.title') });
  }, [shared, t]);
  return (
    <EntranceFrame>
      <form
        className={classes.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (email.trim() && password)
            signIn.mutate(
              { email: email.trim(), password },
              {
                onError: () => {
                  setPassword('');
                  setTried(false);
                  passwordInput.current?.focus();
                },
              },
            );
        }}
      >
        <h1>{t('signin.welcome')}</h1>
        <p className={classes.lead}>{t('signin.lead')}</p>
        <Stack gap="md">
          <ProblemNote problem={signIn.error} />
          <TextInput
            label={t('signin.email')}
            type="email"
            name="email"
            autoComplete="username"
            autoFocus
            size="md"
            value={email}
            onChange={(e) => setEmail(e.currentTarget.value)}
            error={tried && !email.trim() ? t('signin.email_missing') : undefined}
          />
          <PasswordInput
            label={t('signin.password')}
            name="password"
            autoComplete="current-password"
            size="md"
            ref={passwordInput}
            value={password}
            onChange={(e) => setPassword(e.currentTarget.value)}
            error={tried && !password ? t('signin.password_missing') : undefined}
          />
          <Button type="submit" size="md" fullWidth loading={signIn.isPending} mt="xs">
            {t('signin.submit')}
          </Button>
          <Text fz="sm" c="dimmed">
            {t('signin.help')}
          </Text>
        </Stack>
      </form>
    </EntranceFrame>
  );
}
