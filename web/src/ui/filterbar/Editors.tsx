import { Button, Group, MultiSelect, NumberInput, Radio, SegmentedControl, Select, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useState, type FormEvent, type ReactNode } from 'react';
import type { AttributeCondition, CountBy, Dimension, Filter, PeriodMode, SequenceCondition, SequenceKind, SliceKind } from '@/api';
import { useTexts } from '@/i18n';
import { ChannelIcon } from '../ChannelIcon';
import { NotMapped } from '../TouchpointLabel';
import classes from './filterbar.module.css';
import { useNames, type Names } from './names';
import { filterTexts } from './texts';
import { addDays, addMonths, dayAfter, dayBefore } from './words';

/** Inside a popover, lists must stay in it: a click into a list elsewhere would close it. */
const inside = { withinPortal: false } as const;

export function EditorForm({ children, onApply, ready = true }: { children: ReactNode; onApply: () => void; ready?: boolean }) {
  const { t } = useTexts(filterTexts);
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        event.stopPropagation();
        if (ready) onApply();
      }}
    >
      <Stack gap="sm">
        {children}
        <Group justify="flex-end">
          <Button type="submit" disabled={!ready}>
            {t('bar.apply')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Several touchpoints by name; those not assigned yet carry their mark. */
export function TouchpointPicker({ label, value, onChange, names, autoFocus }: {
  label: string;
  value: string[];
  onChange: (ids: string[]) => void;
  names: Names;
  autoFocus?: boolean;
}) {
  const { t } = useTexts(filterTexts);
  return (
    <MultiSelect
      label={label}
      placeholder={value.length === 0 ? t('sequence.pick') : undefined}
      data={names.touchpoints.map((one) => ({ value: one.id, label: one.name }))}
      value={value}
      onChange={onChange}
      searchable
      hidePickedOptions
      nothingFoundMessage={t('bar.nothing')}
      comboboxProps={inside}
      maxDropdownHeight={260}
      data-autofocus={autoFocus || undefined}
      renderOption={({ option }) => {
        const touchpoint = names.touchpoint(option.value);
        return (
          <span className={classes.option}>
            <ChannelIcon channel={touchpoint?.channel} />
            <span>{option.label}</span>
            {touchpoint && !touchpoint.mapped && <NotMapped />}
          </span>
        );
      }}
    />
  );
}

const units = { minutes: 60, hours: 3600, days: 86400 } as const;
type Unit = keyof typeof units;

function unitOf(seconds: number | undefined): Unit {
  if (seconds === undefined || seconds % units.days === 0) return 'days';
  return seconds % units.hours === 0 ? 'hours' : 'minutes';
}

/** A length of time in minutes, hours or days; seconds outside. */
export function DurationInput({ label, seconds, onChange, autoFocus, initialUnit }: {
  label: string;
  seconds: number | undefined;
  onChange: (seconds: number | undefined) => void;
  autoFocus?: boolean;
  initialUnit?: Unit;
}) {
  const { t, language } = useTexts(filterTexts);
  const [unit, setUnit] = useState<Unit>(seconds === undefined ? (initialUnit ?? 'days') : unitOf(seconds));
  const [amount, setAmount] = useState<number | string>(seconds === undefined ? '' : seconds / units[unit]);
  const tell = (nextAmount: number | string, nextUnit: Unit) =>
    onChange(nextAmount === '' || !Number.isFinite(Number(nextAmount)) ? undefined : Math.round(Number(nextAmount) * units[nextUnit]));
  return (
    <Group gap={6} align="flex-end" wrap="nowrap">
      <NumberInput
        label={label}
        value={amount}
        min={0}
        decimalSeparator={language === 'de' ? ',' : '.'}
        onChange={(next) => {
          setAmount(next);
          tell(next, unit);
        }}
        data-autofocus={autoFocus || undefined}
        style={{ flex: 1 }}
      />
      <Select
        aria-label={`${t('unit.label')}: ${label}`}
        data={(['minutes', 'hours', 'days'] as const).map((one) => ({ value: one, label: t(`unit.${one}`) }))}
        value={unit}
        onChange={(next) => {
          const chosen = (next ?? unit) as Unit;
          setUnit(chosen);
          tell(amount, chosen);
        }}
        allowDeselect={false}
        comboboxProps={inside}
        w={112}
      />
    </Group>
  );
}

/** Radio buttons whose meaning stands under each. */
function Choices<K extends string>({ legend, value, onChange, options }: {
  legend: string;
  value: K;
  onChange: (value: K) => void;
  options: { value: K; label: string; hint: string; more?: ReactNode }[];
}) {
  return (
    <Radio.Group label={legend} value={value} onChange={(next) => onChange(next as K)}>
      <Stack gap={8} mt={6}>
        {options.map((option) => (
          <div key={option.value}>
            <Radio value={option.value} label={option.label} description={option.hint} />
            {option.more && option.value === value && <div className={classes.more}>{option.more}</div>}
          </div>
        ))}
      </Stack>
    </Radio.Group>
  );
}

export function PeriodEditor({ filter, lastDay, onApply }: { filter: Filter; lastDay: string | undefined; onApply: (filter: Filter) => void }) {
  const { t, format } = useTexts(filterTexts);
  const [from, setFrom] = useState(filter.from?.slice(0, 10) ?? '');
  const [until, setUntil] = useState(filter.to === undefined ? '' : dayBefore(filter.to));
  const [mode, setMode] = useState<PeriodMode>(filter.period_mode ?? 'automatic');
  const wrong = from !== '' && until !== '' && until < from;
  const presets: { label: string; from: string; until: string }[] = [];
  if (lastDay) {
    const year = Number(lastDay.slice(0, 4));
    for (const n of [7, 30, 90]) presets.push({ label: t('period.last_days', { n }), from: addDays(lastDay, 1 - n), until: lastDay });
    for (const n of [6, 12]) presets.push({ label: t('period.last_months', { n }), from: dayAfter(addMonths(lastDay, -n)), until: lastDay });
    for (const y of [year, year - 1]) presets.push({ label: t('period.this_year', { year: String(y) }), from: `${y}-01-01`, until: `${y}-12-31` });
  }
  const apply = (first: string, last: string, how: PeriodMode) =>
    onApply({ ...filter, from: first || undefined, to: last === '' ? undefined : dayAfter(last), period_mode: first === '' && last === '' ? 'automatic' : how });
  return (
    <EditorForm onApply={() => apply(from, until, mode)} ready={!wrong}>
      <div className={classes.presets}>
        <Button size="compact-sm" variant={from === '' && until === '' ? 'light' : 'default'} onClick={() => apply('', '', 'automatic')}>
          {t('period.all')}
        </Button>
        {presets.map((preset) => (
          <Button
            key={preset.label}
            size="compact-sm"
            variant={from === preset.from && until === preset.until ? 'light' : 'default'}
            onClick={() => apply(preset.from, preset.until, mode)}
          >
            {preset.label}
          </Button>
        ))}
      </div>
      {lastDay && (
        <Text fz="xs" c="dimmed">
          {t('period.hint', { date: format.date(lastDay) })}
        </Text>
      )}
      <Group grow gap="xs">
        <TextInput type="date" label={t('period.from')} value={from} onChange={(event) => setFrom(event.currentTarget.value)} />
        <TextInput
          type="date"
          label={t('period.until')}
          value={until}
          onChange={(event) => setUntil(event.currentTarget.value)}
          error={wrong ? t('period.order') : undefined}
        />
      </Group>
      <Choices
        legend={t('mode.title')}
        value={mode}
        onChange={setMode}
        options={(['automatic', 'started', 'completed', 'overlaps', 'cut'] as const).map((value) => ({
          value,
          label: t(`mode.${value}`),
          hint: t(`mode.${value}_hint`),
        }))}
      />
    </EditorForm>
  );
}

export function SliceEditor({ filter, onApply }: { filter: Filter; onApply: (filter: Filter) => void }) {
  const { t } = useTexts(filterTexts);
  const names = useNames();
  const [kind, setKind] = useState<SliceKind>(filter.slice?.kind ?? 'automatic');
  const [gap, setGap] = useState<number | undefined>(filter.slice?.gap_s ?? 30 * 60);
  const [start, setStart] = useState<string[]>(filter.slice?.start ?? []);
  const [end, setEnd] = useState<string[]>(filter.slice?.end ?? []);
  const ready = kind === 'gap' ? gap !== undefined && gap > 0 : kind === 'start_end' ? start.length > 0 && end.length > 0 : true;
  const slice = { kind, start: kind === 'start_end' ? start : [], end: kind === 'start_end' ? end : [], ...(kind === 'gap' ? { gap_s: gap } : {}) };
  // Path variants belong to a slicing: with another one, their ids name nothing.
  const changed = JSON.stringify(slice) !== JSON.stringify(filter.slice);
  return (
    <EditorForm onApply={() => onApply({ ...filter, slice, variants: changed ? [] : filter.variants })} ready={ready}>
      <Choices
        legend={t('slice.title')}
        value={kind}
        onChange={setKind}
        options={[
          { value: 'automatic', label: t('slice.automatic_name'), hint: t('slice.automatic_hint') },
          { value: 'key', label: t('slice.key'), hint: t('slice.key_hint') },
          { value: 'customer', label: t('slice.customer'), hint: t('slice.customer_hint') },
          {
            value: 'gap',
            label: t('slice.gap_name'),
            hint: t('slice.gap_hint'),
            more: <DurationInput label={t('slice.gap_length')} seconds={gap} onChange={setGap} />,
          },
          {
            value: 'start_end',
            label: t('slice.start_end_name'),
            hint: t('slice.start_end_hint'),
            more: (
              <Stack gap="xs">
                <TouchpointPicker label={t('slice.start')} value={start} onChange={setStart} names={names} />
                <TouchpointPicker label={t('slice.end')} value={end} onChange={setEnd} names={names} />
              </Stack>
            ),
          },
        ]}
      />
    </EditorForm>
  );
}

/** What counts as one customer; chosen at once. */
export function CountByEditor({ value, kinds, onApply }: { value: CountBy; kinds: readonly CountBy[]; onApply: (kind: CountBy) => void }) {
  const { t } = useTexts(filterTexts);
  return (
    <Choices
      legend={t('count.title')}
      value={value}
      onChange={onApply}
      options={kinds.map((kind) => ({ value: kind, label: t(`count.name_${kind}`), hint: t(`count.hint_${kind}`) }))}
    />
  );
}

export function SequenceEditor({ initial, onApply }: { initial: SequenceCondition; onApply: (condition: SequenceCondition) => void }) {
  const { t } = useTexts(filterTexts);
  const names = useNames();
  const [kind, setKind] = useState<SequenceKind>(initial.kind);
  const [first, setFirst] = useState<string[]>(initial.touchpoints);
  const [then, setThen] = useState<string[]>(initial.then ?? []);
  const [within, setWithin] = useState<number | undefined>(initial.within_s);
  const followed = kind === 'directly_followed' || kind === 'eventually_followed';
  const apply = () =>
    onApply({ kind, touchpoints: first, then: followed ? then : [], ...(followed && within !== undefined ? { within_s: within } : {}) });
  return (
    <EditorForm onApply={apply} ready={first.length > 0 && (!followed || then.length > 0)}>
      <TouchpointPicker label={t(followed ? 'sequence.first' : 'sequence.touchpoints')} value={first} onChange={setFirst} names={names} autoFocus />
      {followed && (
        <>
          <div>
            <Text fz="sm" fw={500} mb={4}>
              {t('sequence.how')}
            </Text>
            <SegmentedControl
              fullWidth
              aria-label={t('sequence.how')}
              value={kind}
              onChange={(next) => setKind(next as SequenceKind)}
              data={[
                { value: 'directly_followed', label: t('sequence.directly') },
                { value: 'eventually_followed', label: t('sequence.later') },
              ]}
            />
          </div>
          <TouchpointPicker label={t('sequence.then')} value={then} onChange={setThen} names={names} />
          <DurationInput label={t('sequence.within')} seconds={within} onChange={setWithin} />
        </>
      )}
    </EditorForm>
  );
}

export function AttributeEditor({ dimension, initial, asEvents, onApply }: {
  dimension: Dimension;
  initial: AttributeCondition;
  /** The condition leaves out events, not whole instances. */
  asEvents: boolean;
  onApply: (condition: AttributeCondition, asEvents: boolean) => void;
}) {
  const { t, format } = useTexts(filterTexts);
  const [values, setValues] = useState<string[]>(initial.values);
  const [exclude, setExclude] = useState(initial.exclude ?? false);
  const [events, setEvents] = useState(asEvents);
  const [moment, setMoment] = useState(initial.moment ?? 'last');
  const counts = new Map(dimension.values.map((one) => [one.value, one.events]));
  const emptyWord = t('attribute.empty');
  const known = dimension.values.map((one) => (one.value === '' ? emptyWord : one.value));
  const shown = values.map((one) => (one === '' ? emptyWord : one));
  return (
    <EditorForm onApply={() => onApply({ attribute: dimension.id, values, exclude, ...(moment === 'event' && { moment }) }, events)} ready={values.length > 0}>
      <SegmentedControl
        value={exclude ? 'exclude' : 'only'}
        onChange={(next) => setExclude(next === 'exclude')}
        data={[
          { value: 'only', label: t('attribute.only') },
          { value: 'exclude', label: t('attribute.exclude') },
        ]}
      />
      <TagsInput
        label={t('attribute.values')}
        placeholder={values.length === 0 ? t('attribute.pick') : undefined}
        data={[...new Set(known)]}
        value={shown}
        onChange={(next) => setValues(next.map((one) => (one === emptyWord ? '' : one)))}
        comboboxProps={inside}
        maxDropdownHeight={240}
        acceptValueOnBlur
        data-autofocus
        description={dimension.distinct > dimension.values.length ? t('attribute.more', { n: dimension.values.length, all: dimension.distinct }) : undefined}
        renderOption={({ option }) => (
          <span className={classes.option}>
            <span>{option.value}</span>
            <span className={classes.count}>{format.compact(counts.get(option.value === emptyWord ? '' : option.value) ?? 0)}</span>
          </span>
        )}
      />
      {dimension.scope === 'customer' ? (
        dimension.in_memory ? (
          <Choices
            legend={t('attribute.moment')}
            value={events ? 'events' : moment === 'event' ? 'any' : 'last'}
            onChange={(next) => {
              setEvents(next === 'events');
              setMoment(next === 'last' ? 'last' : 'event');
            }}
            options={(['last', 'any', 'events'] as const).map((value) => ({ value, label: t(`attribute.moment_${value}`), hint: t(`attribute.moment_${value}_hint`) }))}
          />
        ) : (
          <Text fz="xs" c="dimmed">
            {t('attribute.customer')}
          </Text>
        )
      ) : (
        <Choices
          legend={t('attribute.effect')}
          value={events ? 'events' : 'instances'}
          onChange={(next) => setEvents(next === 'events')}
          options={[
            { value: 'instances', label: t('attribute.instances'), hint: t('attribute.instances_hint') },
            { value: 'events', label: t('attribute.events'), hint: t('attribute.events_hint') },
          ]}
        />
      )}
      {!dimension.in_memory && (
        <Text fz="xs" c="dimmed">
          {t('attribute.slow')}
        </Text>
      )}
    </EditorForm>
  );
}

export function DurationEditor({ filter, onApply }: { filter: Filter; onApply: (filter: Filter) => void }) {
  const { t } = useTexts(filterTexts);
  const [min, setMin] = useState(filter.duration_min_s);
  const [max, setMax] = useState(filter.duration_max_s);
  const ready = (min !== undefined || max !== undefined) && (min === undefined || max === undefined || min <= max);
  return (
    <EditorForm onApply={() => onApply({ ...filter, duration_min_s: min, duration_max_s: max })} ready={ready}>
      <DurationInput label={t('duration.min')} seconds={min} onChange={setMin} autoFocus />
      <DurationInput label={t('duration.max')} seconds={max} onChange={setMax} />
    </EditorForm>
  );
}

export function EventsEditor({ filter, onApply }: { filter: Filter; onApply: (filter: Filter) => void }) {
  const { t } = useTexts(filterTexts);
  const [min, setMin] = useState<number | string>(filter.events_min ?? '');
  const [max, setMax] = useState<number | string>(filter.events_max ?? '');
  const low = min === '' ? undefined : Number(min);
  const high = max === '' ? undefined : Number(max);
  const ready = (low !== undefined || high !== undefined) && (low === undefined || high === undefined || low <= high);
  return (
    <EditorForm onApply={() => onApply({ ...filter, events_min: low, events_max: high })} ready={ready}>
      <NumberInput label={t('events.min')} value={min} onChange={setMin} min={1} allowDecimal={false} data-autofocus />
      <NumberInput label={t('events.max')} value={max} onChange={setMax} min={1} allowDecimal={false} />
    </EditorForm>
  );
}

export function ShownEditor({ filter, onApply }: { filter: Filter; onApply: (filter: Filter) => void }) {
  const { t } = useTexts(filterTexts);
  const names = useNames();
  const [shown, setShown] = useState<string[]>(filter.touchpoints_shown ?? []);
  return (
    <EditorForm onApply={() => onApply({ ...filter, touchpoints_shown: shown })} ready={shown.length > 0}>
      <TouchpointPicker label={t('kind.shown')} value={shown} onChange={setShown} names={names} autoFocus />
      <Text fz="xs" c="dimmed">
        {t('shown.hint')}
      </Text>
    </EditorForm>
  );
}
