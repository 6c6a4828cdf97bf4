import { Tooltip } from '@mantine/core';
import {
  IconBuildingStore, IconCircleDot, IconDeviceMobile, IconHeadset, IconMail, IconMailbox, IconMessageCircle, IconMessages,
  IconServerCog, IconShare3, IconSpeakerphone, IconTool, IconUserCircle, IconWorld, type Icon,
} from '@tabler/icons-react';
import { createElement } from 'react';
import { useLocale } from '@/i18n';
import { channelKey, useColors, type ChannelKey } from './palette';
import classes from './ui.module.css';

const icons: Record<ChannelKey, Icon> = {
  web: IconWorld,
  app: IconDeviceMobile,
  mail: IconMail,
  letter: IconMailbox,
  phone: IconHeadset,
  chat: IconMessageCircle,
  shop: IconBuildingStore,
  portal: IconUserCircle,
  sms: IconMessages,
  ad: IconSpeakerphone,
  field: IconTool,
  social: IconShare3,
  system: IconServerCog,
};

/** The component of a channel's icon, e.g. for a picture's own SVG. */
export function channelIcon(channel: string | null | undefined): Icon {
  const key = channelKey(channel);
  return key ? icons[key] : IconCircleDot;
}

/** A channel's name in the user's language; unknown channels keep their own word. */
export function useChannelName(): (channel: string | null | undefined) => string {
  const { t } = useLocale();
  return (channel) => {
    const key = channelKey(channel);
    return key ? t(`channel.${key}`) : channel || t('channel.none');
  };
}

/** A channel's icon in its colour. `named`: it stands alone and carries its name for readers and on hover. */
export function ChannelIcon({ channel, size = 16, named = false, plain = false }: { channel?: string | null; size?: number; named?: boolean; plain?: boolean }) {
  const colors = useColors();
  const name = useChannelName()(channel);
  const icon = createElement(channelIcon(channel), { size, stroke: 1.75, color: plain ? 'currentColor' : colors.channel(channel), 'aria-hidden': true });
  if (!named) return <span className={classes.icon}>{icon}</span>;
  return (
    <Tooltip label={name}>
      <span className={classes.icon} role="img" aria-label={name}>
        {icon}
      </span>
    </Tooltip>
  );
}
