import { Tooltip } from '@mantine/core';
import { useLocale } from '@/i18n';
import { ChannelIcon } from './ChannelIcon';
import classes from './ui.module.css';

export interface TouchpointLike {
  name: string;
  mapped: boolean;
  channel?: string;
}

/** A touchpoint's name with its channel's icon; one that nobody has assigned yet carries the mark. */
export function TouchpointLabel({ touchpoint, mark = true, strong = false }: { touchpoint: TouchpointLike; mark?: boolean; strong?: boolean }) {
  return (
    <span className={classes.touchpoint}>
      <ChannelIcon channel={touchpoint.channel} />
      <span className={classes.ellipsis} style={strong ? { fontWeight: 550 } : undefined} title={touchpoint.name}>
        {touchpoint.name}
      </span>
      {mark && !touchpoint.mapped && <NotMapped />}
    </span>
  );
}

/** The mark "noch nicht zugeordnet": a dashed ring, and the words for readers and on hover. */
export function NotMapped() {
  const { t } = useLocale();
  return (
    <Tooltip label={t('touchpoint.not_mapped')}>
      <span className={classes.notMapped} role="img" aria-label={t('touchpoint.not_mapped')} />
    </Tooltip>
  );
}
