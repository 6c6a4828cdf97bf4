import { Anchor, Button, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMemo } from 'react';
import { Link } from 'react-router';
import { addresses, api, download, useApiPages, useWorkspace, type Filter, type Funnel, type FunnelDefinition, type FunnelPart, type FunnelRows, type FunnelRowsRequest } from '@/api';
import { useTexts } from '@/i18n';
import { Chain, LoadingLines, ProblemState, SidePanel, useNotify } from '@/ui';
import { texts } from './de';
import classes from './funnel.module.css';

/** Who stands behind a number: exactly as many as it says. */
export function RowsPanel({ funnel, filter, definition, breakdown, part, onClose }: {
  funnel: Funnel;
  filter: Filter;
  definition: FunnelDefinition;
  breakdown: string | undefined;
  part: FunnelPart;
  onClose: () => void;
}) {
  const { t, format } = useTexts(texts);
  const workspace = useWorkspace();
  const notify = useNotify();
  const asked = useMemo(
    () => ({ filter, funnel: definition, part, ...(part.value === undefined ? {} : { breakdown }), limit: 50, as_of: funnel.basis.as_of, mapping_version: funnel.basis.mapping_version }),
    [filter, definition, part, breakdown, funnel.basis.as_of, funnel.basis.mapping_version],
  );
  const pages = useApiPages<FunnelRowsRequest, FunnelRows>(api.funnelRows, asked);
  const head = pages.data?.[0];
  const rows = pages.data?.flatMap((page) => page.rows) ?? [];
  const names = useMemo(() => new Map(pages.data?.flatMap((page) => page.touchpoints.map((one) => [one.id, one] as const)) ?? []), [pages.data]);
  const step = (k: number) => funnel.steps[k - 1]?.touchpoints.map((id) => funnel.touchpoints.find((one) => one.id === id)?.name ?? id).join(` ${t('steps.or')} `) ?? String(k);
  const title = part.dropped ? t('rows.dropped', { step: step(part.step), next: step(part.step + 1) }) : t('rows.reached', { step: step(part.step) });
  const more = part.went
    ? part.went === 'touchpoint'
      ? t('rows.went', { touchpoint: funnel.touchpoints.find((one) => one.id === part.next)?.name ?? part.next ?? '' })
      : t(`rows.${part.went}`)
    : part.value !== undefined
      ? part.value || t('groups.none')
      : part.from
        ? t('rows.began', { from: format.date(part.from) })
        : undefined;
  return (
    <SidePanel
      title={title}
      kind={more}
      onClose={onClose}
      actions={
        workspace.may('analyse') && (
          <Button
            variant="default"
            size="compact-md"
            leftSection={<IconDownload size={15} stroke={1.75} />}
            onClick={() => void download('POST', `workspaces/${workspace.id}/analysis/funnel/rows.csv`, `${workspace.slug}-trichter.csv`, asked).catch(notify.problem)}
          >
            {t('rows.csv')}
          </Button>
        )
      }
    >
      {pages.error ? (
        <ProblemState problem={pages.error} retry={() => void pages.refetch()} />
      ) : !head ? (
        <LoadingLines lines={8} height={36} />
      ) : (
        <>
          <Text fz="sm" c="dimmed" mb="xs">
            {t('rows.total', { instances: format.number(head.total), customers: format.number(head.customers) })}
          </Text>
          <ul className={classes.rows} aria-label={title}>
            {rows.map((row, i) => (
              <li key={`${row.customer} ${row.instance_key ?? ''} ${i}`}>
                <div className={classes.rowHead}>
                  {filter.count_by === undefined || filter.count_by === 'person' ? (
                    <Anchor component={Link} to={workspace.to(addresses.customer(row.customer))} fz="sm">
                      {t('rows.customer', { customer: shortId(row.customer) })}
                    </Anchor>
                  ) : (
                    <span>{shortId(row.customer)}</span>
                  )}
                  <span className={classes.quiet}>{row.instance_key}</span>
                </div>
                <div className={classes.quiet}>
                  {format.time(row.first_step)}
                  {row.reached > 1 && ` · ${t('rows.took', { steps: row.reached, duration: format.duration(row.took_s) })}`}
                </div>
                <Chain sequence={row.sequence} names={names} most={6} small />
              </li>
            ))}
          </ul>
          {pages.hasNextPage && (
            <Button variant="default" fullWidth mt="sm" loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
              {t('rows.more')}
            </Button>
          )}
        </>
      )}
    </SidePanel>
  );
}

const shortId = (id: string) => `…${id.replace(/^cu_/, '').slice(-8)}`;
