import { Skeleton } from '@mantine/core';
import { useTexts } from '@/i18n';
import { texts } from './de';
import classes from './graph/graph.module.css';

/** The room that the picture will take. */
export function GraphSkeleton() {
  const { t } = useTexts(texts);
  return (
    <div className={classes.frame} role="status" aria-label={t('graph.laying_out')}>
      <div className={classes.tools}>
        <Skeleton height={32} width={420} />
      </div>
      <div className={classes.stage}>
        <div className={classes.canvas}>
          <div className={classes.waiting}>
            <Skeleton height={200} className={classes.skeleton} />
          </div>
        </div>
      </div>
    </div>
  );
}
