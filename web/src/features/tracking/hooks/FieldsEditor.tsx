import { ActionIcon, Button, Group, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { IconArrowUp, IconPlus, IconTrash, IconX } from '@tabler/icons-react';
import type { WebhookFields } from '@/api';
import { useTexts } from '@/i18n';
import { texts } from './de';
import classes from './hooks.module.css';
import { addRule, changedAt, movedUp, textFields, withField, without, type AttributeList, type EditedRule, type FieldName } from './mapping';

/** Problem texts by pointer below the mapping, like /fields/customer. */
export type Errors = (pointer: string) => string | undefined;

const hinted: Partial<Record<FieldName, 'hint.customer' | 'hint.same_customer' | 'hint.message' | 'hint.actor' | 'hint.attributes_of'>> = {
  customer: 'hint.customer',
  same_customer: 'hint.same_customer',
  message: 'hint.message',
  actor: 'hint.actor',
  attributes_of: 'hint.attributes_of',
};

/** The fields of an event, as templates. In a rule an empty one is as it is for every event. */
export function FieldsEditor({ fields, onChange, at, errors, ofRule = false }: { fields: WebhookFields; onChange: (fields: WebhookFields) => void; at: string; errors: Errors; ofRule?: boolean }) {
  const { t } = useTexts(texts);
  return (
    <Stack gap="sm">
      <div className={classes.fields}>
        {textFields.map((name) => (
          <TextInput
            key={name}
            label={t(`field.${name}`)}
            description={ofRule || !hinted[name] ? undefined : t(hinted[name])}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            placeholder={ofRule ? t('map.as_common') : undefined}
            value={fields[name] ?? ''}
            onChange={(e) => onChange(withField(fields, name, e.currentTarget.value))}
            error={errors(`${at}/${name}`)}
            spellCheck={false}
            maxLength={2000}
          />
        ))}
      </div>
      {(['attributes', 'customer_attributes'] as const).map((list) => (
        <Attributes key={list} list={list} fields={fields} onChange={onChange} at={at} errors={errors} />
      ))}
    </Stack>
  );
}

function Attributes({ list, fields, onChange, at, errors }: { list: AttributeList; fields: WebhookFields; onChange: (fields: WebhookFields) => void; at: string; errors: Errors }) {
  const { t } = useTexts(texts);
  const items = fields[list];
  const put = (next: typeof items) => onChange({ ...fields, [list]: next });
  return (
    <Stack gap={6} role="group" aria-label={t(`map.${list}`)}>
      <Text fz="sm" fw={560}>{t(`map.${list}`)}</Text>
      {items.map((item, i) => (
        <div key={i} className={classes.pair}>
          <TextInput aria-label={t('map.attribute_name', { number: i + 1 })} value={item.name} onChange={(e) => put(changedAt(items, i, { name: e.currentTarget.value }))} error={errors(`${at}/${list}/${i}/name`)} maxLength={200} />
          <TextInput aria-label={t('map.attribute_value', { number: i + 1 })} value={item.value} onChange={(e) => put(changedAt(items, i, { value: e.currentTarget.value }))} error={errors(`${at}/${list}/${i}/value`)} spellCheck={false} maxLength={2000} />
          <ActionIcon aria-label={t('map.remove_attribute', { number: i + 1 })} onClick={() => put(without(items, i))} mt={4}>
            <IconX size={16} />
          </ActionIcon>
        </div>
      ))}
      <Group>
        <Button size="compact-sm" variant="subtle" leftSection={<IconPlus size={15} aria-hidden />} onClick={() => put([...items, { name: '', value: '' }])}>
          {t('map.add_attribute')}
        </Button>
      </Group>
    </Stack>
  );
}

export function RulesEditor({ rules, onChange, errors }: { rules: EditedRule[]; onChange: (rules: EditedRule[]) => void; errors: Errors }) {
  const { t } = useTexts(texts);
  return (
    <Stack gap="sm">
      <Text fz="sm" c="dimmed">{t('map.rules_hint')}</Text>
      {rules.map((rule, i) => (
        <div key={i} className={classes.rule} role="group" aria-label={t('map.rule', { number: i + 1 })}>
          <div className={classes.ruleHead}>
            <h4>{t('map.rule', { number: i + 1 })}</h4>
            {i > 0 && (
              <ActionIcon aria-label={t('map.up', { number: i + 1 })} onClick={() => onChange(movedUp(rules, i))}>
                <IconArrowUp size={16} />
              </ActionIcon>
            )}
            <ActionIcon aria-label={t('map.remove_rule', { number: i + 1 })} onClick={() => onChange(without(rules, i))}>
              <IconTrash size={16} />
            </ActionIcon>
          </div>
          <Conditions rule={rule} onChange={(next) => onChange(changedAt(rules, i, next))} at={`/rules/${i}`} errors={errors} />
          <Text fz="sm" fw={560}>{t('map.then')}</Text>
          <FieldsEditor fields={rule.set} onChange={(set) => onChange(changedAt(rules, i, { set }))} at={`/rules/${i}/set`} errors={errors} ofRule />
        </div>
      ))}
      <Group>
        <Button variant="default" leftSection={<IconPlus size={17} aria-hidden />} onClick={() => onChange(addRule(rules))}>
          {t('map.add_rule')}
        </Button>
      </Group>
    </Stack>
  );
}

function Conditions({ rule, onChange, at, errors }: { rule: EditedRule; onChange: (next: Partial<EditedRule>) => void; at: string; errors: Errors }) {
  const { t } = useTexts(texts);
  const put = (when: EditedRule['when']) => onChange({ when });
  const wrong = (i: number) => rule.when[i]?.is.map((_, k) => errors(`${at}/when/${i}/is/${k}`)).find(Boolean);
  return (
    <Stack gap={6}>
      <Text fz="sm" fw={560}>{t('map.when')}</Text>
      {rule.when.length === 0 && <Text fz="sm" c="dimmed">{t('map.always')}</Text>}
      {rule.when.map((condition, i) => (
        <div key={i} className={classes.pair}>
          <TextInput aria-label={t('map.condition_value', { number: i + 1 })} value={condition.value} onChange={(e) => put(changedAt(rule.when, i, { value: e.currentTarget.value }))} error={errors(`${at}/when/${i}/value`)} spellCheck={false} />
          <TagsInput
            aria-label={t('map.condition_is', { number: i + 1 })}
            placeholder={condition.is.length === 0 ? `${t('map.is')} (${t('map.is_hint')})` : undefined}
            value={condition.is}
            onChange={(is) => put(changedAt(rule.when, i, { is }))}
            splitChars={[';']}
            error={wrong(i)}
            acceptValueOnBlur
          />
          <ActionIcon aria-label={t('map.remove_condition', { number: i + 1 })} onClick={() => put(without(rule.when, i))} mt={4}>
            <IconX size={16} />
          </ActionIcon>
        </div>
      ))}
      <Group>
        <Button size="compact-sm" variant="subtle" leftSection={<IconPlus size={15} aria-hidden />} onClick={() => put([...rule.when, { value: '', is: [] }])}>
          {t('map.add_condition')}
        </Button>
      </Group>
    </Stack>
  );
}
