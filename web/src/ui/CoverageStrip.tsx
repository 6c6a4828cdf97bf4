import { Popover, Skeleton, Table, Text, UnstyledButton } from '@mantine/core';
import { IconDatabase, IconLoader2 } from '@tabler/icons-react';
import { useCoverage, type Coverage } from '@/api';
import { useLocale } from '@/i18n';
import { useNow } from './useNow';
import classes from './page.module.css';

/** "Datenbasis": what the numbers of a page rest on; live. Opens into the sources. */
export function CoverageStrip() {
  const { t } = useLocale();
  const coverage = useCoverage();
  return (
    <footer className={classes.strip} aria-label={t('coverage.label')}>
      {coverage.data ? <Strip coverage={coverage.data} /> : <Skeleton height={12} width={360} />}
    </footer>
  );
}

function Strip({ coverage }: { coverage: Coverage }) {
  const { t, format } = useLocale();
  const now = useNow();
  const label = (
    <span className={classes.stripLabel}>
      {coverage.loading ? <IconLoader2 size={14} className={classes.turning} aria-hidden /> : <IconDatabase size={14} stroke={1.75} aria-hidden />}
      {t('coverage.label')}
    </span>
  );
  if (coverage.events === 0)
    return (
      <div className={classes.stripButton}>
        {label}
        <span>{coverage.loading ? t('coverage.loading') : t('coverage.none')}</span>
      </div>
    );
  return (
    <Popover position="top-start" width={640} withinPortal>
      <Popover.Target>
        <UnstyledButton className={classes.stripButton} title={t('coverage.open')}>
          {label}
          <span>{t('coverage.events', { count: coverage.events })}</span>
          <span className={classes.stripCustomers}>{t('coverage.customers', { count: coverage.customers })}</span>
          <span>{t('coverage.sources', { count: coverage.sources.length })}</span>
          {coverage.first && coverage.last && <span>{format.period(coverage.first, coverage.last)}</span>}
          <span>
            {coverage.events_not_assigned > 0
              ? t('coverage.not_assigned', { share: format.share(coverage.events_not_assigned / coverage.events) })
              : t('coverage.all_assigned')}
          </span>
          {coverage.last_arrival && <span>{t('coverage.arrival', { ago: format.ago(coverage.last_arrival, now) })}</span>}
          {coverage.loading && <span>{t('coverage.loading')}</span>}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('coverage.title')}>
        <Text fw={600} mb="xs">
          {t('coverage.title')}
        </Text>
        <Table fz="sm" verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('coverage.source')}</Table.Th>
              <Table.Th>{t('coverage.period')}</Table.Th>
              <Table.Th ta="right">{t('coverage.count')}</Table.Th>
              <Table.Th>{t('coverage.last_arrival')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {coverage.sources.map((s) => (
              <Table.Tr key={s.id}>
                <Table.Td>{s.name}</Table.Td>
                <Table.Td>{s.first && s.last ? format.period(s.first, s.last) : '–'}</Table.Td>
                <Table.Td ta="right">{format.number(s.events)}</Table.Td>
                <Table.Td>{s.last_arrival ? format.ago(s.last_arrival, now) : '–'}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <Text fz="sm" c="dimmed" mt="xs">
          {t('coverage.types', { assigned: coverage.event_types - coverage.event_types_not_assigned, all: coverage.event_types })}
        </Text>
      </Popover.Dropdown>
    </Popover>
  );
}
