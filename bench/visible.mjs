// From a request to the engine's answers, while 20,000 events a second stream in and two clients analyse without a pause: a probe
// is sent every quarter of a second, and the graph is asked until its node counts it. Fails where a probe never gets visible.
//   node bench/visible.mjs [SECONDS, default 60] [EVENTS that are there before, default 2000000]
import { execFileSync, spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Server } from '../tests/sdk/server.mjs';

const [seconds, before] = [Number(process.argv[2] ?? 60), Number(process.argv[3] ?? 2_000_000)];
const load = process.env.LOTSE_TRACK_LOAD ?? fileURLToPath(new URL('../build/bench/bench/track_load', import.meta.url));
const server = await Server.start();
const source = await server.source('Load');
const send = (text) => server.ask('POST', 'events', { source: 'Probe', events: [{ customer: `probe ${text}`, event_type: 'Probe', time: new Date().toISOString(), id: text }] });
const graph = () => server.ask('POST', 'analysis/graph', { filter: {}, measures: [] });
await send('first');
while (before > 0 && (await server.eventsOf(source)) < before)
  execFileSync(load, [String(server.port), source.key, '--batch', '100', '--connections', '32', '--seconds', '5'], { stdio: ['ignore', 'ignore', 'inherit'] });
await new Promise((resolve) => setTimeout(resolve, 3000));
const probe = (await server.ask('GET', 'touchpoints')).items.find((t) => t.name === 'Probe').id;
const seen = async () => (await graph()).nodes.find((n) => n.touchpoint === probe)?.events ?? 0;

const stream = spawn(load, [String(server.port), source.key, '--batch', '100', '--connections', '16', '--rate', '200', '--seconds', String(seconds)], { stdio: ['ignore', 'pipe', 'inherit'] });
let told = '';
stream.stdout.on('data', (bytes) => (told += bytes));
let running = true;
const ended = new Promise((resolve) => stream.once('exit', resolve)).then(() => (running = false));
const queries = [];
const analyse = async (path, body) => {
  while (running) {
    const at = performance.now();
    await server.ask('POST', path, body);
    queries.push(performance.now() - at);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
const clients = [analyse('analysis/graph', { filter: { events_min: 2 }, measures: ['median'] }), analyse('analysis/variants', { filter: {} })];
const times = [];
let lost = 0;
for (let n = 2; running; ++n) {
  const at = performance.now();
  await send(String(n));
  while ((await seen()) < n && performance.now() - at < 20_000) await new Promise((resolve) => setTimeout(resolve, 5));
  if (performance.now() - at >= 20_000) ++lost;
  times.push(performance.now() - at);
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, 250 - (performance.now() - at))));
}
await Promise.all([ended, ...clients]);
const at = (list, p) => list.sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * p))].toFixed(0);
const streamed = JSON.parse(told);
console.log(`machine: ${cpus()[0].model}, ${cpus().length} cores; ${before} events before, ${streamed.events_per_second} events/s for ${seconds} s`);
console.log(`request to visible in the graph: ${times.length} probes, p50 ${at(times, 0.5)} ms  p99 ${at(times, 0.99)} ms  max ${at(times, 1)} ms; ${lost} never seen`);
console.log(`graph with medians and variants meanwhile: ${queries.length} answers, p50 ${at(queries, 0.5)} ms  p99 ${at(queries, 0.99)} ms`);
await server.stop();
process.exit(lost ? 1 : 0);
