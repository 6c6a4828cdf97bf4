// A graph as large as a person ever asks for, from a seed: the answer of the analysis route, made up.
function random(seed) {
  return () => (seed = (seed * 48271) % 2147483647) / 2147483647;
}

/** Journeys drift from left to right with jumps ahead and loops back; how often each happens falls steeply. */
export function bigGraph(nodeCount, edgeCount) {
  const next = random(7);
  const weight = Array.from({ length: nodeCount }, (_, i) => 1 / Math.pow(i + 1, 0.7));
  const position = Array.from({ length: nodeCount }, next);
  const edges = new Map();
  while (edges.size < edgeCount) {
    const a = Math.floor(nodeCount * Math.pow(next(), 1.6));
    const b = Math.floor(nodeCount * Math.pow(next(), 1.6));
    if (a === b || (position[b] < position[a] && next() < 0.75) || Math.abs(position[a] - position[b]) > 0.1 + 0.5 * next()) continue;
    const count = 1 + Math.floor(40_000 * weight[a] * weight[b] * (position[b] > position[a] ? 1 : 0.3));
    edges.set(`${a} ${b}`, { from: `tp_${a}`, to: `tp_${b}`, count });
  }
  const out = new Array(nodeCount).fill(0);
  const into = new Array(nodeCount).fill(0);
  for (const [key, { count }] of edges) {
    const [a, b] = key.split(' ').map(Number);
    out[a] += count;
    into[b] += count;
  }
  const channels = ['web', 'app', 'mail', 'letter', 'phone', 'chat', 'shop', 'portal'];
  const nodes = Array.from({ length: nodeCount }, (_, i) => {
    const events = Math.max(out[i], into[i]) + 1 + Math.floor(next() * 9);
    return { touchpoint: `tp_${i}`, name: `Touchpoint Nummer ${i + 1}`, mapped: i % 5 !== 0, channel: channels[i % 8], events, starts: events - into[i], ends: events - out[i] };
  }).sort((a, b) => b.events - a.events);
  const instances = nodes.reduce((sum, node) => sum + node.starts, 0);
  const events = nodes.reduce((sum, node) => sum + node.events, 0);
  return {
    basis: { as_of: 1, mapping_version: 1, instances, events, customers: instances, events_without_key: 0, open_instances: 0, instances_total: instances, events_total: events, approximate: false, notes: [] },
    nodes,
    edges: [...edges.values()].sort((a, b) => b.count - a.count),
  };
}
