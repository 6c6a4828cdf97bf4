import { Anchor, Stack, Text } from '@mantine/core';
import { Link } from 'react-router';
import { addresses, useWorkspace, type Kpi } from '@/api';
import { useTexts } from '@/i18n';
import { Section } from '@/ui';
import { texts } from './de';
import classes from './kpis.module.css';

/** Commands to copy: how a system delivers this KPI. */
export function Deliver({ kpi }: { kpi: Kpi }) {
  const { t } = useTexts(texts);
  const workspace = useWorkspace();
  const body = (market: string) => `'{"values":[{"kpi":"${kpi.definition.key}","period":"2026-03","market":"${market}","value":4.2,"n":1200}]}'`;
  const host = window.location.origin;
  return (
    <Section title={t('deliver.title')}>
      <Stack gap="xs">
        <Text fz="sm">{t('deliver.key')}</Text>
        <pre className={classes.code} tabIndex={0} role="group" aria-label={t('deliver.key')}>{`curl -X POST ${host}/v1/kpis \\\n  -H 'Authorization: Bearer WRITE_KEY' -H 'Content-Type: application/json' \\\n  -d ${body('DE')}`}</pre>
        <Anchor component={Link} to={workspace.to(addresses.source(kpi.data_set.id))} fz="sm">
          {t('deliver.to_source')}
        </Anchor>
        <Text fz="sm">{t('deliver.token')}</Text>
        <pre className={classes.code} tabIndex={0} role="group" aria-label={t('deliver.token')}>{`curl -X POST ${host}/api/v1/workspaces/${workspace.id}/kpi_values \\\n  -H 'Authorization: Bearer API_TOKEN' -H 'Content-Type: application/json' \\\n  -d ${body('AT')}`}</pre>
        <Text fz="sm" c="dimmed">
          {t('deliver.again')}
        </Text>
      </Stack>
    </Section>
  );
}
