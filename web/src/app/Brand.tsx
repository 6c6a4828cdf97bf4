import { useLocale } from '@/i18n';
import classes from './shell.module.css';

/** The mark: a pilot's sail on a wave. */
export function Brand({ word = true }: { word?: boolean }) {
  const { t } = useLocale();
  return (
    <span className={classes.brand}>
      <img src="/lotse.svg" width={28} height={28} alt={word ? '' : t('app.name')} />
      {word && <span className={classes.brandWord}>{t('app.name')}</span>}
    </span>
  );
}
