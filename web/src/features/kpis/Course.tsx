import { SegmentedControl, Table as Plain } from '@mantine/core';
import type { EChartsOption } from 'echarts';
import { useCallback, useMemo, useState } from 'react';
import type { Granularity, Kpi, KpiValues } from '@/api';
import { useTexts } from '@/i18n';
import { Chart, type Colors } from '@/ui';
import { texts } from './de';
import { kpiText, periodText } from './values';

interface Line {
  name: string;
  kind: 'all' | 'part' | 'benchmark';
  values: Map<string, number>;
}

/** Lines over time: all markets, each market (or unit), benchmarks dashed, the target as a level. */
export function Course({ kpi, data, granularity }: { kpi: Kpi; data: KpiValues; granularity: Granularity }) {
  const { t, language } = useTexts(texts);
  const both = kpi.markets.length > 0 && kpi.units.length > 0;
  const [split, setSplit] = useState<'market' | 'unit'>(kpi.markets.length > 0 || kpi.units.length === 0 ? 'market' : 'unit');
  const { definition } = kpi;
  const periods = useMemo(() => [...new Map(data.values.map((v) => [v.start, v.period])).entries()].sort(([a], [b]) => a.localeCompare(b)).map(([, period]) => period), [data]);
  const lines = useMemo<Line[]>(() => {
    const parts = new Map<string, Line>();
    const put = (kind: Line['kind'], name: string, period: string, value: number) => {
      const line = parts.get(`${kind} ${name}`) ?? { name, kind, values: new Map<string, number>() };
      line.values.set(period, value);
      parts.set(`${kind} ${name}`, line);
    };
    for (const point of data.totals) put('all', t('kpi.all'), point.period, point.value);
    for (const v of data.values) {
      if (v.benchmark) {
        if (!v.market && !v.unit && !v.touchpoint) put('benchmark', v.benchmark, v.period, v.value);
      } else if (!v.touchpoint && (split === 'market' ? v.market && !v.unit : v.unit && !v.market)) put('part', split === 'market' ? v.market : v.unit, v.period, v.value);
    }
    const order = { all: 0, part: 1, benchmark: 2 };
    return [...parts.values()].sort((a, b) => order[a.kind] - order[b.kind] || a.name.localeCompare(b.name)).slice(0, 12);
  }, [data, split, t]);
  const option = useCallback(
    (colors: Colors): EChartsOption => ({
      grid: { top: 36 },
      legend: { top: 0, left: 0, icon: 'roundRect', itemWidth: 14, itemHeight: 3, textStyle: { color: colors.ink2 } },
      xAxis: { type: 'category', data: periods.map((p) => periodText(p, granularity, language)), boundaryGap: false },
      yAxis: { type: 'value', scale: true, axisLabel: { formatter: (n: number) => kpiText(n, definition, language, true) } },
      tooltip: { trigger: 'axis', valueFormatter: (n) => (typeof n === 'number' ? kpiText(n, definition, language) : '–') },
      series: lines.map((line, i) => ({
        type: 'line' as const,
        name: line.name,
        data: periods.map((p) => line.values.get(p) ?? null),
        showSymbol: periods.length < 32 && line.kind !== 'benchmark',
        symbolSize: 5,
        lineStyle: { width: line.kind === 'all' ? 2.5 : 1.5, type: line.kind === 'benchmark' ? ('dashed' as const) : ('solid' as const), color: line.kind === 'all' ? colors.accent : line.kind === 'benchmark' ? colors.ink3 : colors.category(i + 1) },
        itemStyle: { color: line.kind === 'all' ? colors.accent : line.kind === 'benchmark' ? colors.ink3 : colors.category(i + 1) },
        ...(i === 0 && definition.target !== undefined
          ? {
              markLine: {
                silent: true,
                symbol: 'none',
                lineStyle: { color: colors.ink2, type: 'dotted' as const, width: 1.5 },
                label: { position: 'insideEndTop' as const, color: colors.ink2, formatter: `${t('kpi.target_line')} ${kpiText(definition.target, definition, language)}` },
                data: [{ yAxis: definition.target }],
              },
            }
          : {}),
      })),
    }),
    [lines, periods, granularity, definition, language, t],
  );
  return (
    <Chart
      title={language === 'de' ? definition.name_de : definition.name_en}
      showTitle={false}
      option={option}
      height={320}
      aside={both && <SegmentedControl size="xs" aria-label={t('kpi.split')} value={split} onChange={(v) => setSplit(v as 'market' | 'unit')} data={(['market', 'unit'] as const).map((one) => ({ value: one, label: t(`split.${one}`) }))} />}
      table={
        <Plain fz="xs" aria-label={t('kpi.chart')}>
          <Plain.Thead>
            <Plain.Tr>
              <Plain.Th>{t('column.period')}</Plain.Th>
              {lines.map((line) => (
                <Plain.Th key={line.kind + line.name} ta="right">
                  {line.name}
                </Plain.Th>
              ))}
            </Plain.Tr>
          </Plain.Thead>
          <Plain.Tbody>
            {[...periods].reverse().map((p) => (
              <Plain.Tr key={p}>
                <Plain.Td>{periodText(p, granularity, language)}</Plain.Td>
                {lines.map((line) => (
                  <Plain.Td key={line.kind + line.name} ta="right">
                    {line.values.has(p) ? kpiText(line.values.get(p)!, definition, language) : '–'}
                  </Plain.Td>
                ))}
              </Plain.Tr>
            ))}
          </Plain.Tbody>
        </Plain>
      }
    />
  );
}
