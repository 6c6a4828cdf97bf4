import { useTexts } from '@/i18n';
import { useColors } from '@/ui';
import { useCounted } from '../counted';
import { texts } from '../de';
import type { MeasureKey } from '../view';
import { isTime } from './look';
import classes from './graph.module.css';
import { lineColour, type Scale } from './scale';

export function Legend({ measure, scale, unmapped }: { measure: MeasureKey; scale: Scale; unmapped: boolean }) {
  const { t, format } = useTexts(texts);
  const counted = useCounted();
  const colors = useColors();
  const steps = [0, 0.25, 0.5, 0.75, 1].map((at) => lineColour(colors, scale.shade, at));
  const text = (value: number) => (isTime(measure) ? format.durationShort(value) : format.compact(value));
  return (
    <div className={classes.legend} role="note" aria-label={t('legend.label')}>
      <div>{measure === 'customers' ? t('legend.customers', { counted: counted.many }) : t(`legend.${measure}`)}</div>
      <div className={classes.legendBar} style={{ background: `linear-gradient(to right, ${steps.join(', ')})` }} aria-hidden />
      <div className={classes.legendEnds}>
        {scale.legend.map((value, i) => (
          <span key={i}>{text(value)}</span>
        ))}
      </div>
      {unmapped && (
        <div>
          <span className={classes.legendMark} aria-hidden />
          {t('legend.not_mapped')}
        </div>
      )}
    </div>
  );
}
