import { Button, Group, Stack, Text } from '@mantine/core';
import { IconRoute, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { addresses, useWorkspace, type Rule, type Touchpoint } from '@/api';
import { useTexts } from '@/i18n';
import { NotMapped, SidePanel, useNotify } from '@/ui';
import { MergeForm, TouchpointForm, touchpointTexts, useTouchpointActions } from '@/ui/touchpoints';
import { texts } from './de';
import { RuleForm } from './RuleForm';
import { RuleList } from './RuleList';
import classes from './touchpoints.module.css';

export function TouchpointPanel({ touchpoint, rules, onClose }: { touchpoint: Touchpoint; rules: readonly Rule[]; onClose: () => void }) {
  const { t, format } = useTexts(texts);
  const { t: words } = useTexts(touchpointTexts);
  const workspace = useWorkspace();
  const actions = useTouchpointActions();
  const notify = useNotify();
  const [adding, setAdding] = useState(false);
  const may = workspace.may('edit_touchpoints');
  const own = rules.filter((one) => one.touchpoint === touchpoint.id);
  return (
    <SidePanel
      title={touchpoint.name}
      kind={
        touchpoint.mapped ? (
          t('panel.kind')
        ) : (
          <span className={classes.open}>
            <NotMapped /> {t('panel.open')}
          </span>
        )
      }
      onClose={onClose}
      actions={
        (touchpoint.events ?? 0) > 0 && (
          <Button
            component={Link}
            to={`${workspace.to(addresses.journey)}?s=${encodeURIComponent(touchpoint.id)}`}
            variant="default"
            size="compact-md"
            leftSection={<IconRoute size={16} stroke={1.75} />}
          >
            {t('panel.graph')}
          </Button>
        )
      }
    >
      <Stack gap="lg">
        {touchpoint.events !== undefined && (
          <Text fz="sm" c="dimmed">
            {t('panel.volume', { events: touchpoint.events, customers: touchpoint.customers ?? 0 })}
            {touchpoint.first && touchpoint.last && ` · ${t('panel.period', { first: format.date(touchpoint.first), last: format.date(touchpoint.last) })}`}
          </Text>
        )}
        {may ? (
          <TouchpointForm key={`${touchpoint.id} ${touchpoint.etag}`} touchpoint={touchpoint} />
        ) : (
          touchpoint.description && <Text>{touchpoint.description}</Text>
        )}

        <section className={classes.part}>
          <h3>{t('panel.types')}</h3>
          {touchpoint.event_types.length > 0 ? (
            <ul className={classes.types}>
              {touchpoint.event_types.map((type) => (
                <li key={type}>{type}</li>
              ))}
            </ul>
          ) : (
            <Text fz="sm" c="dimmed">
              {t('panel.no_types')}
            </Text>
          )}
        </section>

        <section className={classes.part}>
          <h3>{t('panel.rules')}</h3>
          {own.length > 0 ? (
            <RuleList rules={rules} only={touchpoint.id} />
          ) : (
            <Text fz="sm" c="dimmed">
              {t('panel.no_rules')}
            </Text>
          )}
          {may &&
            (adding ? (
              <div className={classes.form}>
                <RuleForm touchpoint={touchpoint.id} onDone={() => setAdding(false)} />
              </div>
            ) : (
              <Button variant="subtle" size="compact-sm" mt="xs" ml={-8} onClick={() => setAdding(true)}>
                {t('rules.add')}
              </Button>
            ))}
        </section>

        {may && (
          <section className={classes.part}>
            <h3>{words('action.merge')}</h3>
            <MergeForm key={touchpoint.id} into={touchpoint} />
          </section>
        )}
        {may && touchpoint.mapped && (
          <section className={classes.part}>
            <Group gap="sm" wrap="nowrap" align="flex-start">
              <Button
                variant="default"
                color="red"
                size="compact-md"
                leftSection={<IconTrash size={15} stroke={1.75} />}
                onClick={() => actions.remove(touchpoint).catch(notify.problem)}
                style={{ flex: 'none' }}
              >
                {words('action.delete')}
              </Button>
              <Text fz="xs" c="dimmed">
                {words('action.delete_hint')}
              </Text>
            </Group>
          </section>
        )}
      </Stack>
    </SidePanel>
  );
}
