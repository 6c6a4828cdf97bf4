import { MultiSelect, NumberInput, Select, Stack, Switch } from '@mantine/core';
import { api, useApi, type Restriction } from '@/api';
import { useLocale, useTexts } from '@/i18n';
import { texts } from './de';

const none = '\u0000'; // stands for "no value" in the lists: an empty text is no option

export const unrestricted: Restriction = { markets: [], units: [] };

const marketNames = /^(markt|market|land|country)/i;

/** What a person or a token may see. Values come from the data; others may be kept that a restriction already names. */
export function RestrictionFields({ value, onChange, error }: { value: Restriction; onChange: (next: Restriction) => void; error?: (field: string) => string | undefined }) {
  const { t } = useTexts(texts);
  const { t: shared } = useLocale();
  const dimensions = useApi(api.dimensions);
  const all = dimensions.data?.dimensions ?? [];
  const attributes = all.filter((d) => d.in_memory && d.id.startsWith('at_') && d.values.length > 0);
  const likely = attributes.find((d) => marketNames.test(d.name))?.id;
  const market = value.market_attribute ?? likely ?? null;
  const options = (id: string | null, chosen: string[]) => {
    const known = all.find((d) => d.id === id)?.values.map((v) => v.value) ?? [];
    const labels = [...known, ...chosen.filter((one) => one && !known.includes(one))];
    return [...labels.map((one) => ({ value: one, label: one })), { value: none, label: shared('restriction.without') }];
  };
  const shown = (values: string[]) => values.map((one) => one || none);
  const kept = (values: string[]) => values.map((one) => (one === none ? '' : one));
  return (
    <Stack gap="sm">
      <Select
        label={t('restriction.market_attribute')}
        description={t('restriction.market_attribute_hint')}
        data={attributes.map((d) => ({ value: d.id, label: d.name }))}
        value={market}
        onChange={(id) => onChange({ ...value, market_attribute: id ?? undefined, markets: [] })}
        searchable
        error={error?.('restriction/market_attribute')}
      />
      <MultiSelect
        label={t('restriction.markets')}
        placeholder={value.markets.length ? undefined : t('restriction.all')}
        data={options(market, value.markets)}
        value={shown(value.markets)}
        onChange={(list) => onChange({ ...value, market_attribute: market ?? undefined, markets: kept(list) })}
        disabled={!market}
        searchable
        clearable
        error={error?.('restriction/markets')}
      />
      <MultiSelect
        label={t('restriction.units')}
        placeholder={value.units.length ? undefined : t('restriction.all')}
        data={options('unit', value.units)}
        value={shown(value.units)}
        onChange={(list) => onChange({ ...value, units: kept(list) })}
        searchable
        clearable
        error={error?.('restriction/units')}
      />
      <Switch label={t('restriction.no_texts')} description={t('restriction.no_texts_hint')} checked={value.no_texts ?? false} onChange={(e) => onChange({ ...value, no_texts: e.currentTarget.checked })} />
      <Switch
        label={t('restriction.no_single')}
        description={t('restriction.no_single_hint')}
        checked={value.no_single_customers ?? false}
        onChange={(e) => onChange({ ...value, no_single_customers: e.currentTarget.checked })}
      />
      {value.no_single_customers && (
        <NumberInput
          label={t('restriction.group')}
          min={5}
          max={1000}
          allowDecimal={false}
          w={200}
          value={value.smallest_group ?? 5}
          onChange={(n) => onChange({ ...value, smallest_group: typeof n === 'number' ? n : 5 })}
          error={error?.('restriction/smallest_group')}
        />
      )}
    </Stack>
  );
}
