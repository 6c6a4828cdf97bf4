import { IconChevronRight, IconHeartbeat, IconKey, IconMapPin, IconRoute, IconTableMinus, IconUserPlus, type Icon } from '@tabler/icons-react';
import { Link } from 'react-router';
import { addresses, api, useApi, useWorkspace, type Coverage } from '@/api';
import { useTexts } from '@/i18n';
import { Section } from '@/ui';
import classes from './cockpit.module.css';
import { texts } from './de';

interface Step {
  key: string;
  icon: Icon;
  to: string;
  title: string;
  text: string;
}

/** What the data themselves suggest to do next; at most four, only what this person may do. */
export function NextSteps({ coverage }: { coverage: Coverage }) {
  const { t, format } = useTexts(texts);
  const workspace = useWorkspace();
  const imports = useApi(api.imports, undefined, { enabled: workspace.may('import_data') });
  const members = useApi(api.members, undefined, { enabled: workspace.may('administer') });
  const tokens = useApi(api.tokens, undefined, { enabled: workspace.may('administer') });
  const quality = useApi(api.quality, { days: 56 }, { enabled: !workspace.restriction });
  const last = imports.data?.items.find((i) => i.state === 'done');
  const steps: Step[] = [];
  const alerts = quality.data?.sources.filter((s) => s.alert) ?? [];
  const silent = alerts.find((s) => s.silent_since);
  if (silent?.silent_since)
    steps.push({
      key: 'silent',
      icon: IconHeartbeat,
      to: `${addresses.quality}?quelle=${encodeURIComponent(silent.source)}`,
      title: alerts.length > 1 ? t('next.silent_many', { name: silent.name, more: alerts.length - 1 }) : t('next.silent', { name: silent.name }),
      text: t('next.silent_text', { day: format.date(silent.silent_since), missing: format.number(Math.round(silent.missing ?? 0)) }),
    });
  else if (alerts[0]) steps.push({ key: 'low', icon: IconHeartbeat, to: addresses.quality, title: t('next.low', { name: alerts[0].name }), text: t('next.low_text') });
  if (coverage.event_types_not_assigned > 0 && workspace.may('edit_touchpoints'))
    steps.push({
      key: 'assign',
      icon: IconMapPin,
      to: `${addresses.touchpoints}?v=types`,
      title: t('next.assign', { count: coverage.event_types_not_assigned }),
      text: t('next.assign_text', { share: format.share(coverage.events_not_assigned / Math.max(1, coverage.events)) }),
    });
  if (last && last.rows_rejected > 0)
    steps.push({ key: 'rejects', icon: IconTableMinus, to: addresses.importRun(last.id), title: t('next.rejects', { count: last.rows_rejected }), text: t('next.rejects_text', { file: last.file_name }) });
  steps.push({ key: 'explore', icon: IconRoute, to: addresses.journey, title: t('next.explore'), text: t('next.explore_text') });
  if (members.data?.items.length === 1) steps.push({ key: 'people', icon: IconUserPlus, to: addresses.people, title: t('next.people'), text: t('next.people_text') });
  if (tokens.data?.items.length === 0) steps.push({ key: 'token', icon: IconKey, to: addresses.tokens, title: t('next.token'), text: t('next.token_text') });
  return (
    <Section title={t('next')}>
      <ul className={classes.list}>
        {steps.slice(0, 4).map(({ key, icon: Shape, to, title, text }) => (
          <li key={key}>
            <Link to={workspace.to(to)} className={classes.step}>
              <span className={classes.stepIcon}>
                <Shape size={18} stroke={1.75} aria-hidden />
              </span>
              <span>
                <span className={classes.stepTitle}>{title}</span>
                <span className={classes.stepText}>{text}</span>
              </span>
              <IconChevronRight size={16} stroke={1.75} aria-hidden />
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  );
}
