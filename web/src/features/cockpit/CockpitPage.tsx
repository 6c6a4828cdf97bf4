import { Anchor, Button, Text } from '@mantine/core';
import { IconRoute } from '@tabler/icons-react';
import { useMemo } from 'react';
import { Link } from 'react-router';
import { addresses, api, filterToText, openFilter, useApi, useCoverage, useMe, useWorkspace, type Coverage, type Filter, type Variant, type Variants } from '@/api';
import { useTexts } from '@/i18n';
import { Answer, Chain, EmptyState, LoadingLines, Note, Page, Section, ShareBar, Stat, Stats, Table, type Column } from '@/ui';
import classes from './cockpit.module.css';
import { texts } from './de';
import { News } from './News';
import { NextSteps } from './NextSteps';

/** A single contact is no way yet; instances of one event would hide the journeys. */
const ways: Filter = { ...openFilter, events_min: 2 };

export function Component() {
  const { t, format } = useTexts(texts);
  const coverage = useCoverage();
  const c = coverage.data;
  const filled = c !== undefined && c.events > 0;
  const sentence = (data: Coverage) => {
    const parts = {
      events: <b>{t('events', { count: data.events })}</b>,
      customers: <b>{t('customers', { count: data.customers })}</b>,
      sources: t('sources', { count: data.sources.length }),
    };
    return data.first && data.last ? t.rich('answer', { ...parts, period: format.period(data.first, data.last) }) : t.rich('answer_no_period', parts);
  };
  return (
    <Page title={t('title')} answer={filled && sentence(c)} coverage={filled} how={filled && t('how')}>
      <Answer of={coverage} isEmpty={(data) => data.events === 0 && !data.loading} empty={<Beginning />} loading={<LoadingLines lines={4} height={32} />}>
        {(data) => (data.events === 0 ? <LoadingLines lines={4} height={32} /> : <Filled coverage={data} />)}
      </Answer>
    </Page>
  );
}

/** A workspace without events: the one button that brings them. */
function Beginning() {
  const { t } = useTexts(texts);
  const workspace = useWorkspace();
  const me = useMe();
  const demo = me.workspaces.find((w) => w.is_demo && w.id !== workspace.id);
  const may = workspace.may('import_data');
  return (
    <EmptyState
      icon={IconRoute}
      title={t('empty.title')}
      action={
        <>
          {may && (
            <Button component={Link} to={workspace.to(addresses.import)}>
              {t('empty.import')}
            </Button>
          )}
          {demo && (
            <Button component={Link} to={`/w/${demo.slug}`} variant="default">
              {t('empty.demo')}
            </Button>
          )}
        </>
      }
    >
      {t('empty.text')}
      {!may && <Note>{t('empty.reader')}</Note>}
    </EmptyState>
  );
}

function Filled({ coverage }: { coverage: Coverage }) {
  const { t, format } = useTexts(texts);
  const workspace = useWorkspace();
  const variants = useApi(api.variants, { filter: ways, limit: 6, offset: 0 });
  const basis = variants.data?.basis;
  const assigned = coverage.events > 0 ? 1 - coverage.events_not_assigned / coverage.events : 0;
  return (
    <>
      <Section>
        <Stats>
          <Stat label={t('stat.events')} value={format.compact(coverage.events)} />
          <Stat label={t('stat.customers')} value={format.compact(coverage.customers)} />
          <Stat label={t('stat.journeys')} value={basis ? format.compact(basis.instances_total) : '…'} hint={basis ? t('stat.journeys_hint', { count: basis.instances }) : undefined} />
          <Stat label={t('stat.variants')} value={variants.data ? format.compact(variants.data.variants_total) : '…'} hint={t('stat.ways_hint')} />
          <Stat label={t('stat.duration')} value={variants.data ? format.durationRound(variants.data.median_duration_s) : '…'} hint={t('stat.duration_hint')} />
          <Stat label={t('stat.assigned')} value={format.share(assigned)} hint={t('stat.assigned_hint', { assigned: coverage.event_types - coverage.event_types_not_assigned, all: coverage.event_types })} />
        </Stats>
      </Section>
      <div className={classes.columns}>
        <div className={classes.wide}>
          <Section
            title={t('ways')}
            aside={
              <Anchor component={Link} to={{ pathname: workspace.to(addresses.journey), search: `?f=${filterToText(ways)}` }} fz="sm">
                {t('ways.all')}
              </Anchor>
            }
          >
            <Answer of={variants}>{(data) => <Ways variants={data} />}</Answer>
          </Section>
        </div>
        <div className={classes.side}>
          <NextSteps coverage={coverage} />
          {!workspace.restriction && <News coverage={coverage} />}
        </div>
      </div>
    </>
  );
}

function Ways({ variants }: { variants: Variants }) {
  const { t, format } = useTexts(texts);
  const journey = useWorkspace().to(addresses.journey);
  const names = useMemo(() => new Map(variants.touchpoints.map((p) => [p.id, p])), [variants.touchpoints]);
  const top = variants.variants[0];
  const columns = useMemo<Column<Variant>[]>(
    () => [
      {
        key: 'path',
        header: t('ways.path'),
        render: (v) => (
          <div className={classes.way}>
            <Chain sequence={v.sequence} names={names} most={6} />
          </div>
        ),
      },
      { key: 'count', header: t('ways.count'), align: 'right', width: 96, render: (v) => (
          <Anchor component={Link} to={{ pathname: journey, search: `?f=${filterToText({ ...openFilter, variants: [v.id] })}` }} fz="sm" c="inherit" aria-label={t('ways.open', { count: v.count })}>
            {format.number(v.count)}
          </Anchor>
        ) },
      {
        key: 'share',
        header: t('ways.share'),
        align: 'right',
        width: 96,
        render: (v) => (
          <>
            {format.share(v.share)}
            <ShareBar share={top ? v.share / top.share : 0} />
          </>
        ),
      },
      { key: 'duration', header: t('ways.duration'), align: 'right', width: 132, render: (v) => format.duration(v.median_duration_s) },
    ],
    [t, format, names, top, journey],
  );
  return (
    <>
      {top && (
        <Text fz="sm" c="dimmed" mb="xs">
          {t('ways.answer', { share: format.share(top.share), count: variants.basis.instances })}
        </Text>
      )}
      <Table label={t('ways')} columns={columns} rows={variants.variants} rowKey={(v) => v.id} />
    </>
  );
}
