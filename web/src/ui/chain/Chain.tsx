import { Tooltip, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import type { TouchpointName } from '@/api';
import { useTexts } from '@/i18n';
import { ChannelIcon } from '../ChannelIcon';
import { useColors } from '../palette';
import { NotMapped } from '../TouchpointLabel';
import classes from './chain.module.css';
import { chainTexts } from './de';
import { fold, shorten, type Fold } from './fold';

/** A journey as a row of touchpoints; repeats are folded, a long one shows its beginning and its end. */
export function Chain({ sequence, names, most = 10, small = false }: {
  sequence: readonly string[];
  names: ReadonlyMap<string, TouchpointName>;
  /** Longer chains are shortened to so many stretches. */
  most?: number;
  /** Icons only; the names stand in the tooltips. */
  small?: boolean;
}) {
  const { t } = useTexts(chainTexts);
  const [whole, setWhole] = useState(false);
  const folds = fold(sequence);
  const { head, hidden, tail } = whole ? { head: folds, hidden: 0, tail: [] } : shorten(folds, most);
  const draw = (one: Fold) => <Stretch key={one.at} fold={one} names={names} small={small} />;
  return (
    <ol className={classes.chain} data-small={small || undefined}>
      {head.map(draw)}
      {hidden > 0 && (
        <li className={classes.step}>
          {small ? (
            <Tooltip label={t('hidden', { count: hidden })}>
              <span className={classes.gap}>+{hidden}</span>
            </Tooltip>
          ) : (
            <UnstyledButton className={classes.gap} onClick={() => setWhole(true)} aria-label={`${t('unfold')}: ${t('hidden', { count: hidden })}`}>
              … +{hidden}
            </UnstyledButton>
          )}
        </li>
      )}
      {tail.map(draw)}
      {whole && folds.length > most && (
        <li className={classes.step}>
          <UnstyledButton className={classes.gap} onClick={() => setWhole(false)}>
            {t('fold')}
          </UnstyledButton>
        </li>
      )}
    </ol>
  );
}

function Stretch({ fold: { ids, times }, names, small }: { fold: Fold; names: ReadonlyMap<string, TouchpointName>; small: boolean }) {
  const { t } = useTexts(chainTexts);
  const chips = ids.map((id, i) => <Chip key={i} touchpoint={names.get(id)} id={id} small={small} />);
  if (times === 1) return <li className={classes.step}>{chips}</li>;
  return (
    <li className={classes.step}>
      <span className={classes.repeat} data-block={ids.length > 1 || undefined}>
        {chips}
        <Tooltip label={t('times', { count: times })}>
          <span className={classes.times} role="img" aria-label={t('times', { count: times })}>
            ×{times}
          </span>
        </Tooltip>
      </span>
    </li>
  );
}

function Chip({ touchpoint, id, small }: { touchpoint: TouchpointName | undefined; id: string; small: boolean }) {
  const colors = useColors();
  const name = touchpoint?.name ?? id;
  return (
    <Tooltip label={name}>
      <span className={classes.chip} style={{ '--chip': colors.channel(touchpoint?.channel) } as React.CSSProperties} data-mapped={touchpoint?.mapped || undefined} {...(small ? { role: 'img', 'aria-label': name } : {})}>
        <ChannelIcon channel={touchpoint?.channel} size={14} />
        {!small && <span className={classes.chipName}>{name}</span>}
        {!small && touchpoint && !touchpoint.mapped && <NotMapped />}
      </span>
    </Tooltip>
  );
}
