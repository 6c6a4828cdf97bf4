import { ActionIcon, Button, Popover, ScrollArea, Text, TextInput, UnstyledButton } from '@mantine/core';
import { IconArrowLeft, IconCalendar, IconChevronDown, IconFilterOff, IconInfoCircle, IconPlus, IconRoute2, IconUsersGroup, IconX } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { isOpenFilter, openFilter, useCoverage, useFilter, type AttributeCondition, type Basis, type CustomerRuleKind, type Dimension, type Filter, type SequenceKind } from '@/api';
import { useTexts } from '@/i18n';
import { escapeCloses } from '../overlay';
import { ruleTexts } from '../rules/de';
import { emptyRule } from '../rules/model';
import { AttributeEditor, CountByEditor, DurationEditor, EventsEditor, PeriodEditor, SequenceEditor, ShownEditor, SliceEditor } from './Editors';
import classes from './filterbar.module.css';
import { useNames } from './names';
import { SegmentsMenu, useSegments } from './Segments';
import { RulesEditor } from './RulesEditor';
import { filterTexts } from './texts';
import { useRuleText } from './useRuleText';
import { chipsOf, periodText, sliceText, type Part, type Speaker } from './words';

export interface FilterBarProps {
  /** What the page's numbers rest on: its notes are explained under the bar. */
  basis?: Basis;
}

/** The one filter bar of every page with data. Its state stands in the page's address (`useFilter`). */
export function FilterBar({ basis }: FilterBarProps) {
  const { t, format } = useTexts(filterTexts);
  const [filter, setFilter] = useFilter();
  const names = useNames();
  const segments = useSegments();
  const coverage = useCoverage();
  const speaker: Speaker = { t, format, names, segments, rule: useRuleText() };
  const countBy = filter.count_by ?? 'person';
  const lastDay = coverage.data?.last?.slice(0, 10);
  const chips = chipsOf(filter, speaker);
  const notes = (basis?.notes ?? []).filter((note) => note in explained);

  return (
    <div role="search" aria-label={t('bar.label')}>
      <div className={classes.bar}>
        <Opener icon={<IconCalendar size={15} stroke={1.75} aria-hidden />} text={periodText(filter, speaker)} title={t('period.title')} active={filter.from !== undefined || filter.to !== undefined} width={440}>
          {(close) => (
            <PeriodEditor
              filter={filter}
              lastDay={lastDay}
              onApply={(next) => {
                setFilter(next);
                close();
              }}
            />
          )}
        </Opener>
        {(names.countBy.length > 1 || countBy !== 'person') && (
          <Opener icon={<IconUsersGroup size={15} stroke={1.75} aria-hidden />} text={t(`count.${countBy}`)} title={t('count.title')} active={countBy !== 'person'} width={340}>
            {(close) => (
              <CountByEditor
                value={countBy}
                kinds={names.countBy}
                onApply={(kind) => {
                  // Path variants belong to what is counted: by another kind, their ids name nothing.
                  setFilter({ ...filter, count_by: kind, variants: [] });
                  close();
                }}
              />
            )}
          </Opener>
        )}
        <Opener icon={<IconRoute2 size={15} stroke={1.75} aria-hidden />} text={sliceText(filter, speaker)} title={t('slice.title')} active={(filter.slice?.kind ?? 'automatic') !== 'automatic'} width={400}>
          {(close) => (
            <SliceEditor
              filter={filter}
              onApply={(next) => {
                setFilter(next);
                close();
              }}
            />
          )}
        </Opener>
        {chips.length > 0 && (
          <ul className={classes.chips} aria-label={t('bar.active')}>
            {chips.map((chip) => (
              <li key={chip.key} className={classes.chip}>
                <ChipText part={chip.part} text={chip.text} filter={filter} onChange={setFilter} />
                <ActionIcon size={24} aria-label={t('bar.remove', { text: chip.text })} onClick={() => setFilter(chip.without)}>
                  <IconX size={14} />
                </ActionIcon>
              </li>
            ))}
          </ul>
        )}
        <Adder filter={filter} onChange={setFilter} />
        <span className={classes.end}>
          {!isOpenFilter(filter) && (
            <Button size="compact-md" variant="subtle" color="gray" leftSection={<IconFilterOff size={15} stroke={1.75} />} onClick={() => setFilter(openFilter)}>
              {t('bar.clear')}
            </Button>
          )}
          <SegmentsMenu filter={filter} onChange={setFilter} />
        </span>
      </div>
      {notes.map((note) => (
        <p key={note} className={classes.note}>
          <IconInfoCircle size={15} stroke={1.75} aria-hidden />
          {t(explained[note as keyof typeof explained])}
        </p>
      ))}
    </div>
  );
}

const explained = {
  neighbours_by_event_filter: 'note.neighbours_by_event_filter',
  mapping_running: 'note.mapping_running',
  answered_from_store: 'note.answered_from_store',
} as const;

/** A button that opens an editor under it. */
function Opener({ icon, text, title, active, width, children }: {
  icon: ReactNode;
  text: string;
  title: string;
  active: boolean;
  width: number;
  children: (close: () => void) => ReactNode;
}) {
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" width={width} trapFocus returnFocus closeOnEscape={false}>
      <Popover.Target>
        <UnstyledButton className={classes.opener} data-active={active || undefined} onClick={() => setOpen(!open)} aria-label={`${title}: ${text}`}>
          {icon}
          <span className={classes.openerText}>{text}</span>
          <IconChevronDown size={14} aria-hidden />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown aria-label={title} className={classes.dropdown} onKeyDownCapture={escapeCloses(() => setOpen(false))}>
        {children(() => setOpen(false))}
      </Popover.Dropdown>
    </Popover>
  );
}

/** A chip's words open its editor; what has none (path variants, segments) is plain text. */
function ChipText({ part, text, filter, onChange }: { part: Part; text: string; filter: Filter; onChange: (filter: Filter) => void }) {
  const { t } = useTexts(filterTexts);
  const [open, setOpen] = useState(false);
  const fixed = part.kind === 'variants' || part.kind === 'segment' || part.kind === 'exclude_open';
  if (fixed) return <span className={classes.chipText}>{text}</span>;
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" width={part.kind === 'customer_rule' ? 620 : 380} trapFocus returnFocus closeOnEscape={false}>
      <Popover.Target>
        <UnstyledButton className={classes.chipText} aria-label={t('bar.change', { text })} onClick={() => setOpen(!open)}>
          {text}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown aria-label={text} className={classes.dropdown} onKeyDownCapture={escapeCloses(() => setOpen(false))}>
        <PartEditor
          part={part}
          filter={filter}
          onChange={(next) => {
            onChange(next);
            setOpen(false);
          }}
        />
      </Popover.Dropdown>
    </Popover>
  );
}

const put = <T,>(list: readonly T[] | undefined, at: number, value: T) => [...(list ?? []).slice(0, at), value, ...(list ?? []).slice(at + 1)];

function PartEditor({ part, filter, onChange }: { part: Part; filter: Filter; onChange: (filter: Filter) => void }) {
  const names = useNames();
  const setAttribute = (from: 'instance_attributes' | 'event_attributes', at: number) => (condition: AttributeCondition, asEvents: boolean) => {
    const to = asEvents ? 'event_attributes' : 'instance_attributes';
    if (to === from) onChange({ ...filter, [from]: put(filter[from], at, condition) });
    else onChange({ ...filter, [from]: (filter[from] ?? []).filter((_, i) => i !== at), [to]: [...(filter[to] ?? []), condition] });
  };
  switch (part.kind) {
    case 'sequence':
      return <SequenceEditor initial={filter.sequences![part.at]!} onApply={(condition) => onChange({ ...filter, sequences: put(filter.sequences, part.at, condition) })} />;
    case 'instance_attribute': {
      const initial = filter.instance_attributes![part.at]!;
      return <AttributeEditor dimension={dimensionOf(names.dimensions, initial)} initial={initial} asEvents={false} onApply={setAttribute('instance_attributes', part.at)} />;
    }
    case 'event_attribute': {
      const initial = filter.event_attributes![part.at]!;
      return <AttributeEditor dimension={dimensionOf(names.dimensions, initial)} initial={initial} asEvents onApply={setAttribute('event_attributes', part.at)} />;
    }
    case 'duration':
      return <DurationEditor filter={filter} onApply={onChange} />;
    case 'events':
      return <EventsEditor filter={filter} onApply={onChange} />;
    case 'shown':
      return <ShownEditor filter={filter} onApply={onChange} />;
    case 'customer_rule':
      return (
        <RulesEditor
          initial={[filter.customer_rules![part.at]!]}
          onApply={(rules) => onChange({ ...filter, customer_rules: (filter.customer_rules ?? []).flatMap((one, i) => (i === part.at ? rules : [one])) })}
        />
      );
    default:
      return null;
  }
}

function dimensionOf(dimensions: readonly Dimension[], condition: AttributeCondition): Dimension {
  return dimensions.find((one) => one.id === condition.attribute) ?? { id: condition.attribute, name: condition.attribute, scope: 'event', in_memory: true, distinct: 0, values: [] };
}

type Choice = { kind: CustomerRuleKind; rule: true } | { kind: SequenceKind | 'duration' | 'events' | 'exclude_open' | 'shown' } | { kind: 'attribute'; dimension: Dimension };

/** "Filter hinzufügen": first what to filter by, then its editor. */
function Adder({ filter, onChange }: { filter: Filter; onChange: (filter: Filter) => void }) {
  const { t } = useTexts(filterTexts);
  const [open, setOpen] = useState(false);
  const [choice, setChoice] = useState<Choice | null>(null);
  const show = (next: boolean) => {
    setOpen(next);
    if (next) setChoice(null);
  };
  const apply = (next: Filter) => {
    onChange(next);
    setOpen(false);
  };
  const choose = (next: Choice) => (next.kind === 'exclude_open' ? apply({ ...filter, exclude_open: true }) : setChoice(next));
  return (
    <Popover opened={open} onChange={show} position="bottom-start" width={choice ? ('rule' in choice ? 620 : 380) : 320} trapFocus returnFocus closeOnEscape={false}>
      <Popover.Target>
        <Button size="compact-md" variant="subtle" leftSection={<IconPlus size={15} stroke={2} />} onClick={() => show(!open)}>
          {t('bar.add')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('bar.add')} className={classes.dropdown} onKeyDownCapture={escapeCloses(() => show(false))}>
        {choice ? (
          <>
            <div className={classes.editorHead}>
              <ActionIcon aria-label={t('bar.back')} onClick={() => setChoice(null)}>
                <IconArrowLeft size={16} />
              </ActionIcon>
              <Text fw={600}>{'rule' in choice ? t('group.customers') : choice.kind === 'attribute' ? t.code(`attribute.${choice.dimension.id}`, choice.dimension.name) : t(`kind.${choice.kind}`)}</Text>
            </div>
            <ChoiceEditor choice={choice} filter={filter} onApply={apply} />
          </>
        ) : (
          <Kinds onChoose={choose} excludesOpen={filter.exclude_open ?? false} />
        )}
      </Popover.Dropdown>
    </Popover>
  );
}

function ChoiceEditor({ choice, filter, onApply }: { choice: Choice; filter: Filter; onApply: (filter: Filter) => void }) {
  if ('rule' in choice)
    return <RulesEditor initial={[emptyRule(choice.kind)]} onApply={(rules) => onApply({ ...filter, customer_rules: [...(filter.customer_rules ?? []), ...rules] })} />;
  switch (choice.kind) {
    case 'attribute': {
      const { dimension } = choice;
      // Channel and source are properties of single contacts; other attributes describe the whole matter.
      const asEvents = dimension.scope === 'event' && (dimension.id === 'channel' || dimension.id === 'source');
      return (
        <AttributeEditor
          dimension={dimension}
          initial={{ attribute: dimension.id, values: [], exclude: false }}
          asEvents={asEvents}
          onApply={(condition, events) =>
            onApply(
              events
                ? { ...filter, event_attributes: [...(filter.event_attributes ?? []), condition] }
                : { ...filter, instance_attributes: [...(filter.instance_attributes ?? []), condition] },
            )
          }
        />
      );
    }
    case 'duration':
      return <DurationEditor filter={filter} onApply={onApply} />;
    case 'events':
      return <EventsEditor filter={filter} onApply={onApply} />;
    case 'shown':
      return <ShownEditor filter={filter} onApply={onApply} />;
    case 'exclude_open':
      return null;
    default:
      return (
        <SequenceEditor
          initial={{ kind: choice.kind, touchpoints: [], then: [] }}
          onApply={(condition) => onApply({ ...filter, sequences: [...(filter.sequences ?? []), condition] })}
        />
      );
  }
}

/** What one can filter by, found by typing. */
function Kinds({ onChoose, excludesOpen }: { onChoose: (choice: Choice) => void; excludesOpen: boolean }) {
  const { t } = useTexts(filterTexts);
  const names = useNames();
  const rules = useTexts(ruleTexts);
  const [word, setWord] = useState('');
  const customers: CustomerRuleKind[] = ['did', 'did_then', 'did_then_not', 'computed'];
  const course: SequenceKind[] = ['contains', 'not_contains', 'starts_with', 'ends_with', 'directly_followed', 'eventually_followed'];
  const groups: { title: string; items: { name: string; choice: Choice }[] }[] = [
    { title: t('group.course'), items: course.map((kind) => ({ name: t(`kind.${kind}`), choice: { kind } })) },
    {
      title: t('group.instance'),
      items: (['duration', 'events', ...(excludesOpen ? [] : ['exclude_open' as const])] as const).map((kind) => ({ name: t(`kind.${kind}`), choice: { kind } })),
    },
    { title: t('group.customers'), items: customers.map((kind) => ({ name: rules.t(`kind.${kind}`), choice: { kind, rule: true as const } })) },
    { title: t('group.attributes'), items: names.dimensions.map((dimension) => ({ name: names.attribute(dimension.id), choice: { kind: 'attribute', dimension } })) },
    { title: t('group.display'), items: [{ name: t('kind.shown'), choice: { kind: 'shown' } }] },
  ];
  const wanted = word.trim().toLocaleLowerCase();
  const found = groups
    .map((group) => ({ ...group, items: group.items.filter((item) => item.name.toLocaleLowerCase().includes(wanted)) }))
    .filter((group) => group.items.length > 0);
  return (
    <>
      <TextInput
        aria-label={t('bar.search_kind')}
        placeholder={t('bar.search_kind')}
        value={word}
        onChange={(event) => setWord(event.currentTarget.value)}
        onKeyDown={(event) => {
          const first = found[0]?.items[0];
          if (event.key === 'Enter' && wanted !== '' && first) {
            event.preventDefault();
            onChoose(first.choice);
          }
        }}
        data-autofocus
      />
      <ScrollArea.Autosize mah="min(420px, 60dvh)" mt="xs" viewportProps={{ tabIndex: -1 }}>
        {found.length === 0 && (
          <Text fz="sm" c="dimmed" p="xs">
            {t('bar.nothing')}
          </Text>
        )}
        {found.map((group) => (
          <section key={group.title} aria-label={group.title}>
            <div className={classes.groupTitle}>{group.title}</div>
            {group.items.map((item) => (
              <UnstyledButton key={'dimension' in item.choice ? item.choice.dimension.id : item.choice.kind} className={classes.kind} onClick={() => onChoose(item.choice)}>
                {item.name}
              </UnstyledButton>
            ))}
          </section>
        ))}
      </ScrollArea.Autosize>
    </>
  );
}
