import type { Kpi } from '@/api';

const width = 120;
const height = 28;

/** The last periods as a thin line; the KPI's page has them as a chart with its table. */
export function Spark({ series }: { series: Kpi['series'] }) {
  if (series.length < 2) return <span>–</span>;
  const values = series.map((p) => p.value);
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const x = (i: number) => 3 + (i / (values.length - 1)) * (width - 6);
  const y = (v: number) => height - 4 - ((v - low) / span) * (height - 8);
  const last = values.length - 1;
  return (
    <svg width={width} height={height} aria-hidden style={{ display: 'block' }}>
      <polyline points={values.map((v, i) => `${x(i)},${y(v)}`).join(' ')} fill="none" stroke="var(--accent)" strokeWidth={1.5} strokeLinejoin="round" />
      <circle cx={x(last)} cy={y(values[last]!)} r={2.5} fill="var(--accent)" />
    </svg>
  );
}
