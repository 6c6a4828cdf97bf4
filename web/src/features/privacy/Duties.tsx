import { useMemo } from 'react';
import type { PrivacyStatus } from '@/api';
import { useTexts } from '@/i18n';
import { Pill, Table, type Column } from '@/ui';
import { texts } from './de';

type Duty = PrivacyStatus['duties'][number];

export function Duties({ duties }: { duties: Duty[] }) {
  const { t } = useTexts(texts);
  const columns = useMemo<Column<Duty>[]>(
    () => [
      { key: 'duty', header: t('duties.duty'), render: (d) => <span style={{ display: 'block', padding: '6px 0' }}>{t.code(`duty.${d.code}`, d.code)}</span> },
      {
        key: 'state',
        header: t('duties.state'),
        width: 130,
        render: (d) => <Pill tone={d.state === 'fulfilled' ? 'good' : 'signal'}>{d.state === 'fulfilled' ? t('duties.fulfilled') : d.count ? t('duties.open_count', { count: d.count }) : t('duties.open')}</Pill>,
      },
      { key: 'whose', header: t('duties.whose'), width: '32%', render: (d) => t.code(`whose.${d.whose}`, d.whose) },
    ],
    [t],
  );
  return <Table label={t('duties.title')} columns={columns} rows={duties} rowKey={(d) => d.code} />;
}
