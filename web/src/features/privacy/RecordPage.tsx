import { Button } from '@mantine/core';
import { IconArrowLeft, IconPrinter } from '@tabler/icons-react';
import { useMemo } from 'react';
import { Link } from 'react-router';
import { addresses, api, useApi, useWorkspace, type SourcePrivacy } from '@/api';
import { useLocale, useTexts } from '@/i18n';
import { Answer, Page, Section, Table, useNow, useRestrictionText, type Column } from '@/ui';
import { Duties } from './Duties';
import { texts } from './de';

/** To print: the record of processing activities, and sheets for the data-protection officer and the works council. */
export function Component() {
  const { t, format } = useTexts(texts);
  const { t: shared } = useLocale();
  const workspace = useWorkspace();
  const now = useNow();
  const status = useApi(api.privacyStatus);
  const settings = useApi(api.privacySettings);
  const sources = useApi(api.sources);
  const staff = useApi(api.staffRules);
  const members = useApi(api.members);
  const restrictionText = useRestrictionText();
  const known = useMemo(() => new Map(sources.data?.items.map((s) => [s.id, s])), [sources.data]);
  const columns = useMemo<Column<SourcePrivacy>[]>(
    () => [
      { key: 'name', header: t('sources.source'), render: (p) => known.get(p.source ?? '')?.name ?? '' },
      { key: 'owner', header: t('record.owner'), render: (p) => known.get(p.source ?? '')?.owner || t('record.not_stated') },
      { key: 'system', header: t('record.system'), render: (p) => known.get(p.source ?? '')?.system || t('record.not_stated') },
      { key: 'purpose', header: t('record.source_purpose'), render: (p) => known.get(p.source ?? '')?.purpose || t('record.not_stated') },
      { key: 'basis', header: t('sources.basis'), render: (p) => t(`basis.${p.legal_basis ?? 'not_stated'}`) },
      { key: 'events', header: t('record.events'), align: 'right', minor: 1, render: (p) => format.number(known.get(p.source ?? '')?.events ?? 0) },
    ],
    [t, format, known],
  );
  const date = format.date(new Date(now).toISOString());
  return (
    <Page
      title={t('record.title')}
      answer={t('record.lead', { workspace: workspace.name, date })}
      actions={
        <>
          <Button component={Link} to={workspace.to(addresses.privacy)} variant="default" leftSection={<IconArrowLeft size={17} stroke={1.75} aria-hidden />}>
            {t('record.back')}
          </Button>
          <Button leftSection={<IconPrinter size={17} stroke={1.75} aria-hidden />} onClick={() => window.print()}>
            {t('record.print')}
          </Button>
        </>
      }
    >
      <Section title={t('record.activity')}>
        <Answer of={settings}>
          {(one) => (
            <>
              <p>{t('record.purpose')}</p>
              <p>{t('record.people')}</p>
              <p>{t('record.data')}</p>
              <p>{t('record.recipients')}</p>
              <p>{t('record.retention')}</p>
              <p>{t('record.measures')}</p>
              <p>{t('record.officer', { name: one.officer ?? t('record.not_named') })}</p>
              <p>{t('record.contact', { name: one.contact ?? t('record.not_named') })}</p>
            </>
          )}
        </Answer>
      </Section>
      <Section title={t('record.sources')}>
        <Answer of={status}>{(one) => <Table label={t('record.sources')} columns={columns} rows={one.sources} rowKey={(p) => p.source ?? ''} />}</Answer>
      </Section>
      <Section title={t('record.access')}>
        <Answer of={members}>
          {(list) => (
            <ul>
              {(['reader', 'analyst', 'editor', 'administrator'] as const).map((role) => (
                <li key={role}>{`${shared(`role.${role}`)}: ${format.number(list.items.filter((m) => m.role === role).length)}`}</li>
              ))}
              {list.items.filter((m) => m.restriction).map((m) => (
                <li key={m.user_id}>{t('record.restricted', { name: m.name || m.email, what: restrictionText(m.restriction!) })}</li>
              ))}
            </ul>
          )}
        </Answer>
      </Section>
      <Section title={t('record.officer_sheet')}>
        <p>{t('record.officer_text', { date })}</p>
        <Answer of={status}>{(one) => <Duties duties={one.duties} />}</Answer>
      </Section>
      <Section title={t('record.council')}>
        <p>{t('record.council_text')}</p>
        <Answer of={staff}>
          {(rules) =>
            rules.agreement ? (
              <dl>
                <dt>{t('staff.partner')}</dt>
                <dd>{rules.agreement.partner}</dd>
                <dt>{t('staff.agreed_on')}</dt>
                <dd>{format.date(rules.agreement.agreed_on)}</dd>
                <dt>{t('staff.scope')}</dt>
                <dd>{rules.agreement.scope}</dd>
                <dt>{t('staff.document')}</dt>
                <dd>{rules.agreement.document}</dd>
              </dl>
            ) : (
              <p>{t('staff.hidden')}</p>
            )
          }
        </Answer>
      </Section>
    </Page>
  );
}
