import { Collapse, Stack, Text, UnstyledButton } from '@mantine/core';
import { useId, useState, type ReactNode } from 'react';
import { Link } from 'react-router';
import { addresses, api, useApi, useWorkspace, type ComputedValue, type CorrectedAttribute, type CustomerProfile, type KnownAttribute, type Matter } from '@/api';
import { useTexts } from '@/i18n';
import { Pill, Section, useChannelName } from '@/ui';
import classes from './customers.module.css';
import { texts } from './de';

/** What stands beside the time line, panel by panel; a feature that knows more of a customer adds its own here. */
export function Facts({ data, onMatter }: { data: CustomerProfile; onMatter: (key: string) => void }) {
  const panels: ReactNode[] = [
    <Matters key="matters" data={data} onMatter={onMatter} />,
    <Attributes key="attributes" list={data.attributes} customer={data.customer} />,
    ...(data.computed.length > 0 ? [<Computed key="computed" list={data.computed} />] : []),
    <Segments key="segments" list={data.segments} />,
  ];
  return <Stack gap="lg">{panels}</Stack>;
}

function Matters({ data, onMatter }: { data: CustomerProfile; onMatter: (key: string) => void }) {
  const { t } = useTexts(texts);
  const [all, setAll] = useState(false);
  const shown = all ? data.matters : data.matters.slice(0, 5);
  const keyed = data.matters.some((one) => one.instance_key);
  return (
    <Section title={t('matters.title')}>
      {!keyed && (
        <Text fz="sm" c="dimmed" mb="xs">
          {t('matters.none')}
        </Text>
      )}
      <ul className={classes.plain}>
        {shown.map((matter, i) => (
          <MatterRow key={i} matter={matter} onMatter={onMatter} />
        ))}
      </ul>
      {!all && data.matters.length > shown.length && (
        <UnstyledButton className={classes.only} onClick={() => setAll(true)}>
          {t('matters.more', { count: data.matters_total - shown.length })}
        </UnstyledButton>
      )}
      {all && data.matters_total > shown.length && <Text fz="xs" c="dimmed">{t('matters.more', { count: data.matters_total - shown.length })}</Text>}
    </Section>
  );
}

function MatterRow({ matter, onMatter }: { matter: Matter; onMatter: (key: string) => void }) {
  const { t, format } = useTexts(texts);
  const key = matter.instance_key;
  return (
    <li className={classes.matter}>
      <div className={classes.matterHead}>
        {key ? (
          <UnstyledButton className={classes.only} title={t('matters.show')} onClick={() => onMatter(key)}>
            {key}
          </UnstyledButton>
        ) : (
          <span>{t('matters.course')}</span>
        )}
        <Pill tone={matter.open ? 'signal' : undefined}>{t(matter.open ? 'matters.open' : 'matters.closed')}</Pill>
      </div>
      <Text fz="xs" c="dimmed">
        {t('matters.line', { count: matter.events, touchpoint: matter.last_touchpoint_name })} · {format.date(matter.last)}
      </Text>
    </li>
  );
}

function Attributes({ list, customer }: { list: readonly KnownAttribute[]; customer: string }) {
  const { t } = useTexts(texts);
  const mayRectify = useWorkspace().may('see_identifiers');
  const corrected = useApi(api.corrections, { customer }, { enabled: mayRectify });
  return (
    <Section title={t('attributes.title')}>
      {list.length === 0 && (
        <Text fz="sm" c="dimmed">
          {t('attributes.none')}
        </Text>
      )}
      <ul className={classes.plain}>
        {list.map((one) => (
          <AttributeRow key={one.id} attribute={one} customer={mayRectify ? customer : undefined} corrected={corrected.data?.items.find((c) => c.attribute === one.name)} />
        ))}
      </ul>
    </Section>
  );
}

function AttributeRow({ attribute, customer, corrected }: { attribute: KnownAttribute; customer?: string; corrected?: CorrectedAttribute }) {
  const { t, format } = useTexts(texts);
  const workspace = useWorkspace();
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <li className={classes.attribute}>
      <div className={classes.attributeHead}>
        <span>{attribute.name}</span>
        <b>{attribute.value}</b>
      </div>
      <Text fz="xs" c="dimmed">
        {t('attributes.origin', { source: attribute.source, since: format.date(attribute.since) })}
        {corrected && ` · ${t('attributes.corrected', { date: format.date(corrected.corrected_at) })}`}
        {customer && (
          <>
            {' · '}
            <Link
              className={classes.only}
              aria-label={t('attributes.rectify_of', { name: attribute.name })}
              to={workspace.to(addresses.privacy)}
              state={{ rectify: { customer, attribute: attribute.name, wrong: attribute.value } }}
            >
              {t('attributes.rectify')}
            </Link>
          </>
        )}
      </Text>
      {attribute.changes > 1 && (
        <>
          <UnstyledButton className={classes.only} fz="xs" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
            {t('attributes.history', { count: attribute.changes })}
          </UnstyledButton>
          <Collapse expanded={open} id={id} transitionDuration={120}>
            <ul className={classes.history}>
              {attribute.history.map((was, i) => (
                <li key={i}>{t('attributes.was', { value: was.value, since: format.time(was.since), source: was.source })}</li>
              ))}
            </ul>
          </Collapse>
        </>
      )}
    </li>
  );
}

function Computed({ list }: { list: readonly ComputedValue[] }) {
  const { t, format } = useTexts(texts);
  const channelName = useChannelName();
  const text = (one: ComputedValue) => {
    if (one.time !== undefined) return format.date(one.time);
    if (one.text !== undefined) return channelName(one.text);
    if (one.number === undefined) return t('computed.none_value');
    return one.kind === 'days_since_last' ? t('computed.days', { count: one.number }) : format.number(one.number, 2);
  };
  return (
    <Section title={t('computed.title')}>
      <ul className={classes.plain}>
        {list.map((one) => (
          <li key={one.id} className={classes.attribute}>
            <div className={classes.attributeHead}>
              <span>{one.name}</span>
              <b>{text(one)}</b>
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Segments({ list }: { list: CustomerProfile['segments'] }) {
  const { t } = useTexts(texts);
  const workspace = useWorkspace();
  return (
    <Section title={t('segments.title')}>
      {list.length === 0 && (
        <Text fz="sm" c="dimmed">
          {t('segments.none')}
        </Text>
      )}
      <ul className={classes.plain}>
        {list.map((one) => (
          <li key={one.id}>
            <Link className={classes.only} to={workspace.to(addresses.segment(one.id))}>{one.name}</Link>
          </li>
        ))}
      </ul>
    </Section>
  );
}
