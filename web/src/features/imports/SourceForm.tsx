import { Autocomplete, Select } from '@mantine/core';
import type { Source } from '@/api';
import { useTexts } from '@/i18n';
import { useChannelName } from '@/ui';
import { texts } from './de';
import classes from './imports.module.css';
import type { ColumnChoice, Defaults } from './mapping';

const channels = ['web', 'app', 'mail', 'letter', 'phone', 'chat', 'shop', 'portal', 'sms', 'ad', 'field', 'social', 'system'];

interface Props {
  source: string;
  onSource: (name: string) => void;
  sources: Source[];
  defaults: Defaults;
  onDefaults: (defaults: Defaults) => void;
  choices: ColumnChoice[];
}
/** Which system the file is from, and what holds for all its events where no column says it. */
export function SourceForm({ source, onSource, sources, defaults, onDefaults, choices }: Props) {
  const { t } = useTexts(texts);
  const channelName = useChannelName();
  const known = sources.some((s) => s.name === source.trim());
  return (
    <div className={classes.options}>
      <Autocomplete
        label={t('source.name')}
        description={known ? t('source.known') : t('source.name_hint')}
        value={source}
        onChange={onSource}
        data={sources.map((s) => s.name)}
        maxLength={80}
        withAsterisk
        className={classes.wide}
      />
      {!choices.some((c) => c.role === 'channel') && (
        <Autocomplete label={t('source.channel')} description={t('source.channel_hint')} value={defaults.channel} onChange={(channel) => onDefaults({ ...defaults, channel })} data={channels.map((c) => channelName(c))} maxLength={80} />
      )}
      {!choices.some((c) => c.role === 'direction') && (
        <Select
          label={t('source.direction')}
          description={t('source.channel_hint')}
          value={defaults.direction}
          onChange={(value) => onDefaults({ ...defaults, direction: value ?? '' })}
          allowDeselect={false}
          data={[
            { value: '', label: t('direction.none') },
            { value: 'by_us', label: t('direction.by_us') },
            { value: 'by_customer', label: t('direction.by_customer') },
            { value: 'by_partner', label: t('direction.by_partner') },
            { value: 'by_machine', label: t('direction.by_machine') },
          ]}
        />
      )}
    </div>
  );
}
