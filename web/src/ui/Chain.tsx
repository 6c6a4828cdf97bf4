import { Tooltip } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import type { CSSProperties } from 'react';
import { ChannelIcon } from './ChannelIcon';
import { useColors } from './palette';
import type { TouchpointLike } from './TouchpointLabel';
import classes from './ui.module.css';

/** A way through touchpoints as a coloured chain; repeated steps are folded ("×3"), long ones end in a count. */
export function Chain({ steps, most = 8 }: { steps: (TouchpointLike & { id: string })[]; most?: number }) {
  const colors = useColors();
  const folded: { step: TouchpointLike & { id: string }; times: number }[] = [];
  for (const step of steps) {
    const last = folded.at(-1);
    if (last?.step.id === step.id) last.times++;
    else folded.push({ step, times: 1 });
  }
  const shown = folded.length > most ? folded.slice(0, most - 1) : folded;
  const rest = folded.slice(shown.length);
  return (
    <ol className={classes.chain}>
      {shown.map(({ step, times }, i) => (
        <li key={i}>
          <span className={classes.link} style={{ '--link': colors.touchpoint(step.id) } as CSSProperties}>
            <ChannelIcon channel={step.channel} size={14} plain />
            <span className={classes.ellipsis}>{step.name}</span>
            {times > 1 && <span className={classes.times}>×{times}</span>}
          </span>
          {(i < shown.length - 1 || rest.length > 0) && <IconChevronRight size={14} stroke={1.75} aria-hidden className={classes.chainArrow} />}
        </li>
      ))}
      {rest.length > 0 && (
        <li>
          <Tooltip label={rest.map((r) => r.step.name).join(' → ')} multiline maw={480}>
            <span className={classes.linkMore} tabIndex={0}>
              +{rest.length}
            </span>
          </Tooltip>
        </li>
      )}
    </ol>
  );
}
