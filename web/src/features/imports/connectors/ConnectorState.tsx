import type { Connector } from '@/api';
import { useTexts } from '@/i18n';
import { Pill } from '@/ui';
import { texts } from './de';

/** How a connection stands, in a word. */
export function ConnectorState({ connector: c }: { connector: Connector }) {
  const { t } = useTexts(texts);
  if (c.running) return <Pill tone="accent">{t('state.running')}</Pill>;
  if (c.paused) return <Pill tone="signal">{t('state.paused')}</Pill>;
  if (!c.last_run) return <Pill>{t('state.waiting')}</Pill>;
  return c.last_run.state === 'failed' ? <Pill tone="bad">{t('state.failed')}</Pill> : <Pill tone="good">{t('state.good')}</Pill>;
}
