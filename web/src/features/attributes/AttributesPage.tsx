import { Button, Text } from '@mantine/core';
import { IconCalculator, IconPlus } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { api, useApi, useWorkspace, type ComputedAttribute, type ComputedDefinition, type Dimension } from '@/api';
import { useTexts } from '@/i18n';
import { Answer, EmptyState, Page, Section, Table, type Column } from '@/ui';
import { anyOf, filterTexts, useNames } from '@/ui/filterbar';
import { AttributeDialog } from './AttributeDialog';
import { texts } from './de';

/** What is known of customers: computed from their events, and said by sources. */
export function Component() {
  const { t, format } = useTexts(texts);
  const workspace = useWorkspace();
  const names = useNames();
  const computed = useApi(api.computed);
  const [open, setOpen] = useState<ComputedAttribute | 'new' | null>(null);
  const meaning = useMeaning();
  const known = names.dimensions.filter((one) => one.scope === 'customer');
  const mine = useMemo<Column<ComputedAttribute>[]>(
    () => [
      { key: 'name', header: t('column.name'), width: '30%', render: (one) => <b>{one.name}</b>, sort: (one) => one.name },
      { key: 'meaning', header: t('column.meaning'), render: (one) => meaning(one.definition) },
      { key: 'by', header: t('column.by'), minor: 1, width: '18%', render: (one) => one.created_by || '–' },
    ],
    [t, meaning],
  );
  const said = useMemo<Column<Dimension>[]>(
    () => [
      { key: 'name', header: t('column.name'), width: '30%', render: (one) => one.name, sort: (one) => one.name },
      { key: 'values', header: t('column.values'), align: 'right', width: 110, render: (one) => format.number(one.distinct), sort: (one) => one.distinct },
      { key: 'frequent', header: t('column.frequent'), render: (one) => <Text fz="sm" c="dimmed" lineClamp={1}>{one.values.slice(0, 5).map((v) => v.value).join(' · ') || '–'}</Text> },
    ],
    [t, format],
  );
  const add = workspace.may('analyse') && (
    <Button leftSection={<IconPlus size={16} stroke={2} />} onClick={() => setOpen('new')}>
      {t('page.new')}
    </Button>
  );
  const some = computed.data && computed.data.items.length > 0;
  return (
    <Page title={t('page.title')} coverage answer={computed.data && t('page.answer', { known: known.length, count: computed.data.items.length })} actions={some && add}>
      <Section title={t('computed.title')}>
        <Answer
          of={computed}
          isEmpty={(data) => data.items.length === 0}
          empty={
            <EmptyState icon={IconCalculator} title={t('computed.none')} action={add}>
              {t('computed.none_text')}
            </EmptyState>
          }
        >
          {(data) => <Table label={t('computed.title')} columns={mine} rows={data.items} rowKey={(one) => one.id} rowName={(one) => one.name} onOpen={workspace.may('analyse') ? setOpen : undefined} />}
        </Answer>
      </Section>
      <Section title={t('known.title')}>
        <Text fz="sm" c="dimmed" mb="sm">
          {t(known.length > 0 ? 'known.hint' : 'known.none')}
        </Text>
        {known.length > 0 && <Table label={t('known.title')} columns={said} rows={known} rowKey={(one) => one.id} />}
      </Section>
      {open && <AttributeDialog attribute={open === 'new' ? undefined : open} onClose={() => setOpen(null)} />}
    </Page>
  );
}

/** A definition in words. */
function useMeaning(): (definition: ComputedDefinition) => string {
  const { t, format } = useTexts(texts);
  const { t: words } = useTexts(filterTexts);
  const names = useNames();
  return useMemo(
    () => (definition) => {
      const kind = t(`kind.${definition.kind}`);
      const value = definition.value_of && (definition.value_of === 'cost' ? t('cost') : names.attribute(definition.value_of));
      const touchpoints = definition.touchpoints?.length ? anyOf(definition.touchpoints, { t: words, names, format }) : '';
      const text = value
        ? touchpoints ? t('meaning.value', { kind, value, touchpoints }) : t('meaning.value_all', { kind, value })
        : touchpoints ? t('meaning.of', { kind, touchpoints }) : kind;
      return definition.days === undefined ? text : t('meaning.days', { text, days: format.number(definition.days, 1) });
    },
    [t, words, format, names],
  );
}
