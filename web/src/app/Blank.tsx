import type { ReactNode } from 'react';
import { useLocale } from '@/i18n';
import { Brand } from './Brand';
import classes from './shell.module.css';

/** A page without workspace: the name, and what there is to say. Empty while the session is being asked for. */
export function Blank({ children }: { children?: ReactNode }) {
  const { t } = useLocale();
  return (
    <div className={classes.blank}>
      <header className={classes.blankBar}>
        <Brand />
      </header>
      <main className={classes.blankMain} aria-busy={!children || undefined} aria-label={children ? undefined : t('state.loading')}>
        {children}
      </main>
    </div>
  );
}
