import { UnstyledButton } from '@mantine/core';
import { IconArrowRight, IconCircleOff, IconHourglass } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useWorkspace, type Funnel, type FunnelPart, type FunnelShare, type FunnelStep, type TouchpointName } from '@/api';
import { useTexts } from '@/i18n';
import { ChannelIcon } from '@/ui';
import { texts } from './de';
import classes from './funnel.module.css';

const nextShown = 4;

/** The picture: a bar a step, and between the bars who dropped and where they went. Every number opens its rows. */
export function Steps({ funnel, part, onPart }: { funnel: Funnel; part: FunnelPart | null; onPart: (part: FunnelPart) => void }) {
  const { t, format } = useTexts(texts);
  const names = new Map(funnel.touchpoints.map((one) => [one.id, one]));
  const first = funnel.steps[0]?.instances ?? 0;
  return (
    <ol className={classes.steps} aria-label={t('steps.label')}>
      {funnel.steps.map((step, k) => (
        <li key={k}>
          <div className={classes.step}>
            <StepName step={step} number={k + 1} names={names} />
            <div className={classes.numbers}>
              <b className={classes.count}>
                <Opens part={{ step: k + 1, dropped: false }} selected={part} onPart={onPart} count={step.instances} name={t('steps.open', { number: k + 1 })} />
              </b>
              {step.from_previous && <span title={intervalText(step.from_previous, t, format.share)}>{t('steps.from_previous', { share: format.share(step.from_previous.share) })}</span>}
              {k > 1 && step.from_first && <span className={classes.quiet}>{t('steps.from_first', { share: format.share(step.from_first.share) })}</span>}
              {step.median_from_previous_s !== undefined && <span className={classes.quiet}>{t('steps.median', { duration: format.durationRound(step.median_from_previous_s) })}</span>}
            </div>
            <span className={classes.bar} aria-hidden>
              <span style={{ width: `${first > 0 && step.instances !== undefined ? Math.max(0.4, (step.instances / first) * 100) : 0}%` }} />
              {step.from_first && <i style={{ left: `${step.from_first.low * 100}%`, width: `${(step.from_first.high - step.from_first.low) * 100}%` }} />}
            </span>
          </div>
          {(step.dropped ?? 0) > 0 && <Dropped step={step} number={k + 1} names={names} part={part} onPart={onPart} />}
        </li>
      ))}
    </ol>
  );
}

function StepName({ step, number, names }: { step: FunnelStep; number: number; names: Map<string, TouchpointName> }) {
  const { t } = useTexts(texts);
  return (
    <div className={classes.name}>
      <span className={classes.number} aria-hidden>
        {number}
      </span>
      <span className="visually-hidden">{t('build.step', { number })}</span>
      {step.touchpoints.map((id, i) => (
        <span key={id} className={classes.touchpoint}>
          {i > 0 && <span className={classes.quiet}>{t('steps.or')}</span>}
          <ChannelIcon channel={names.get(id)?.channel} size={16} named />
          {names.get(id)?.name ?? id}
        </span>
      ))}
    </div>
  );
}

/** Where they went: the ways by number, then those of whom nothing came, told apart by whether something still may. */
function Dropped({ step, number, names, part, onPart }: { step: FunnelStep; number: number; names: Map<string, TouchpointName>; part: FunnelPart | null; onPart: (part: FunnelPart) => void }) {
  const { t, format } = useTexts(texts);
  const dropped = step.dropped!;
  const at = { step: number, dropped: true };
  const shown = step.next.slice(0, nextShown);
  const others = dropped - shown.reduce((sum, one) => sum + one.instances, 0) - (step.ended ?? 0) - (step.waiting ?? 0);
  const known = step.ended !== undefined && step.waiting !== undefined;
  const line = (key: string, icon: ReactNode, words: string, count: number, opens?: FunnelPart) => (
    <li key={key}>
      {icon}
      <span>{words}</span>
      <span className={classes.wentCount}>
        {opens ? <Opens part={opens} selected={part} onPart={onPart} count={count} name={t('dropped.open', { words })} /> : format.number(count)}{' '}
        <span className={classes.quiet}>{format.share(count / dropped)}</span>
      </span>
    </li>
  );
  return (
    <div className={classes.dropped}>
      <div>
        {t.rich('dropped.head', {
          count: <Opens part={at} selected={part} onPart={onPart} count={dropped} name={t('dropped.open_all', { number })} />,
          share: format.share(dropped / (step.instances ?? dropped)),
        })}
        {(step.running ?? 0) > 0 && (
          <span className={classes.quiet}>
            {' '}
            {t.rich('dropped.running', { count: <Opens part={{ ...at, went: 'running' }} selected={part} onPart={onPart} count={step.running!} name={t('dropped.open_running', { number })} /> })}
          </span>
        )}
      </div>
      <ul>
        {shown.map((one) => line(one.touchpoint, <IconArrowRight size={14} aria-hidden />, names.get(one.touchpoint)?.name ?? one.touchpoint, one.instances, { ...at, went: 'touchpoint', next: one.touchpoint }))}
        {known && others > 0 && line('others', <IconArrowRight size={14} aria-hidden />, t('dropped.others'), others)}
        {(step.ended ?? 0) > 0 && line('ended', <IconCircleOff size={14} aria-hidden />, t('dropped.ended'), step.ended!, { ...at, went: 'ended' })}
        {(step.waiting ?? 0) > 0 && line('waiting', <IconHourglass size={14} aria-hidden />, t('dropped.waiting'), step.waiting!, { ...at, went: 'waiting' })}
      </ul>
    </div>
  );
}

const same = (a: FunnelPart | null, b: FunnelPart) => a !== null && JSON.stringify(a) === JSON.stringify(b);

/** A number that opens its rows, for those who may see them. */
export function Opens({ part, selected, onPart, count, name }: { part: FunnelPart; selected: FunnelPart | null; onPart: (part: FunnelPart) => void; count: number | undefined; name: string }) {
  const { t, format } = useTexts(texts);
  const workspace = useWorkspace();
  if (count === undefined) return <span className={classes.quiet}>{t('withheld')}</span>;
  if (!workspace.may('see_customers') || count === 0) return <>{format.number(count)}</>;
  return (
    <UnstyledButton className={classes.opens} aria-label={`${name}: ${format.number(count)}`} aria-pressed={same(selected, part)} onClick={() => onPart(part)}>
      {format.number(count)}
    </UnstyledButton>
  );
}

export function intervalText(share: FunnelShare, t: (key: 'interval', values: { low: string; high: string }) => string, print: (share: number) => string): string {
  return t('interval', { low: print(share.low), high: print(share.high) });
}
