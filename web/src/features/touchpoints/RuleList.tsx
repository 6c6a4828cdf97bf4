import { ActionIcon } from '@mantine/core';
import { IconArrowDown, IconArrowRight, IconArrowUp, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { api, useApi, useWorkspace, type Rule } from '@/api';
import { useTexts } from '@/i18n';
import { TouchpointLabel, useNotify } from '@/ui';
import { useNames } from '@/ui/filterbar';
import { useTouchpointActions } from '@/ui/touchpoints';
import { texts } from './de';
import classes from './touchpoints.module.css';

/** Rules in the order in which they are tried; `only` shows those that lead to one touchpoint. */
export function RuleList({ rules, only }: { rules: readonly Rule[]; only?: string }) {
  const { t } = useTexts(texts);
  const workspace = useWorkspace();
  const names = useNames();
  const notify = useNotify();
  const actions = useTouchpointActions();
  const sources = useApi(api.sources).data?.items ?? [];
  const touchpoints = useApi(api.touchpoints).data?.items ?? [];
  const [busy, setBusy] = useState(false);
  const may = workspace.may('edit_touchpoints');
  const run = (work: Promise<void>) => {
    setBusy(true);
    work.catch(notify.problem).finally(() => setBusy(false));
  };
  const words = (rule: Rule) => [
    ...(rule.event_types.length > 0 ? [t('rules.condition_types', { list: rule.event_types.join(', ') })] : []),
    ...(rule.sources.length > 0 ? [t('rules.condition_sources', { list: rule.sources.map((id) => sources.find((one) => one.id === id)?.name ?? id).join(', ') })] : []),
    ...rule.properties.map((one) => t('rules.condition_property', { name: names.attribute(one.attribute), value: one.value || t('rules.empty_value') })),
  ];
  return (
    <ol className={classes.rules} data-compact={only ? true : undefined}>
      {rules.map((rule, i) => {
        if (only && rule.touchpoint !== only) return null;
        const touchpoint = touchpoints.find((one) => one.id === rule.touchpoint);
        return (
          <li key={rule.id} className={classes.rule}>
            <span className={classes.ruleNumber}>{i + 1}</span>
            <span className={classes.conditions}>
              {words(rule).map((text) => (
                <span key={text} className={classes.condition}>
                  {text}
                </span>
              ))}
              {!only && (
                <span className={classes.target}>
                  <IconArrowRight size={15} aria-label={t('rules.then')} />
                  {touchpoint ? <TouchpointLabel touchpoint={touchpoint} /> : rule.touchpoint}
                </span>
              )}
            </span>
            {may && (
              <span className={classes.ruleTools}>
                {!only && (
                  <>
                    <ActionIcon aria-label={t('rules.up', { n: i + 1 })} disabled={busy || i === 0} onClick={() => run(actions.moveRule(rule.id, i - 1))}>
                      <IconArrowUp size={16} />
                    </ActionIcon>
                    <ActionIcon aria-label={t('rules.down', { n: i + 1 })} disabled={busy || i === rules.length - 1} onClick={() => run(actions.moveRule(rule.id, i + 1))}>
                      <IconArrowDown size={16} />
                    </ActionIcon>
                  </>
                )}
                <ActionIcon aria-label={t('rules.delete', { n: i + 1 })} disabled={busy} onClick={() => run(actions.deleteRule(rule.id))}>
                  <IconTrash size={16} stroke={1.75} />
                </ActionIcon>
              </span>
            )}
          </li>
        );
      })}
    </ol>
  );
}
