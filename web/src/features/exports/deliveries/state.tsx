import type { Delivery, Schedule } from '@/api';
import { useTexts } from '@/i18n';
import { Pill, useNow } from '@/ui';
import { texts } from './de';

/** How a delivery stands, in a word. */
export function DeliveryState({ delivery: d }: { delivery: Delivery }) {
  const { t } = useTexts(texts);
  if (d.running) return <Pill tone="accent">{t('state.running')}</Pill>;
  if (d.paused) return <Pill tone="signal">{t('state.paused')}</Pill>;
  if (!d.last_run) return <Pill>{t('state.waiting')}</Pill>;
  return d.last_run.state === 'failed' ? <Pill tone="bad">{t('state.failed')}</Pill> : <Pill tone="good">{t('state.good')}</Pill>;
}

/** When it runs, in words; and how long it is until a time. */
export function useWhen() {
  const { t, format } = useTexts(texts);
  const now = useNow();
  return {
    plan: (schedule: Schedule | undefined) => (!schedule ? t('when.hand') : schedule.daily_at ? t('when.day', { time: schedule.daily_at }) : t('when.interval', { count: schedule.every_minutes ?? 60 })),
    until: (at: string) => {
      const seconds = (Date.parse(at) - now) / 1000;
      return seconds < 5 ? t('soon') : t('in', { time: format.duration(seconds < 60 ? Math.ceil(seconds) : Math.round(seconds / 60) * 60) });
    },
  };
}

/** Where it goes, as the list and the page say it. */
export const targetOf = (d: Delivery) => (d.where.place === 'folder' ? d.where.folder : d.where.url) ?? '';
