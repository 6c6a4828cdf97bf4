// The tracking API under load: events of about 500 bytes with 8 properties, one in ten of a new customer, over loopback, the
// generator on the same machine. First as fast as it goes, then at half of the targets with times that cannot hide a stall.
//   node bench/track.mjs [SECONDS each, default 10] [soak: only batches at half of the target]
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Server } from '../tests/sdk/server.mjs';

const seconds = process.argv[2] ?? '10', soak = process.argv[3] === 'soak';
const load = process.env.LOTSE_TRACK_LOAD ?? fileURLToPath(new URL('../build/bench/bench/track_load', import.meta.url));
const server = await Server.start();
const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.process.pid}/status`, 'utf8'))[1]) / 1024;
const processor = () => {
  const fields = readFileSync(`/proc/${server.process.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};

console.log(`machine: ${cpus()[0].model}, ${cpus().length} cores; generator and server share them`);
let expected = 0;
let wrong = false;
const source = await server.source('Load');
for (const [name, ...options] of [
  ['batches of 100, as fast as it goes', '--batch', '100', '--connections', '32'],
  ['single events, as fast as it goes', '--batch', '1', '--connections', '64'],
  ['batches of 100, 50,000 events/s', '--batch', '100', '--connections', '64', '--rate', '500'],
  ['single events, 5,000 requests/s', '--batch', '1', '--connections', '128', '--rate', '5000'],
]) {
  if (soak && !name.includes('50,000')) continue;
  const before = processor();
  const [at, last] = [memory(), expected];
  // Not the synchronous call: connections that the server closes meanwhile would be taken for open ones afterwards.
  const told = JSON.parse((await promisify(execFile)(load, [String(server.port), source.key, '--seconds', seconds, ...options])).stdout);
  expected += told.requests * Number(options[1]);
  const grown = ((memory() - at) * 1024 * 1024) / (expected - last);
  console.log(
    `${name.padEnd(38)} ${String(told.events_per_second).padStart(7)} events/s ${String(told.requests_per_second).padStart(6)} requests/s   p50 ${told.p50_ms} ms  p99 ${told.p99_ms} ms  ` +
      `p99.9 ${told.p999_ms} ms  max ${told.max_ms} ms   server ${(processor() - before).toFixed(1)} s, generator ${told.generator_cpu_s} s of processor; memory +${grown.toFixed(0)} bytes/event`,
  );
}
const found = await server.eventsOf(source);
if (found !== expected) wrong = true;
console.log(`${found} of ${expected} acknowledged events are stored${wrong ? ': WRONG' : ''}`);
await server.stop();
process.exit(wrong ? 1 : 0);
