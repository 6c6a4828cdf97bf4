import { Button } from '@mantine/core';
import { IconBookmark, IconFilter } from '@tabler/icons-react';
import { isOpenFilter, openFilter, useFilter, type Variants } from '@/api';
import { useTexts } from '@/i18n';
import { useSegments } from '@/ui/filterbar';
import { texts } from './de';
import classes from './look.module.css';

const most = 3;
/** From this share on, single contacts hide the ways that people take. */
const many = 0.3;

/** Where to look first while nothing is filtered: without single contacts, and the segments that somebody has saved. */
export function FirstLook({ several }: {
  /** The paths of two contacts and more. */
  several: Variants | undefined;
}) {
  const { t, format } = useTexts(texts);
  const [filter, setFilter] = useFilter();
  const segments = [...useSegments()].sort((a, b) => a.created_at.localeCompare(b.created_at)).slice(0, most);
  if (!isOpenFilter(filter)) return null;
  const all = several?.basis.instances_total ?? 0;
  const single = several ? all - several.basis.instances : 0;
  const hides = several !== undefined && several.basis.instances > 0 && single / all >= many;
  if (!hides && segments.length === 0) return null;
  return (
    <div className={classes.look} role="group" aria-label={t('look.label')}>
      <span className={classes.lookLabel}>{t('look.label')}</span>
      {hides && (
        <Button size="compact-sm" variant="light" leftSection={<IconFilter size={14} stroke={1.75} />} onClick={() => setFilter({ ...openFilter, events_min: 2 })}>
          {t('look.several', { share: format.share(single / all) })}
        </Button>
      )}
      {segments.map((segment) => (
        <Button key={segment.id} size="compact-sm" variant="default" leftSection={<IconBookmark size={14} stroke={1.75} />} onClick={() => setFilter({ ...openFilter, segment: segment.id })}>
          {segment.name}
        </Button>
      ))}
    </div>
  );
}
