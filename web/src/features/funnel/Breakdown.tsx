import { Select, Text } from '@mantine/core';
import { useMemo } from 'react';
import type { Funnel, FunnelPart } from '@/api';
import { useTexts } from '@/i18n';
import { Section, ShareBar, Table, type Column } from '@/ui';
import { useNames } from '@/ui/filterbar';
import { texts } from './de';
import classes from './funnel.module.css';
import { intervalText, Opens } from './Steps';

/** The funnel of each value of an attribute, at the event of the first step. */
export function Breakdown({ funnel, attribute, onAttribute, part, onPart }: {
  funnel: Funnel;
  attribute: string | undefined;
  onAttribute: (attribute: string | undefined) => void;
  part: FunnelPart | null;
  onPart: (part: FunnelPart) => void;
}) {
  const { t, format } = useTexts(texts);
  const names = useNames();
  const offered = useMemo(() => names.dimensions.filter((one) => one.in_memory).map((one) => ({ value: one.id, label: names.attribute(one.id) })), [names]);
  type Group = Funnel['groups'][number];
  const columns: Column<Group>[] = [
    { key: 'value', header: attribute ? names.attribute(attribute) : '', render: (group) => group.value || t('groups.none'), sort: (group) => group.value },
    ...funnel.steps.map((_, k): Column<Group> => ({
      key: `step${k}`,
      header: t('build.step', { number: k + 1 }),
      align: 'right',
      minor: k > 0 && k < funnel.steps.length - 1 ? 2 : undefined,
      sort: (group) => group.counts[k]?.instances,
      render: (group) => <Opens part={{ step: k + 1, dropped: false, value: group.value }} selected={part} onPart={onPart} count={group.counts[k]?.instances} name={`${group.value || t('groups.none')}, ${t('steps.open', { number: k + 1 })}`} />,
    })),
    {
      key: 'conversion',
      header: t('table.conversion'),
      align: 'right',
      sort: (group) => group.conversion?.share,
      render: (group) =>
        group.conversion ? (
          <span className={classes.conversion} title={intervalText(group.conversion, t, format.share)}>
            <ShareBar share={group.conversion.share} />
            {format.share(group.conversion.share)}
          </span>
        ) : (
          '–'
        ),
    },
  ];
  return (
    <Section
      title={t('groups.title')}
      aside={<Select aria-label={t('groups.pick')} placeholder={t('groups.pick')} data={offered} value={attribute ?? null} onChange={(value) => onAttribute(value ?? undefined)} clearable searchable w={260} size="xs" />}
    >
      {!attribute ? (
        <Text fz="sm" c="dimmed">
          {t('groups.hint')}
        </Text>
      ) : (
        <>
          <Table label={t('groups.title')} columns={columns} rows={funnel.groups} rowKey={(group) => group.value} dense initialSort={{ key: 'step0', descending: true }} empty={<Text c="dimmed">{t('groups.empty')}</Text>} />
          {funnel.groups_total > funnel.groups.length && (
            <Text fz="xs" c="dimmed" mt="xs">
              {t('groups.more', { shown: funnel.groups.length, all: funnel.groups_total })}
            </Text>
          )}
        </>
      )}
    </Section>
  );
}
