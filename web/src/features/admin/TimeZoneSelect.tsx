import { Select } from '@mantine/core';
import { useTexts } from '@/i18n';
import { texts } from './de';

const zones: string[] = (() => {
  const near = ['Europe/Berlin', 'Europe/Vienna', 'Europe/Zurich', 'UTC'];
  const all = Intl.supportedValuesOf('timeZone');
  return [...near, ...all.filter((z) => !near.includes(z))];
})();

export function TimeZoneSelect({ value, onChange }: { value: string; onChange: (zone: string) => void }) {
  const { t } = useTexts(texts);
  return (
    <Select
      label={t('workspace.zone')}
      description={t('workspace.zone_hint')}
      value={value}
      onChange={(zone) => zone && onChange(zone)}
      data={zones.includes(value) ? zones : [value, ...zones]}
      searchable
      allowDeselect={false}
      limit={60}
      maxDropdownHeight={280}
    />
  );
}
