import { Progress } from '@mantine/core';
import type { Import } from '@/api';
import { useTexts } from '@/i18n';
import { Pill } from '@/ui';
import { texts } from './de';
import classes from './imports.module.css';

const tones = { queued: undefined, running: 'accent', done: 'good', failed: 'bad', cancelled: undefined, undone: undefined } as const;

/** An import's state in a word; a running one shows how far it is. */
export function StateMark({ run }: { run: Import }) {
  const { t, format } = useTexts(texts);
  if (run.state === 'running')
    return (
      <span className={classes.running}>
        <Progress value={run.progress * 100} size="sm" aria-label={t('state.running')} flex={1} />
        {format.share(run.progress)}
      </span>
    );
  return <Pill tone={tones[run.state]}>{t(`state.${run.state}`)}</Pill>;
}
