import { Button, Group, Menu, Modal, Text } from '@mantine/core';
import { IconArrowLeft, IconChevronDown, IconDownload, IconUserOff } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { Link, useParams } from 'react-router';
import { addresses, api, asProblem, download, request, useApi, useWorkspace, type CustomerProfile, type PanelLink } from '@/api';
import { useTexts } from '@/i18n';
import { EmptyState, LoadingLines, Page, ProblemState, Secret, useNotify } from '@/ui';
import { Activity } from './Activity';
import classes from './customers.module.css';
import { texts } from './de';
import { Facts } from './Facts';
import { rememberCustomer, shortCustomer } from './seen';
import { Timeline, type TimelineView } from './Timeline';

/** One customer: the passage across all systems, open matters, what is known and computed. */
export function Component() {
  const { id = '' } = useParams();
  const { t, format } = useTexts(texts);
  const workspace = useWorkspace();
  const profile = useApi(api.customerProfile, { id }, { keep: false });
  const [view, setView] = useState<TimelineView>({});
  const there = profile.data !== undefined;
  useEffect(() => {
    if (there) rememberCustomer(workspace.id, id);
  }, [there, workspace.id, id]);

  if (profile.error && !profile.data) {
    const problem = asProblem(profile.error);
    return (
      <Page title={t('list.title')}>
        {problem.status === 404 ? (
          <EmptyState
            icon={IconUserOff}
            title={t('page.gone')}
            action={
              <Button component={Link} to={workspace.to(addresses.customers)} variant="default">
                {t('page.back')}
              </Button>
            }
          >
            {t('page.gone_text')}
          </EmptyState>
        ) : (
          <ProblemState problem={problem} retry={() => void profile.refetch()} />
        )}
      </Page>
    );
  }
  const data = profile.data;
  const open = data?.matters.filter((one) => one.open).length ?? 0;
  return (
    <Page
      title={t('page.title', { id: shortCustomer(id) })}
      coverage
      answer={
        data && (
          <>
            {t.rich('page.answer', { events: <b>{format.number(data.events)}</b>, first: <b>{format.date(data.first ?? '')}</b>, last: <b>{format.ago(data.last ?? '')}</b> })}{' '}
            {open > 0 ? t('page.open', { count: open }) : data.matters_total > 0 && t('page.none_open')}
            {data.identifier && <div>{t('page.identifier', { identifier: data.identifier })}</div>}
          </>
        )
      }
      actions={<Actions id={id} />}
      how={
        <>
          <p>{t('how.open')}</p>
          <p>{t('how.attributes')}</p>
          <p>{t('how.audit')}</p>
        </>
      }
    >
      <Button component={Link} to={workspace.to(addresses.customers)} variant="subtle" size="compact-sm" leftSection={<IconArrowLeft size={15} />} mb="md">
        {t('page.back')}
      </Button>
      {data ? (
        <Columns data={data} view={view} onView={setView} />
      ) : (
        <LoadingLines lines={14} height={24} />
      )}
    </Page>
  );
}

function Columns({ data, view, onView }: { data: CustomerProfile; view: TimelineView; onView: (view: TimelineView) => void }) {
  return (
    <div className={classes.columns}>
      <div className={classes.main}>
        <Activity activity={data.activity} onJump={(jump) => onView({ ...view, ...jump })} />
        <Timeline customer={data.customer} view={view} onView={onView} />
      </div>
      <aside className={classes.facts}>
        <Facts data={data} onMatter={(instance_key) => onView({ instance_key })} />
      </aside>
    </div>
  );
}

function Actions({ id }: { id: string }) {
  const { t, format } = useTexts(texts);
  const workspace = useWorkspace();
  const notify = useNotify();
  const [link, setLink] = useState<PanelLink | null>(null);
  const path = `workspaces/${workspace.id}/customers/${encodeURIComponent(id)}`;
  const run = (work: () => Promise<unknown>) => () => void work().catch(notify.problem);
  return (
    <Group gap="xs">
      <Button variant="default" onClick={run(async () => setLink(await request<PanelLink>('POST', `workspaces/${workspace.id}/panel_links`, { body: { customer: id } })))}>
        {t('link.do')}
      </Button>
      {workspace.may('analyse') && (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="default" leftSection={<IconDownload size={16} stroke={1.75} />} rightSection={<IconChevronDown size={14} />}>
              {t('export.title')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={run(() => download('GET', `${path}/export.json`, `${id}.json`))}>{t('export.json')}</Menu.Item>
            <Menu.Item onClick={run(() => download('GET', `${path}/export.csv`, `${id}.csv`))}>{t('export.csv')}</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      {link && (
        <Modal opened onClose={() => setLink(null)} title={t('link.title')} size="lg">
          <Text fz="sm" mb="md">
            {t('link.text', { time: format.time(link.expires_at) })}
          </Text>
          <Secret value={window.location.origin + link.url} label={t('link.title')} />
          <Group justify="flex-end" mt="md">
            <Button onClick={() => setLink(null)}>{t('link.close')}</Button>
          </Group>
        </Modal>
      )}
    </Group>
  );
}
