import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { useCallback, useMemo } from 'react';
import { asProblem } from '@/api';
import { useLocale } from '@/i18n';
import { useProblemText } from './States';
import classes from './ui.module.css';

const autoClose = 7000;

/** Messages that come and go. Problems stay until they are closed. */
export function useNotify() {
  const { t } = useLocale();
  const textOf = useProblemText();
  const done = useCallback((message: string) => {
    notifications.show({ message, color: 'teal', icon: <IconCheck size={16} />, autoClose: 4000, withBorder: true, closeButtonProps: { 'aria-label': t('action.close') } });
  }, [t]);
  const problem = useCallback(
    (error: unknown) => {
      const p = asProblem(error);
      notifications.show({ id: `problem-${p.code}`, message: textOf(p), color: p.status === 412 ? 'amber' : 'red', icon: <IconAlertTriangle size={16} />, autoClose: p.status === 412 ? 10_000 : false, withBorder: true, closeButtonProps: { 'aria-label': t('action.close') } });
    },
    [t, textOf],
  );
  /** Says what was done and offers to take it back. */
  const undoable = useCallback(
    (message: string, undo: () => Promise<unknown>) => {
      const id = `undo-${Date.now()}-${message.length}`;
      notifications.show({
        id,
        autoClose,
        color: 'teal',
        icon: <IconCheck size={16} />,
        withBorder: true,
        closeButtonProps: { 'aria-label': t('action.close') },
        message: (
          <div className={classes.undoNotice}>
            <span>{message}</span>
            <Button
              size="compact-sm"
              variant="default"
              onClick={() => {
                notifications.hide(id);
                undo().then(() => done(t('undo.done')), problem);
              }}
            >
              {t('action.undo')}
            </Button>
          </div>
        ),
      });
    },
    [done, problem, t],
  );
  return useMemo(() => ({ done, problem, undoable }), [done, problem, undoable]);
}
