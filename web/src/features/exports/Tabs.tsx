import { SegmentedControl } from '@mantine/core';
import { useNavigate } from 'react-router';
import { addresses, useWorkspace } from '@/api';
import { useTexts } from '@/i18n';
import { texts } from './de';

const views = { now: addresses.exports, deliveries: addresses.deliveries } as const;

/** The two ways out: a file now, or what others are given again and again. */
export function Tabs({ now }: { now: keyof typeof views }) {
  const { t } = useTexts(texts);
  const workspace = useWorkspace();
  const navigate = useNavigate();
  if (!workspace.may('import_data')) return null;
  return (
    <SegmentedControl
      aria-label={t('tab.label')}
      value={now}
      onChange={(next) => void navigate(workspace.to(views[next as keyof typeof views]))}
      data={(Object.keys(views) as (keyof typeof views)[]).map((value) => ({ value, label: t(`tab.${value}`) }))}
    />
  );
}
