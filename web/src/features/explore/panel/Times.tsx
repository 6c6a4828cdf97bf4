import { Table } from '@mantine/core';
import { useCallback } from 'react';
import type { Detail } from '@/api';
import { useTexts } from '@/i18n';
import { Chart, type Colors } from '@/ui';
import { texts } from '../de';

/** How long it takes: bars whose widths grow tenfold by the same step (a logarithmic axis). */
export function Times({ detail }: { detail: Detail }) {
  const { t, format } = useTexts(texts);
  const title = t(detail.to === undefined ? 'panel.times_node' : 'panel.times_edge');
  const option = useCallback(
    (colors: Colors) => ({
      xAxis: { type: 'category' as const, data: detail.histogram.map((bar) => format.durationShort(bar.from_s)), axisLabel: { hideOverlap: true } },
      yAxis: { type: 'value' as const, splitNumber: 3, minInterval: 1, axisLabel: { formatter: (count: number) => format.number(count) } },
      tooltip: {
        trigger: 'axis' as const,
        formatter: (of: unknown) => {
          const bar = detail.histogram[(of as { dataIndex: number }[])[0]?.dataIndex ?? 0]!;
          return `${format.duration(bar.from_s)} – ${format.duration(bar.to_s)}<br/><b>${format.number(bar.count)}</b>`;
        },
      },
      series: [{ type: 'bar' as const, data: detail.histogram.map((bar) => bar.count), itemStyle: { color: colors.time(0.62), borderRadius: [2, 2, 0, 0] }, barCategoryGap: '12%' }],
    }),
    [detail, format],
  );
  return (
    <Chart
      title={title}
      option={option}
      height={150}
      table={
        <Table fz="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('panel.from_time')}</Table.Th>
              <Table.Th>{t('panel.to_time')}</Table.Th>
              <Table.Th ta="right">{t(detail.to === undefined ? 'panel.events' : 'panel.transitions')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {detail.histogram.map((bar) => (
              <Table.Tr key={bar.from_s}>
                <Table.Td>{format.duration(bar.from_s)}</Table.Td>
                <Table.Td>{format.duration(bar.to_s)}</Table.Td>
                <Table.Td ta="right">{format.number(bar.count)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      }
    />
  );
}

/** How often by day, week or month; of a transition also how long. */
export function Trend({ detail, median }: { detail: Detail; median: boolean }) {
  const { t, format } = useTexts(texts);
  const bucket = t.code(`panel.bucket_${detail.trend_bucket}`, t('panel.bucket_day'));
  const value = (point: Detail['trend'][number]) => (median ? point.median_s : point.count);
  const option = useCallback(
    (colors: Colors) => ({
      xAxis: { type: 'category' as const, data: detail.trend.map((point) => format.date(point.from)), axisLabel: { hideOverlap: true } },
      yAxis: { type: 'value' as const, splitNumber: 3, ...(median ? { axisLabel: { formatter: (seconds: number) => format.durationShort(seconds) } } : { minInterval: 1, axisLabel: { formatter: (count: number) => format.number(count) } }) },
      tooltip: {
        trigger: 'axis' as const,
        formatter: (of: unknown) => {
          const point = detail.trend[(of as { dataIndex: number }[])[0]?.dataIndex ?? 0]!;
          const shown = median ? (point.median_s === undefined ? '–' : format.duration(point.median_s)) : format.number(point.count);
          return `${bucket} ${format.date(point.from)}<br/><b>${shown}</b>`;
        },
      },
      series: [
        {
          type: 'line' as const,
          data: detail.trend.map((point) => (median ? (point.median_s ?? null) : point.count)),
          showSymbol: detail.trend.length < 3,
          symbolSize: 6,
          lineStyle: { color: median ? colors.time(0.7) : colors.accent, width: 2 },
          itemStyle: { color: median ? colors.time(0.7) : colors.accent },
          areaStyle: { color: median ? colors.time(0.5) : colors.accent, opacity: 0.1 },
        },
      ],
    }),
    [detail, format, bucket, median],
  );
  return (
    <Chart
      title={t(median ? 'panel.trend_median' : 'panel.trend')}
      option={option}
      height={140}
      table={
        <Table fz="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{bucket}</Table.Th>
              <Table.Th ta="right">{t(median ? 'panel.median' : detail.to === undefined ? 'panel.events' : 'panel.transitions')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {detail.trend.map((point) => (
              <Table.Tr key={point.from}>
                <Table.Td>{format.date(point.from)}</Table.Td>
                <Table.Td ta="right">{value(point) === undefined ? '–' : median ? format.duration(value(point)!) : format.number(value(point)!)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      }
    />
  );
}
