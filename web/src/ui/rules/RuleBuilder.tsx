import { ActionIcon, Button, Checkbox, Group, Menu, NumberInput, SegmentedControl, Select, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { api, useApi, type ComputedAttribute, type CustomerRule, type CustomerRuleKind } from '@/api';
import { useTexts } from '@/i18n';
import { TouchpointPicker } from '../filterbar/Editors';
import { useNames, type Names } from '../filterbar/names';
import { dayAfter, dayBefore } from '../filterbar/words';
import { ruleTexts } from './de';
import { emptyRule, isText, isTime } from './model';
import classes from './rules.module.css';

const noComputed: readonly ComputedAttribute[] = [];
const inside = { withinPortal: false } as const;
const deepest = 3;

export function useComputed(): readonly ComputedAttribute[] {
  return useApi(api.computed).data?.items ?? noComputed;
}

/** Conditions about customers with groups. `tree` is always a group. */
export function RuleBuilder({ tree, onChange }: { tree: CustomerRule; onChange: (tree: CustomerRule) => void }) {
  const names = useNames();
  const computed = useComputed();
  return <GroupEditor rule={tree} onChange={onChange} depth={0} names={names} computed={computed} />;
}

interface PartProps {
  rule: CustomerRule;
  onChange: (rule: CustomerRule) => void;
  names: Names;
  computed: readonly ComputedAttribute[];
}

function GroupEditor({ rule, onChange, depth, names, computed }: PartProps & { depth: number }) {
  const { t } = useTexts(ruleTexts);
  const rules = rule.rules ?? [];
  const replace = (at: number, next: CustomerRule | null) => onChange({ ...rule, rules: next ? rules.map((one, i) => (i === at ? next : one)) : rules.filter((_, i) => i !== at) });
  return (
    <div role="group" aria-label={t('builder.group')} className={depth > 0 ? classes.inner : undefined}>
      <Stack gap="sm">
        {(rules.length > 1 || depth > 0) && (
          <Group gap="xs">
            <SegmentedControl
              size="xs"
              aria-label={t('builder.join')}
              value={rule.kind}
              onChange={(next) => onChange({ ...rule, kind: next as CustomerRuleKind })}
              data={[
                { value: 'all', label: t('builder.all') },
                { value: 'any', label: t('builder.any') },
              ]}
            />
            <Text fz="sm" c="dimmed">
              {t('builder.of')}
            </Text>
          </Group>
        )}
        {rules.length === 0 && depth === 0 && (
          <Text fz="sm" c="dimmed">
            {t('builder.none')}
          </Text>
        )}
        {rules.map((one, at) => (
          <div key={at} className={classes.rule}>
            <div className={classes.ruleHead}>
              <Text fz="sm" fw={600}>
                {t(`kind.${one.kind}`)}
              </Text>
              <Group gap="xs" wrap="nowrap">
                <Checkbox size="xs" label={t('builder.not')} aria-label={`${t('builder.not_label')}: ${t(`kind.${one.kind}`)}`} checked={one.exclude ?? false} onChange={(event) => replace(at, { ...one, exclude: event.currentTarget.checked })} />
                <ActionIcon aria-label={`${t('builder.remove')}: ${t(`kind.${one.kind}`)}`} onClick={() => replace(at, null)}>
                  <IconTrash size={16} stroke={1.75} />
                </ActionIcon>
              </Group>
            </div>
            {one.kind === 'all' || one.kind === 'any' ? (
              <GroupEditor rule={one} onChange={(next) => replace(at, next)} depth={depth + 1} names={names} computed={computed} />
            ) : (
              <RuleFields rule={one} onChange={(next) => replace(at, next)} names={names} computed={computed} />
            )}
          </div>
        ))}
        <AddRule groups={depth < deepest} onAdd={(kind) => onChange({ ...rule, rules: [...rules, emptyRule(kind)] })} />
      </Stack>
    </div>
  );
}

function AddRule({ groups, onAdd }: { groups: boolean; onAdd: (kind: CustomerRuleKind) => void }) {
  const { t } = useTexts(ruleTexts);
  const kinds: CustomerRuleKind[] = ['did', 'did_then', 'did_then_not', 'attribute', 'computed'];
  return (
    <Menu position="bottom-start" withinPortal={false}>
      <Menu.Target>
        <Button variant="default" size="compact-sm" leftSection={<IconPlus size={15} stroke={2} />} style={{ alignSelf: 'flex-start' }}>
          {t('builder.add')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {[...kinds, ...(groups ? (['any', 'all'] as const) : [])].map((kind) => (
          <Menu.Item key={kind} onClick={() => onAdd(kind)}>
            {t(`kind.${kind}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** The fields of one rule that is no group. */
export function RuleFields({ rule, onChange, names, computed }: PartProps) {
  switch (rule.kind) {
    case 'attribute':
      return <AttributeFields rule={rule} onChange={onChange} names={names} computed={computed} />;
    case 'computed':
      return <ComputedFields rule={rule} onChange={onChange} names={names} computed={computed} />;
    default:
      return <DidFields rule={rule} onChange={onChange} names={names} computed={computed} />;
  }
}

const count = (value: number | string): number | undefined => (value === '' || !Number.isFinite(Number(value)) ? undefined : Number(value));

function DidFields({ rule, onChange, names }: PartProps) {
  const { t } = useTexts(ruleTexts);
  const then = rule.kind !== 'did';
  return (
    <Stack gap="xs">
      <TouchpointPicker label={t(then ? 'did.first' : 'did.touchpoints')} value={rule.touchpoints ?? []} onChange={(touchpoints) => onChange({ ...rule, touchpoints })} names={names} />
      {then && <TouchpointPicker label={t(rule.kind === 'did_then' ? 'did.then' : 'did.then_not')} value={rule.then ?? []} onChange={(next) => onChange({ ...rule, then: next })} names={names} />}
      <Group gap="xs" align="flex-end">
        {!then && (
          <>
            <NumberInput label={t('did.at_least')} w={150} min={0} allowDecimal={false} value={rule.at_least ?? ''} placeholder={rule.at_most === undefined ? '1' : ''} onChange={(value) => onChange({ ...rule, at_least: count(value) })} />
            <NumberInput label={t('did.at_most')} w={150} min={0} allowDecimal={false} value={rule.at_most ?? ''} onChange={(value) => onChange({ ...rule, at_most: count(value) })} />
          </>
        )}
        {then && <NumberInput label={t('did.within')} w={260} min={1} value={rule.within_days ?? ''} onChange={(value) => onChange({ ...rule, within_days: count(value) })} />}
        <When rule={rule} onChange={onChange} />
      </Group>
    </Stack>
  );
}

function When({ rule, onChange }: Pick<PartProps, 'rule' | 'onChange'>) {
  const { t } = useTexts(ruleTexts);
  const when = rule.days !== undefined ? 'days' : rule.from !== undefined || rule.to !== undefined ? 'period' : 'always';
  const bare = { ...rule, days: undefined, from: undefined, to: undefined };
  const today = new Date().toISOString().slice(0, 10);
  return (
    <>
      <Select
        label={t('when.label')}
        w={210}
        value={when}
        allowDeselect={false}
        comboboxProps={inside}
        onChange={(next) => onChange(next === 'days' ? { ...bare, days: 90 } : next === 'period' ? { ...bare, from: `${today.slice(0, 4)}-01-01` } : bare)}
        data={(['always', 'days', 'period'] as const).map((value) => ({ value, label: t(`when.${value}`) }))}
      />
      {when === 'days' && <NumberInput label={t('when.days_label')} w={100} min={1} value={rule.days ?? ''} onChange={(value) => onChange({ ...rule, days: count(value) ?? 1 })} />}
      {when === 'period' && <Days rule={rule} onChange={onChange} />}
    </>
  );
}

/** A period of whole days; outside, `to` is the day after the last. */
function Days({ rule, onChange }: Pick<PartProps, 'rule' | 'onChange'>) {
  const { t } = useTexts(ruleTexts);
  return (
    <>
      <TextInput type="date" label={t('when.from')} w={150} value={rule.from?.slice(0, 10) ?? ''} onChange={(event) => onChange({ ...rule, from: event.currentTarget.value || undefined })} />
      <TextInput
        type="date"
        label={t('when.until')}
        w={150}
        value={rule.to === undefined ? '' : dayBefore(rule.to)}
        onChange={(event) => onChange({ ...rule, to: event.currentTarget.value === '' ? undefined : dayAfter(event.currentTarget.value) })}
      />
    </>
  );
}

function Values({ label, known, rule, onChange }: { label: string; known: readonly string[] } & Pick<PartProps, 'rule' | 'onChange'>) {
  const { t } = useTexts(ruleTexts);
  const empty = t('attribute.empty');
  return (
    <TagsInput
      label={label}
      style={{ flex: 1, minWidth: 200 }}
      data={[...new Set([...known.filter((one) => one !== ''), empty])]}
      value={(rule.values ?? []).map((one) => (one === '' ? empty : one))}
      onChange={(next) => onChange({ ...rule, values: next.map((one) => (one === empty ? '' : one)) })}
      comboboxProps={inside}
      maxDropdownHeight={240}
      acceptValueOnBlur
    />
  );
}

function AttributeFields({ rule, onChange, names }: PartProps) {
  const { t } = useTexts(ruleTexts);
  const chosen = names.dimensions.find((one) => one.id === rule.attribute);
  return (
    <Group gap="xs" align="flex-start">
      <Select
        label={t('attribute.which')}
        w={220}
        searchable
        placeholder={t('pick')}
        nothingFoundMessage={t('nothing')}
        value={rule.attribute ?? null}
        comboboxProps={inside}
        description={chosen && t(chosen.scope === 'customer' ? 'attribute.last' : 'attribute.any')}
        inputWrapperOrder={['label', 'input', 'description']}
        onChange={(next) => onChange({ ...rule, attribute: next ?? undefined, values: [] })}
        data={names.dimensions.map((one) => ({ value: one.id, label: names.attribute(one.id) }))}
      />
      <Values label={t('attribute.values')} known={chosen?.values.map((one) => one.value) ?? []} rule={rule} onChange={onChange} />
    </Group>
  );
}

function ComputedFields({ rule, onChange, names, computed }: PartProps) {
  const { t, language } = useTexts(ruleTexts);
  const kind = computed.find((one) => one.id === rule.attribute)?.definition.kind;
  if (computed.length === 0)
    return (
      <Text fz="sm" c="dimmed">
        {t('computed.none')}
      </Text>
    );
  return (
    <Group gap="xs" align="flex-end">
      <Select
        label={t('computed.which')}
        w={260}
        searchable
        placeholder={t('pick')}
        nothingFoundMessage={t('nothing')}
        comboboxProps={inside}
        value={rule.attribute ?? null}
        onChange={(next) => onChange({ ...emptyRule('computed'), exclude: rule.exclude, attribute: next ?? undefined })}
        data={computed.map((one) => ({ value: one.id, label: one.name }))}
      />
      {kind && isText(kind) && <Values label={t('attribute.values')} known={names.dimensions.find((one) => one.id === 'channel')?.values.map((one) => one.value) ?? []} rule={rule} onChange={onChange} />}
      {kind && isTime(kind) && <Days rule={rule} onChange={onChange} />}
      {kind && !isText(kind) && !isTime(kind) && (
        <>
          <NumberInput label={t('computed.min')} w={130} decimalSeparator={language === 'de' ? ',' : '.'} value={rule.min ?? ''} onChange={(value) => onChange({ ...rule, min: count(value) })} />
          <NumberInput label={t('computed.max')} w={130} decimalSeparator={language === 'de' ? ',' : '.'} value={rule.max ?? ''} onChange={(value) => onChange({ ...rule, max: count(value) })} />
        </>
      )}
    </Group>
  );
}
