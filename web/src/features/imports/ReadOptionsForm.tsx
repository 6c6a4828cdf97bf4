import { Select, Switch, TextInput } from '@mantine/core';
import { useMemo } from 'react';
import type { Detection, ReadOptions } from '@/api';
import { useTexts } from '@/i18n';
import { texts } from './de';
import classes from './imports.module.css';

const zones = Intl.supportedValuesOf('timeZone');
const zoneList = ['UTC', ...zones.filter((z) => z !== 'UTC')];
const timeFormats = ['iso', 'german', 'day_slash', 'us', 'excel', 'excel_1904', 'epoch_s', 'epoch_ms', 'epoch_us', 'epoch_ns'] as const;
const formats = ['csv', 'xlsx', 'json', 'parquet', 'xes', 'ocel_json', 'ocel_xml', 'ocel_sqlite'] as const;
const delimiters = [
  [',', 'comma'],
  [';', 'semicolon'],
  ['\t', 'tab'],
  ['|', 'pipe'],
  [':', 'colon'],
] as const;
const encodings = [
  ['utf-8', 'UTF-8'],
  ['windows-1252', 'Windows-1252'],
  ['utf-16le', 'UTF-16 LE'],
  ['utf-16be', 'UTF-16 BE'],
] as const;

interface Props {
  detection: Detection;
  options: ReadOptions;
  onOptions: (options: ReadOptions) => void;
  /** Detected for the column that is the time now. */
  timeFormat?: string;
}
/** What was detected; each can be changed, and the file is looked at again. */
export function ReadOptionsForm({ detection, options, onOptions, timeFormat }: Props) {
  const { t } = useTexts(texts);
  const set = (part: Partial<ReadOptions>) => onOptions({ ...options, ...part });
  const format = detection.format;
  const seen = timeFormat ?? detection.time_format;
  const timeChoices = useMemo(() => {
    const name = (f: string) => t.code(`time.${f}`, f);
    return [
      { value: '', label: t('time.detected', { format: seen ? name(seen).split(':')[0]! : '–' }) },
      ...timeFormats.map((f) => ({ value: f, label: name(f) })),
    ];
  }, [t, seen]);
  const delimiter = options.delimiter ?? detection.delimiter ?? ',';
  return (
    <div className={classes.options}>
      <Select
        label={t('option.format')}
        value={format}
        onChange={(value) => value && onOptions({ time_zone: options.time_zone, format: value })}
        allowDeselect={false}
        data={formats.map((f) => ({ value: f, label: t(`format.${f}`) }))}
      />
      {(format === 'csv' || format === 'json') && (
          <Select
            label={t('option.encoding')}
            value={options.encoding ?? detection.encoding ?? 'utf-8'}
            onChange={(value) => value && set({ encoding: value })}
            allowDeselect={false}
            data={encodings.map(([value, label]) => ({ value, label }))}
          />
      )}
      {format === 'csv' && (
          <Select
            label={t('option.delimiter')}
            value={delimiter}
            onChange={(value) => value && set({ delimiter: value })}
            allowDeselect={false}
            data={[
              ...delimiters.map(([value, name]) => ({ value: value as string, label: t(`delimiter.${name}`) })),
              ...(delimiters.some(([value]) => value === delimiter) ? [] : [{ value: delimiter, label: delimiter }]),
            ]}
          />
      )}
      {format === 'xlsx' && detection.sheets.length > 0 && (
        <Select label={t('option.sheet')} value={options.sheet ?? detection.sheet ?? detection.sheets[0]!} onChange={(value) => value && set({ sheet: value })} allowDeselect={false} data={detection.sheets} />
      )}
      {detection.object_types.length > 0 && (
        <>
          <Select
            label={t('option.customer_type')}
            value={options.customer_type ?? detection.customer_type ?? null}
            onChange={(value) => value && set({ customer_type: value, key_type: options.key_type === value ? undefined : options.key_type })}
            allowDeselect={false}
            data={detection.object_types.map((o) => ({ value: o.name, label: t('option.objects', { name: o.name, count: o.objects }) }))}
          />
          <Select
            label={t('option.key_type')}
            placeholder={t('option.key_type_none')}
            value={options.key_type ?? null}
            onChange={(value) => set({ key_type: value ?? undefined })}
            clearable
            data={detection.object_types.filter((o) => o.name !== (options.customer_type ?? detection.customer_type)).map((o) => ({ value: o.name, label: t('option.objects', { name: o.name, count: o.objects }) }))}
          />
        </>
      )}
      {format === 'xes' && (
        <TextInput
          label={t('option.lifecycle')}
          placeholder={t('option.lifecycle_all')}
          defaultValue={options.lifecycle ?? ''}
          onBlur={(e) => set({ lifecycle: e.currentTarget.value.trim() || undefined })}
        />
      )}
      <Select label={t('option.time_format')} value={options.time_format ?? ''} onChange={(value) => set({ time_format: value || undefined })} allowDeselect={false} data={timeChoices} />
      <Select
        label={t('option.time_zone')}
        value={options.time_zone ?? null}
        onChange={(value) => value && set({ time_zone: value })}
        allowDeselect={false}
        searchable
        limit={60}
        data={options.time_zone && !zoneList.includes(options.time_zone) ? [options.time_zone, ...zoneList] : zoneList}
      />
      <Select
        label={t('option.decimal')}
        value={options.decimal ?? detection.decimal ?? 'point'}
        onChange={(value) => value && set({ decimal: value })}
        allowDeselect={false}
        data={(['point', 'comma'] as const).map((d) => ({ value: d, label: t(`decimal.${d}`) }))}
      />
      {(format === 'csv' || format === 'xlsx') && (
        <Switch className={classes.switch} label={t('option.header')} checked={options.header ?? detection.header} onChange={(e) => set({ header: e.currentTarget.checked })} />
      )}
      {format === 'xes' && (
        <Switch className={classes.switch} label={t('option.classifier')} checked={options.classifier_with_lifecycle ?? false} onChange={(e) => set({ classifier_with_lifecycle: e.currentTarget.checked || undefined })} />
      )}
    </div>
  );
}
