// Logs whose numbers the tests know, brought in by the API.
import { setTimeout as wait } from 'node:timers/promises';

/** Orders of a provider: a main path, a detour, a loop back and a rare touchpoint. `n` orders; every number follows from it. */
export function orderLog(n = 60) {
  const steps = (i) => {
    const path = ['Suchanzeige', 'Bestellstrecke', 'Auftragsbestätigung'];
    if (i % 2 === 0) path.push('Hotline: Terminrückfrage');
    if (i % 4 === 0) path.push('Auftragsbestätigung', 'Hotline: Terminrückfrage');
    path.push('Technikertermin');
    if (i % 10 === 9) path.push('Beschwerde <Brief> & "Anruf"');
    else path.push('Aktivierung');
    return path;
  };
  const channels = { Suchanzeige: 'Werbung', Bestellstrecke: 'Web', Auftragsbestätigung: 'E-Mail', 'Hotline: Terminrückfrage': 'Telefon', Technikertermin: 'Vor Ort', Aktivierung: 'App' };
  const instances = Array.from({ length: n }, (_, i) => ({
    customer: `K-${1000 + Math.floor(i / 2)}`,
    key: `A-${5000 + i}`,
    region: i % 3 === 0 ? 'AT' : 'DE',
    events: steps(i).map((name, s) => ({ name, time: Date.UTC(2026, 0, 1 + (i % 90), 8) + s * (s + 1) * 6 * 3600_000, channel: channels[name] ?? 'Brief' })),
  }));
  return instances;
}

export function csvOf(instances) {
  const quote = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const rows = ['customer,order,activity,time,channel,region'];
  for (const { customer, key, region, events } of instances)
    for (const { name, time, channel } of events) rows.push([customer, key, name, new Date(time).toISOString(), channel, region].map(quote).join(','));
  return `${rows.join('\n')}\n`;
}

export const columns = [
  { column: 'customer', role: 'customer' },
  { column: 'order', role: 'instance_key' },
  { column: 'activity', role: 'event_type' },
  { column: 'time', role: 'time' },
  { column: 'channel', role: 'channel' },
  { column: 'region', role: 'event_attribute' },
];

/** The server's API with a session, for what a test needs before it looks at pages. */
export async function apiOf(page, server) {
  const me = await (await page.request.post('/api/v1/session', { data: { email: server.email, password: server.password } })).json();
  const headers = { 'X-CSRF-Token': me.csrf_token, 'Accept-Language': 'en' };
  const call = async (method, path, data) => {
    const answer = await page.request.fetch(`/api/v1/${path}`, { method, headers, ...(data === undefined ? {} : { data }) });
    if (!answer.ok()) throw new Error(`${method} ${path}: ${answer.status()} ${await answer.text()}`);
    return answer.status() === 204 ? undefined : answer.json();
  };
  return { me, headers, call };
}

/** Brings a log in and waits until its events are visible in the columns. */
export async function importCsv(page, { headers, call }, workspace, text, { source = 'Bestellsystem' } = {}) {
  const upload = await page.request.post(`/api/v1/workspaces/${workspace}/uploads?name=orders.csv`, {
    headers: { ...headers, 'Content-Type': 'application/octet-stream' },
    data: Buffer.from(text),
  });
  if (!upload.ok()) throw new Error(`upload: ${upload.status()} ${await upload.text()}`);
  const { id } = await upload.json();
  let run = await call('POST', `workspaces/${workspace}/imports`, { upload: id, source_name: source, mapping: { read: {}, columns } });
  while (run.state === 'queued' || run.state === 'running') {
    await wait(100);
    run = await call('GET', `workspaces/${workspace}/imports/${run.id}`);
  }
  if (run.state !== 'done') throw new Error(`import: ${JSON.stringify(run)}`);
  const events = text.trim().split('\n').length - 1;
  for (let turn = 0; turn < 100; turn++) {
    const coverage = await call('GET', `workspaces/${workspace}/coverage`);
    if (coverage.events >= events && !coverage.loading) return run;
    await wait(100);
  }
  throw new Error('the imported events did not become visible');
}

/** What the graph must say, counted the slow way. */
export function countsOf(instances) {
  const nodes = new Map();
  const edges = new Map();
  const starts = new Map();
  const touched = new Map();
  const add = (map, key, n = 1) => map.set(key, (map.get(key) ?? 0) + n);
  for (const { events } of instances) {
    events.forEach(({ name }, i) => {
      add(nodes, name);
      if (i === 0) add(starts, name);
      else add(edges, `${events[i - 1].name} → ${name}`);
    });
    for (const name of new Set(events.map((event) => event.name))) add(touched, name);
  }
  const variants = new Map();
  for (const { events } of instances) add(variants, events.map((event) => event.name).join('|'));
  return { nodes, edges, starts, touched, variants, events: [...nodes.values()].reduce((sum, n) => sum + n, 0) };
}
