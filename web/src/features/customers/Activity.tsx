import { SegmentedControl, Text } from '@mantine/core';
import { useState } from 'react';
import type { Activity as Data } from '@/api';
import { useTexts } from '@/i18n';
import { ChannelIcon, Section, useChannelName } from '@/ui';
import { addDays, addMonths } from '@/ui/filterbar/words';
import classes from './customers.module.css';
import { texts } from './de';
import type { TimelineView } from './Timeline';

/** Events over time, one lane a channel or a source; a field jumps there. */
export function Activity({ activity, onJump }: { activity: Data; onJump: (view: TimelineView) => void }) {
  const { t, format } = useTexts(texts);
  const channelName = useChannelName();
  const [by, setBy] = useState<'channels' | 'sources'>('channels');
  const lanes = activity[by];
  const highest = Math.max(1, ...lanes.flatMap((lane) => lane.counts));
  const next = (start: string) => (activity.bucket === 'month' ? addMonths(start, 1) : addDays(start, activity.bucket === 'week' ? 7 : 1));
  const first = activity.starts[0];
  const last = activity.starts.at(-1);
  return (
    <Section
      title={t('activity.title')}
      aside={
        <SegmentedControl
          size="xs"
          aria-label={t('activity.by')}
          value={by}
          onChange={(value) => setBy(value as 'channels' | 'sources')}
          data={[
            { value: 'channels', label: t('activity.channels') },
            { value: 'sources', label: t('activity.sources') },
          ]}
        />
      }
    >
      <div className={classes.lanes}>
        {lanes.map((lane) => {
          const name = by === 'channels' ? channelName(lane.name || null) : lane.name;
          const of = by === 'channels' ? { channel: lane.name || '-' } : { source: lane.name };
          return (
            <div key={lane.name} className={classes.lane} role="group" aria-label={name}>
              <button type="button" className={classes.laneName} onClick={() => onJump({ before: undefined, channel: undefined, source: undefined, ...of })} title={name}>
                {by === 'channels' && <ChannelIcon channel={lane.name} size={15} />}
                <span>{name}</span>
                <span className={classes.laneCount}>{format.compact(lane.events)}</span>
              </button>
              <div className={classes.cells} style={{ gridTemplateColumns: `repeat(${lane.counts.length}, minmax(2px, 1fr))` }}>
                {lane.counts.map((count, i) =>
                  count === 0 ? (
                    <span key={i} className={classes.noCell} />
                  ) : (
                    <button
                      key={i}
                      type="button"
                      tabIndex={-1}
                      className={classes.cell}
                      style={{ opacity: 0.3 + 0.7 * Math.sqrt(count / highest) }}
                      title={t('activity.cell', { lane: name, date: format.date(activity.starts[i]!), count })}
                      aria-label={t('activity.cell', { lane: name, date: format.date(activity.starts[i]!), count })}
                      onClick={() => onJump({ before: next(activity.starts[i]!), channel: undefined, source: undefined, ...of })}
                    />
                  ),
                )}
              </div>
            </div>
          );
        })}
      </div>
      {first && last && (
        <div className={classes.axis} aria-hidden>
          <span>{format.date(first)}</span>
          <span>{t('activity.hint')}</span>
          <span>{format.date(last)}</span>
        </div>
      )}
      {!first && <Text fz="sm">–</Text>}
    </Section>
  );
}
