import { Text } from '@mantine/core';
import { useMemo } from 'react';
import { useNavigate } from 'react-router';
import { addresses, useWorkspace, type Import } from '@/api';
import { useTexts } from '@/i18n';
import { Table, useNow, type Column } from '@/ui';
import { texts } from './de';
import { StateMark } from './StateMark';

export function ImportList({ imports }: { imports: Import[] }) {
  const { t, format } = useTexts(texts);
  const workspace = useWorkspace();
  const navigate = useNavigate();
  const now = useNow();
  const columns = useMemo<Column<Import>[]>(() => {
    const count = (i: Import, n: number) => (i.state === 'done' || i.state === 'undone' ? format.number(n) : '–');
    return [
      { key: 'file', header: t('column.file'), render: (i) => i.file_name, sort: (i) => i.file_name },
      { key: 'source', header: t('column.source'), render: (i) => i.source_name, sort: (i) => i.source_name },
      {
        key: 'when',
        header: t('column.when'),
        sort: (i) => i.created_at,
        render: (i) => (
          <Text fz="sm" c="dimmed" title={t('run.by', { time: format.time(i.created_at), name: i.created_by })} style={{ whiteSpace: 'nowrap' }}>
            {format.ago(i.created_at, now)}
          </Text>
        ),
      },
      { key: 'state', header: t('column.state'), width: 170, render: (i) => <StateMark run={i} />, sort: (i) => i.state },
      { key: 'new', header: t('column.new'), align: 'right', render: (i) => count(i, i.events_new), sort: (i) => i.events_new },
      { key: 'known', header: t('column.known'), align: 'right', render: (i) => count(i, i.events_known), sort: (i) => i.events_known },
      { key: 'rejected', header: t('column.rejected'), align: 'right', render: (i) => count(i, i.rows_rejected), sort: (i) => i.rows_rejected },
    ];
  }, [t, format, now]);
  return (
    <Table
      label={t('import.list')}
      columns={columns}
      rows={imports}
      rowKey={(i) => i.id}
      rowName={(i) => t('run.title', { name: i.file_name })}
      onOpen={(i) => void navigate(workspace.to(addresses.importRun(i.id)))}
    />
  );
}
