import { Table as Plain } from '@mantine/core';
import type { EChartsOption } from 'echarts';
import { useCallback } from 'react';
import type { Funnel, FunnelPart } from '@/api';
import { useTexts } from '@/i18n';
import { Chart, type Colors } from '@/ui';
import { texts } from './de';
import { intervalText, Opens } from './Steps';

/** The share that comes through, by when they began; with its interval. */
export function Trend({ funnel, part, onPart }: { funnel: Funnel; part: FunnelPart | null; onPart: (part: FunnelPart) => void }) {
  const { t, format } = useTexts(texts);
  const bucket = t.code(`trend.${funnel.trend_bucket}`, t('trend.day'));
  const option = useCallback(
    (colors: Colors): EChartsOption => {
      const line = { type: 'line' as const, showSymbol: false, lineStyle: { width: 0 }, silent: true, stack: 'interval', tooltip: { show: false } };
      return {
        xAxis: { type: 'category', data: funnel.trend.map((point) => format.date(point.from)), axisLabel: { hideOverlap: true } },
        yAxis: { type: 'value', min: 0, axisLabel: { formatter: (share: number) => format.share(share) } },
        tooltip: {
          trigger: 'axis',
          formatter: (of: unknown) => {
            const point = funnel.trend[(of as { dataIndex: number }[])[0]?.dataIndex ?? 0]!;
            const began = point.counts[0]?.instances;
            const lines = [`${bucket} ${format.date(point.from)}`, `<b>${point.conversion ? format.share(point.conversion.share) : '–'}</b> ${began === undefined ? '' : t('trend.of', { count: began })}`];
            if (point.conversion) lines.push(intervalText(point.conversion, t, format.share));
            if (point.running > 0) lines.push(t('trend.running', { count: point.running }));
            return lines.join('<br/>');
          },
        },
        series: [
          { ...line, data: funnel.trend.map((point) => point.conversion?.low ?? null) },
          { ...line, data: funnel.trend.map((point) => (point.conversion ? point.conversion.high - point.conversion.low : null)), areaStyle: { color: colors.accent, opacity: 0.14 } },
          {
            type: 'line',
            // Points where some may still come are hollow.
            data: funnel.trend.map((point) => ({ value: point.conversion?.share ?? null, symbol: point.running > 0 ? 'emptyCircle' : 'circle' })),
            showSymbol: funnel.trend.length < 60 || funnel.trend.some((point) => point.running > 0),
            symbolSize: 6,
            lineStyle: { color: colors.accent, width: 2 },
            itemStyle: { color: colors.accent },
          },
        ],
      };
    },
    [funnel, format, bucket, t],
  );
  return (
    <Chart
      title={t('trend.title')}
      option={option}
      height={220}
      table={
        <Plain fz="xs">
          <Plain.Thead>
            <Plain.Tr>
              <Plain.Th>{bucket}</Plain.Th>
              {funnel.steps.map((_, k) => (
                <Plain.Th key={k} ta="right">
                  {t('build.step', { number: k + 1 })}
                </Plain.Th>
              ))}
              <Plain.Th ta="right">{t('table.conversion')}</Plain.Th>
              <Plain.Th ta="right">{t('trend.running_short')}</Plain.Th>
            </Plain.Tr>
          </Plain.Thead>
          <Plain.Tbody>
            {funnel.trend.map((point) => (
              <Plain.Tr key={point.from}>
                <Plain.Td>{format.date(point.from)}</Plain.Td>
                {point.counts.map((count, k) => (
                  <Plain.Td key={k} ta="right">
                    <Opens part={{ step: k + 1, dropped: false, from: point.from, to: point.to }} selected={part} onPart={onPart} count={count.instances} name={`${format.date(point.from)}, ${t('steps.open', { number: k + 1 })}`} />
                  </Plain.Td>
                ))}
                <Plain.Td ta="right">{point.conversion ? format.share(point.conversion.share) : '–'}</Plain.Td>
                <Plain.Td ta="right">{format.number(point.running)}</Plain.Td>
              </Plain.Tr>
            ))}
          </Plain.Tbody>
        </Plain>
      }
    />
  );
}
