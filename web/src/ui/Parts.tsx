import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useLocale } from '@/i18n';
import classes from './ui.module.css';

/** Key figures side by side, divided by hairlines. */
export function Stats({ children }: { children: ReactNode }) {
  return <dl className={classes.stats} style={{ margin: 0 }}>{children}</dl>;
}
export function Stat({ label, value, hint }: { label: ReactNode; value: ReactNode; hint?: ReactNode }) {
  return (
    <div className={classes.stat}>
      <dt className={classes.statLabel}>{label}</dt>
      <dd style={{ margin: 0 }}>
        <div className={classes.statValue}>{value}</div>
        {hint && <div className={classes.statHint}>{hint}</div>}
      </dd>
    </div>
  );
}

/** A state in a word; colour is never the only sign. */
export function Pill({ tone, children }: { tone?: 'good' | 'bad' | 'signal' | 'accent'; children: ReactNode }) {
  return (
    <span className={classes.pill} data-tone={tone}>
      {children}
    </span>
  );
}

/** A share as a thin bar; the number stands beside it. */
export function ShareBar({ share, color }: { share: number; color?: string }) {
  return (
    <span className={classes.bar} aria-hidden>
      <span style={{ width: `${Math.min(100, Math.max(0, share * 100))}%`, background: color }} />
    </span>
  );
}

/** A share with its n: "61 % von 48.210". */
export function ShareOf({ share, of }: { share: number; of: number }) {
  const { format } = useLocale();
  return (
    <span title={format.number(of)}>
      {format.share(share)} <span style={{ color: 'var(--ink-3)' }}>(n = {format.number(of)})</span>
    </span>
  );
}

/** Something shown once, to be copied. */
export function Secret({ value, label }: { value: string; label: string }) {
  const { t } = useLocale();
  return (
    <div className={classes.secret}>
      <code aria-label={label}>{value}</code>
      <CopyButton value={value}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? t('action.copied') : t('action.copy')}>
            <ActionIcon variant="subtle" color={copied ? 'teal' : 'gray'} onClick={copy} aria-label={t('action.copy')} size="lg">
              {copied ? <IconCheck size={18} /> : <IconCopy size={18} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </div>
  );
}
