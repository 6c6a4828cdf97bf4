// `lotse serve` on a data folder of its own, its first administrator signed in, and a live source with a write key.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const program = process.env.LOTSE_PROGRAM ?? fileURLToPath(new URL('../../build/release/lotse', import.meta.url));

async function freePort() {
  if (process.env.LOTSE_SDK_PORT) return Number(process.env.LOTSE_SDK_PORT);
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

export class Server {
  constructor(data, port) {
    this.data = data;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start() {
    if (!existsSync(program)) throw new Error(`The program is not built: ${program} is missing. Run tools/build.sh first.`);
    const server = new Server(mkdtempSync(join(tmpdir(), 'lotse-sdk-')), await freePort());
    await server.run();
    await server.signIn();
    return server;
  }

  /** Starts the process, also after kill(). */
  async run() {
    let output = '';
    this.process = spawn(program, ['serve', '--data', this.data, '--port', String(this.port)], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.process.stdout.on('data', (bytes) => (output += bytes));
    this.process.stderr.on('data', (bytes) => (output += bytes));
    this.ended = new Promise((resolve) => this.process.once('exit', resolve));
    const deadline = Date.now() + 60_000;
    for (;;) {
      if (this.process.exitCode !== null) throw new Error(`the server ended by itself:\n${output}`);
      const up = await fetch(`${this.url}/api/v1/health`).then((r) => r.ok, () => false);
      this.first ??= /Sign-in\s+(\S+)\s+(\S+)/.exec(output) ?? undefined; // what the process says may come after it answers
      if (up && this.first) break;
      if (Date.now() > deadline) throw new Error(`the server did not start:\n${output}`);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }
  async kill(signal = 'SIGKILL') {
    this.process.kill(signal);
    await this.ended;
  }
  async stop() {
    await this.kill('SIGTERM');
    rmSync(this.data, { recursive: true, force: true });
  }

  async signIn() {
    const [, email, password] = this.first;
    const answer = await fetch(`${this.url}/api/v1/session`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ email, password }) });
    const me = await answer.json();
    this.headers = { Cookie: answer.headers.get('set-cookie').split(';')[0], 'X-CSRF-Token': me.csrf_token };
    this.workspace = me.workspaces[0].id;
  }
  async ask(method, path, body) {
    const headers = { ...this.headers, ...(body ? { 'Content-Type': 'application/json' } : {}) };
    const answer = await fetch(`${this.url}/api/v1/workspaces/${this.workspace}/${path}`, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }
  /** A source of this name with a write key. */
  async source(name, channel = 'web') {
    const source = await this.ask('POST', 'sources', { name, channel });
    const { secret } = await this.ask('POST', 'write_keys', { source: source.id, name });
    return { id: source.id, key: secret };
  }
  async eventsOf(source) {
    return (await this.ask('GET', 'sources')).items.find((s) => s.id === source.id).events;
  }
  /** How often each touchpoint occurs: Map of name → events. */
  async touchpoints() {
    const { items } = await this.ask('GET', 'touchpoints');
    return new Map(items.map((t) => [t.name, t.events]));
  }
}
