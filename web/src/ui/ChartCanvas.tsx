import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { EChartsOption } from 'echarts';
import { useEffect, useRef } from 'react';
import type { Colors } from './palette';

echarts.use([BarChart, LineChart, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, SVGRenderer]);

const quiet = matchMedia('(prefers-reduced-motion: reduce)');

/** What all our charts share: our type, hairlines, no decoration. */
function base(colors: Colors): EChartsOption {
  const axis = {
    axisLine: { lineStyle: { color: colors.hairline } },
    axisTick: { show: false },
    axisLabel: { color: colors.ink3, fontSize: 12 },
    splitLine: { lineStyle: { color: colors.hairline } },
  };
  return {
    animation: !quiet.matches,
    animationDuration: 160,
    animationDurationUpdate: 160,
    textStyle: { fontFamily: "'Inter Variable', system-ui, sans-serif", color: colors.ink2 },
    color: Array.from({ length: 10 }, (_, i) => colors.category(i)),
    grid: { left: 8, right: 8, top: 12, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: {
      backgroundColor: colors.surface,
      borderColor: colors.hairline,
      textStyle: { color: colors.ink, fontSize: 13 },
      padding: [6, 10],
      confine: true,
    },
    xAxis: axis,
    yAxis: axis,
  };
}

function merge(under: unknown, over: unknown): unknown {
  if (over === undefined) return under;
  if (Array.isArray(over)) return Array.isArray(under) ? over : over.map((o) => merge(under, o));
  if (typeof over === 'object' && over !== null && typeof under === 'object' && under !== null && !Array.isArray(under)) {
    const merged: Record<string, unknown> = { ...(under as Record<string, unknown>) };
    for (const [key, value] of Object.entries(over)) merged[key] = merge(merged[key], value);
    return merged;
  }
  return over;
}

export default function ChartCanvas({ option, colors, height, title, onReady }: {
  option: EChartsOption;
  colors: Colors;
  height: number;
  title: string;
  onReady?: (chart: echarts.EChartsType) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<echarts.EChartsType | null>(null);
  const ready = useRef(onReady);
  useEffect(() => {
    const made = echarts.init(box.current!, undefined, { renderer: 'svg' });
    chart.current = made;
    ready.current?.(made);
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(box.current!);
    return () => {
      observer.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);
  useEffect(() => {
    chart.current?.setOption(merge(base(colors), option) as EChartsOption, { notMerge: true });
  }, [option, colors]);
  return <div ref={box} role="img" aria-label={title} style={{ height, width: '100%' }} />;
}
