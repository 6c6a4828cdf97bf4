import { IconCheck, IconCircleDashed } from '@tabler/icons-react';
import { useTexts } from '@/i18n';
import { texts } from './de';
import classes from './imports.module.css';
import type { ColumnChoice } from './mapping';

/** The questions of an event log in the users' words, and which column answers each. */
export function Needs({ choices }: { choices: ColumnChoice[] }) {
  const { t } = useTexts(texts);
  const of = (role: ColumnChoice['role']) => choices.find((c) => c.role === role)?.column;
  const customer = of('customer');
  const key = of('instance_key');
  const date = of('time');
  const clock = of('time_of_day');
  const rows = [
    { key: 'customer', column: customer ?? key, needed: true },
    { key: 'instance_key', column: key ?? customer, needed: false },
    { key: 'event_type', column: of('event_type'), needed: true },
    { key: 'time', column: date && clock ? t('need.date_and_time', { date, time: clock }) : date, needed: true },
  ] as const;
  const oneKey = (customer === undefined) !== (key === undefined);
  return (
    <>
      <ul className={classes.needs}>
        {rows.map((row) => (
          <li key={row.key} data-state={row.column ? 'done' : row.needed ? 'missing' : 'optional'}>
            {row.column ? <IconCheck size={18} stroke={2.2} aria-hidden /> : <IconCircleDashed size={18} stroke={1.75} aria-hidden />}
            <div>
              <div className={classes.needQuestion}>{t(`need.${row.key}`)}</div>
              <div className={classes.needAnswer}>{row.column ?? t(row.needed ? 'need.not_chosen' : 'need.optional')}</div>
            </div>
          </li>
        ))}
      </ul>
      {oneKey && <p className={classes.oneKey}>{t('wizard.one_key')}</p>}
    </>
  );
}
