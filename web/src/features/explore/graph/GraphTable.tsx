import { useMemo } from 'react';
import type { Graph, GraphEdge, GraphNode } from '@/api';
import { useTexts } from '@/i18n';
import { Section, Table, TouchpointLabel, type Column } from '@/ui';
import { useCounted } from '../counted';
import { texts } from '../de';
import type { Selection } from '../view';

/** The graph as two tables: everything that the picture shows, and what the sliders hide. */
export function GraphTable({ graph, onSelect }: { graph: Graph; onSelect: (selection: Selection) => void }) {
  const { t, format } = useTexts(texts);
  const counted = useCounted();
  const nodes = useMemo(() => new Map(graph.nodes.map((node) => [node.touchpoint, node])), [graph]);
  const total = graph.basis.events;
  const number = <Row,>(key: string, header: string, of: (row: Row) => number | undefined, print: (value: number) => string): Column<Row> => ({
    key,
    header,
    align: 'right',
    sort: of,
    render: (row) => {
      const value = of(row);
      return value === undefined ? '–' : print(value);
    },
  });
  const nodeColumns: Column<GraphNode>[] = [
    { key: 'name', header: t('table.touchpoint'), sort: (node) => node.name, render: (node) => <TouchpointLabel touchpoint={node} /> },
    number('events', t('table.events'), (node) => node.events, format.number),
    number('share', t('table.share'), (node) => (total > 0 ? node.events / total : undefined), format.share),
    number('starts', t('table.starts'), (node) => node.starts, format.number),
    number('ends', t('table.ends'), (node) => node.ends, format.number),
    ...(graph.nodes[0]?.instances !== undefined ? [number<GraphNode>('instances', t('table.instances'), (node) => node.instances, format.number)] : []),
    ...(graph.nodes[0]?.customers !== undefined ? [number<GraphNode>('customers', counted.heading, (node) => node.customers, format.number)] : []),
  ];
  const name = (id: string) => nodes.get(id)?.name ?? id;
  const label = (id: string) => {
    const node = nodes.get(id);
    return node ? <TouchpointLabel touchpoint={node} /> : id;
  };
  const some = graph.edges[0];
  const edgeColumns: Column<GraphEdge>[] = [
    { key: 'from', header: t('table.from'), sort: (edge) => name(edge.from), render: (edge) => label(edge.from) },
    { key: 'to', header: t('table.to'), sort: (edge) => name(edge.to), render: (edge) => label(edge.to) },
    number('count', t('table.count'), (edge) => edge.count, format.number),
    ...(some?.instances !== undefined ? [number<GraphEdge>('instances', t('table.instances'), (edge) => edge.instances, format.number)] : []),
    ...(some?.customers !== undefined ? [number<GraphEdge>('customers', counted.heading, (edge) => edge.customers, format.number)] : []),
    ...(some?.median_s !== undefined ? [number<GraphEdge>('median', t('table.median'), (edge) => edge.median_s, format.duration)] : []),
    ...(some?.p90_s !== undefined ? [number<GraphEdge>('p90', t('table.p90'), (edge) => edge.p90_s, format.duration)] : []),
  ];
  return (
    <>
      <Section title={`${t('table.nodes')} (${format.number(graph.nodes.length)})`}>
        <Table
          label={t('table.nodes')}
          columns={nodeColumns}
          rows={graph.nodes}
          rowKey={(node) => node.touchpoint}
          onOpen={(node) => onSelect({ from: node.touchpoint })}
          rowName={(node) => node.name}
          initialSort={{ key: 'events', descending: true }}
          dense
        />
      </Section>
      <Section title={`${t('table.edges')} (${format.number(graph.edges.length)})`}>
        <Table
          label={t('table.edges')}
          columns={edgeColumns}
          rows={graph.edges}
          rowKey={(edge) => `${edge.from}>${edge.to}`}
          onOpen={(edge) => onSelect({ from: edge.from, to: edge.to })}
          rowName={(edge) => t('graph.from_to', { from: name(edge.from), to: name(edge.to) })}
          initialSort={{ key: 'count', descending: true }}
          dense
        />
      </Section>
    </>
  );
}
