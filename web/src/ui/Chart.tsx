import { ActionIcon, Skeleton, Tooltip } from '@mantine/core';
import { IconChartBar, IconTable } from '@tabler/icons-react';
import type { EChartsOption } from 'echarts';
import type { EChartsType } from 'echarts/core';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { useLocale } from '@/i18n';
import { useColors, type Colors } from './palette';
import classes from './ui.module.css';

const Canvas = lazy(() => import('./ChartCanvas'));

export interface ChartProps {
  /** What the chart shows; its name for readers. */
  title: string;
  /** Whether the title is printed, too. */
  showTitle?: boolean;
  /** In the colours of the theme; memoise it, a new one is drawn anew. */
  option: (colors: Colors) => EChartsOption;
  /** The same numbers as a table; every chart has one. */
  table: ReactNode;
  height?: number;
  aside?: ReactNode;
  onReady?: (chart: EChartsType) => void;
}

/** A chart (drawn by ECharts, loaded when first needed) that can be read as a table. */
export function Chart({ title, showTitle = true, option, table, height = 220, aside, onReady }: ChartProps) {
  const { t } = useLocale();
  const colors = useColors();
  const [asTable, setAsTable] = useState(false);
  return (
    <figure className={classes.figure} aria-label={title}>
      <div className={classes.figureHead}>
        {showTitle ? <figcaption className={classes.figureTitle}>{title}</figcaption> : <span />}
        <span style={{ display: 'inline-flex', gap: 4 }}>
          {aside}
          <Tooltip label={asTable ? t('page.picture') : t('page.as_table')}>
            <ActionIcon aria-label={`${asTable ? t('page.picture') : t('page.as_table')}: ${title}`} aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
              {asTable ? <IconChartBar size={17} stroke={1.75} /> : <IconTable size={17} stroke={1.75} />}
            </ActionIcon>
          </Tooltip>
        </span>
      </div>
      {asTable ? (
        <div style={{ maxHeight: Math.max(height, 220), overflow: 'auto' }}>{table}</div>
      ) : (
        <Suspense fallback={<Skeleton height={height} />}>
          <Canvas option={option(colors)} colors={colors} height={height} title={title} onReady={onReady} />
        </Suspense>
      )}
    </figure>
  );
}
