import { Button } from '@mantine/core';
import { IconPrinter } from '@tabler/icons-react';
import { Link } from 'react-router';
import { addresses, api, useApi, useWorkspace } from '@/api';
import { useTexts } from '@/i18n';
import { Answer, Page, Section, Stat, Stats } from '@/ui';
import { ChainCheck } from './ChainCheck';
import { Duties } from './Duties';
import { Keys } from './Keys';
import { Requests } from './Requests';
import { RetentionRules } from './RetentionRules';
import { SettingsForm } from './SettingsForm';
import { StaffForm } from './StaffForm';
import { SourceBases } from './SourceBases';
import { texts } from './de';

export function Component() {
  const { t, format } = useTexts(texts);
  const workspace = useWorkspace();
  const status = useApi(api.privacyStatus);
  const settings = useApi(api.privacySettings);
  const staff = useApi(api.staffRules);
  return (
    <Page
      title={t('title')}
      answer={status.data && (status.data.requests_open > 0 ? t('answer.open', { count: status.data.requests_open }) : t('answer.none'))}
      actions={
        <Button component={Link} to={workspace.to(addresses.privacyRecord)} variant="default" leftSection={<IconPrinter size={17} stroke={1.75} aria-hidden />}>
          {t('print')}
        </Button>
      }
      how={t('how')}
    >
      <Requests />
      <Section title={t('consents.title')}>
        <Answer of={status}>
          {(now) => (
            <Stats>
              {now.consents.map((one) => (
                <Stat key={one.purpose} label={t('numbers.granted', { purpose: t.code(`purpose.${one.purpose}`, one.purpose) })} value={format.number(one.granted)} hint={t('numbers.denied', { count: one.denied })} />
              ))}
              <Stat label={t('numbers.restricted')} value={format.number(now.restricted)} />
              <Stat label={t('numbers.tombstones')} value={format.number(now.tombstones)} hint={t('numbers.tombstones_hint')} />
            </Stats>
          )}
        </Answer>
      </Section>
      <Section title={t('sources.title')}>
        <Answer of={status}>{(now) => <SourceBases policies={now.sources} />}</Answer>
      </Section>
      <Section title={t('duties.title')}>
        <Answer of={status}>{(now) => <Duties duties={now.duties} />}</Answer>
      </Section>
      <RetentionRules />
      <Keys />
      <Section title={t('staff.title')}>
        <Answer of={staff}>{(now) => <StaffForm key={now.etag} rules={now} />}</Answer>
      </Section>
      <ChainCheck />
      <Section title={t('settings.title')}>
        <Answer of={settings}>{(now) => <SettingsForm key={now.etag} settings={now} />}</Answer>
      </Section>
    </Page>
  );
}
