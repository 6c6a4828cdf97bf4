import { Skeleton, Table as Plain, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { asProblem, api, useApi, type MappingChange } from '@/api';
import { useTexts } from '@/i18n';
import { Note, ProblemNote } from '@/ui';
import { texts } from './de';

const shown = 8;

/** What a change of the mapping would do to the whole history, before it is made. */
export function Preview({ change }: { change: MappingChange }) {
  const { t, format } = useTexts(texts);
  const [asked] = useDebouncedValue(change, 300);
  const preview = useApi(api.previewMapping, asked);
  if (preview.error && !preview.isFetching) return <ProblemNote problem={asProblem(preview.error)} />;
  if (!preview.data) return <Skeleton height={44} aria-label={t('preview.title')} />;
  const { data } = preview;
  return (
    <div role="status" aria-label={t('preview.title')} aria-busy={preview.isFetching || undefined}>
      <Text fz="sm">
        {data.events === 0
          ? t('preview.nothing')
          : t.rich('preview.answer', {
              events: <b>{t('preview.events', { count: data.events })}</b>,
              customers: data.customers === undefined ? t('preview.few') : t('preview.customers', { count: data.customers }),
              types: t('preview.types', { count: data.event_types }),
            })}
      </Text>
      {data.needs_job && <Note>{t('preview.job')}</Note>}
      {data.moves.length > 0 && (
        <Plain fz="xs" mt={4} aria-label={t('preview.title')}>
          <Plain.Thead>
            <Plain.Tr>
              <Plain.Th>{t('preview.from')}</Plain.Th>
              <Plain.Th>{t('preview.to')}</Plain.Th>
              <Plain.Th ta="right">{t('column.events')}</Plain.Th>
              <Plain.Th ta="right">{t('column.customers')}</Plain.Th>
            </Plain.Tr>
          </Plain.Thead>
          <Plain.Tbody>
            {data.moves.slice(0, shown).map((move) => (
              <Plain.Tr key={`${move.from.id} ${move.to.id}`} title={move.event_types.join(', ')}>
                <Plain.Td>{move.from.name}</Plain.Td>
                <Plain.Td>{move.to.name}</Plain.Td>
                <Plain.Td ta="right">{format.number(move.events)}</Plain.Td>
                <Plain.Td ta="right">{move.customers === undefined ? '–' : format.number(move.customers)}</Plain.Td>
              </Plain.Tr>
            ))}
          </Plain.Tbody>
        </Plain>
      )}
      {data.moves.length > shown && <Text fz="xs" c="dimmed">{t('preview.more', { count: data.moves.length - shown })}</Text>}
    </div>
  );
}
