// A real server on a temporary data folder, and Debian's Chromium. Both are ended by their own process id.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const require = createRequire(new URL('../../web/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const program = process.env.LOTSE_PROGRAM ?? join(root, 'build/release/lotse');
const web = process.env.LOTSE_WEB ?? join(root, 'web/dist');
export const results = fileURLToPath(new URL('./results/', import.meta.url));
const patience = Number(process.env.LOTSE_PATIENCE_MS ?? 30_000);

async function freePort() {
  if (process.env.LOTSE_BROWSER_PORT) return Number(process.env.LOTSE_BROWSER_PORT);
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Starts `lotse serve` on a new data folder; gives its address and the first administrator. */
export async function startServer(more = []) {
  for (const [what, path] of [['The program', program], ['The web client', join(web, 'index.html')]])
    if (!existsSync(path)) throw new Error(`${what} is not built: ${path} is missing. Run tools/build.sh first.`);
  const data = mkdtempSync(join(tmpdir(), 'lotse-browser-'));
  const port = await freePort();
  const server = spawn(program, ['serve', '--data', data, '--port', String(port), '--web', web, ...more], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  server.stdout.on('data', (bytes) => (output += bytes));
  server.stderr.on('data', (bytes) => (output += bytes));
  const ended = new Promise((resolve) => server.once('exit', resolve));
  const stop = async () => {
    server.kill('SIGTERM');
    const timer = setTimeout(() => server.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(timer);
    rmSync(data, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + 30_000;
  for (;;) {
    if (server.exitCode !== null) throw new Error(`the server ended by itself:\n${output}`);
    const up = await fetch(`${url}/api/v1/health`).then((r) => r.ok, () => false);
    const found = /Sign-in\s+(\S+)\s+(\S+)/.exec(output);
    if (up && found) return { url, email: found[1], password: found[2], stop, data, output: () => output };
    if (Date.now() > deadline) {
      await stop();
      throw new Error(`the server did not start:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export async function startBrowser() {
  const executablePath = process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((p) => existsSync(p));
  if (!executablePath) throw new Error('No Chromium was found. Run tools/setup.sh test.');
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--font-render-hinting=none'],
  });
}

/** A page in a language, theme and width. What the browser complains about is collected in `page.complaints`. */
export async function openPage(browser, server, { language = 'de', theme = 'light', width = 1440, height = 900 } = {}) {
  const context = await browser.newContext({
    baseURL: server.url,
    locale: language === 'de' ? 'de-DE' : 'en-GB',
    colorScheme: theme,
    viewport: { width, height },
    reducedMotion: 'reduce',
    timezoneId: 'Europe/Berlin',
    acceptDownloads: true,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  page.complaints = [];
  page.on('pageerror', (error) => page.complaints.push(String(error)));
  page.on('console', (message) => {
    // The browser itself reports each refused request; tests ask for refusals on purpose.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) page.complaints.push(message.text());
  });
  return page;
}

export const words = {
  de: {
    email: 'E-Mail', password: 'Passwort', signIn: 'Anmelden', next: 'Neues Passwort', repeat: 'Neues Passwort wiederholen', oneTime: 'Einmal-Passwort',
    saveAndGo: 'Speichern und weiter', profile: /Profil von/, signOut: 'Abmelden',
  },
  en: {
    email: 'E-mail', password: 'Password', signIn: 'Sign in', next: 'New password', repeat: 'Repeat new password', oneTime: 'One-time password',
    saveAndGo: 'Save and continue', profile: /Profile of/, signOut: 'Sign out',
  },
};

export async function fillSignIn(page, { email, password }, language = 'de') {
  const w = words[language];
  await page.getByRole('textbox', { name: w.email }).fill(email);
  await page.getByLabel(w.password, { exact: true }).fill(password);
  await page.getByRole('button', { name: w.signIn, exact: true }).click();
}

/** Signs in by the form and waits for the shell. Where the password must be changed, it is, and `who` gets the new one. */
export async function signIn(page, who, language = 'de') {
  const w = words[language];
  await page.goto('/signin');
  await fillSignIn(page, who, language);
  const shell = page.getByRole('button', { name: w.profile });
  const mustChange = page.getByRole('button', { name: w.saveAndGo });
  await shell.or(mustChange).first().waitFor();
  if (await mustChange.isVisible()) {
    const next = `${who.password}-own`;
    await page.getByLabel(w.oneTime, { exact: true }).fill(who.password);
    await page.getByLabel(w.next, { exact: true }).fill(next);
    await page.getByLabel(w.repeat, { exact: true }).fill(next);
    await mustChange.click();
    await shell.waitFor();
    who.password = next;
  }
}

/** Signs in by the API: for tests that are about something else. */
export async function signInQuickly(page, who) {
  const answer = await page.request.post('/api/v1/session', { data: { email: who.email, password: who.password } });
  if (!answer.ok()) throw new Error(`sign-in failed: ${answer.status()} ${await answer.text()}`);
  return answer.json();
}

/** Each pair of language, theme and width once: what is wrong lies in one of them, or in two together. */
export const looks = [
  { language: 'de', theme: 'light', width: 1440 },
  { language: 'de', theme: 'dark', width: 768 },
  { language: 'en', theme: 'light', width: 768 },
  { language: 'en', theme: 'dark', width: 1440 },
].map((look) => ({ ...look, height: look.width === 768 ? 1024 : 900, name: `${look.language}-${look.theme}-${look.width}` }));

/** What axe finds against WCAG 2.2 A and AA: one line a finding. `within`: only there, e.g. in a dialog that covers what lies under it. */
export async function axe(page, within = 'html') {
  // As high as the page, so that nothing lies half under a bar that stays in view while one scrolls.
  const before = page.viewportSize();
  let height = before.height;
  // Parts grow with the window, up to a share of it: a few turns until all of the page is in sight.
  for (let turn = 0; turn < 8; turn++) {
    const wanted = await page.evaluate(() => document.documentElement.scrollHeight);
    if (wanted <= height) break;
    height = wanted + 100 * turn;
    await page.setViewportSize({ width: before.width, height });
    await page.waitForFunction((wanted) => window.innerHeight === wanted, height);
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  }
  // By the debugger: the page's own policy forbids scripts that are not its own.
  await page.evaluate(axeSource);
  const found = await page.evaluate((root) =>
    globalThis.axe.run(document.querySelector(root), { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'] }),
    within,
  );
  if (height > before.height) await page.setViewportSize(before);
  return found.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')} · ${n.html.slice(0, 160)} · ${(n.failureSummary ?? '').replace(/\s+/g, ' ').slice(0, 220)}`));
}

/** Waits until the page has stopped asking and loading for a moment. */
export async function settled(page) {
  await page.waitForFunction(() => {
    const busy = document.querySelector('[data-asking], [aria-busy="true"], .mantine-Skeleton-root') || document.fonts.status !== 'loaded' || !document.querySelector('h1, [role=heading][aria-level="1"]');
    const since = (globalThis.quietSince = busy ? undefined : (globalThis.quietSince ?? performance.now()));
    return since !== undefined && performance.now() - since > 120;
  });
}

export async function screenshot(page, name, { fullPage = false } = {}) {
  mkdirSync(results, { recursive: true });
  await page.screenshot({ path: join(results, `${name}.png`), fullPage, animations: 'disabled', caret: 'hide' });
}

/** A small log of a service centre; `n` customers, some bad rows. Made here, so that tests know every number. */
export function callLog({ customers = 40, bad = 0, separator = ';' } = {}) {
  const rows = [['Kundennummer', 'Vorgang', 'Aktivität', 'Zeitpunkt', 'Kanal', 'Region', 'Bearbeiter', 'Kosten'].join(separator)];
  const staff = ['Sabine Krüger', 'Thomas Müller', 'Anna Schäfer', 'Jörg Weiß'];
  const steps = [
    ['Suchanzeige', 'Werbung'], ['Bestellstrecke', 'Web'], ['Auftragsbestätigung', 'E-Mail'], ['Hotline: Terminrückfrage', 'Telefon'],
    ['Technikertermin', 'Vor Ort'], ['Aktivierung', 'App'],
  ];
  let events = 0;
  const stamp = (time) => {
    const d = new Date(time);
    const two = (n) => String(n).padStart(2, '0');
    return `${two(d.getUTCDate())}.${two(d.getUTCMonth() + 1)}.${d.getUTCFullYear()} ${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`;
  };
  for (let c = 0; c < customers; c++) {
    let time = Date.UTC(2026, 0, 5 + (c % 20), 8, (c * 7) % 60);
    steps.forEach(([activity, channel], s) => {
      if (s === 0 && c % 3 === 0) return;
      if (s === 3 && c % 2 === 0) return;
      if (s === 5 && c % 5 === 0) return;
      rows.push([`K-${1000 + c}`, `A-${5000 + c}`, activity, stamp(time), channel, c % 4 === 0 ? 'AT' : 'DE', staff[(c + s) % 4], s === 3 ? '8,00' : ''].join(separator));
      events++;
      time += (s + 1) * 26 * 3600_000 + c * 600_000;
    });
  }
  for (let b = 0; b < bad; b++) rows.push([`K-${9000 + b}`, `A-${9000 + b}`, 'Bestellstrecke', 'gestern', 'Web', 'DE', '', ''].join(separator));
  return { text: `${rows.join('\r\n')}\r\n`, events, rows: events + bad };
}

/** An XLSX file of the same rows, as Excel writes it: shared strings, dates as numbers with a date format. */
export function xlsxOf(rows) {
  const escape = (t) => String(t).replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const cell = (value) =>
    value instanceof Date ? `<c s="1"><v>${(value.getTime() / 86400_000 + 25569).toFixed(8)}</v></c>` : typeof value === 'number' ? `<c><v>${value}</v></c>` : `<c t="inlineStr"><is><t>${escape(value)}</t></is></c>`;
  const sheet = `<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${rows
    .map((row, r) => `<row r="${r + 1}">${row.map((value, c) => cell(value).replace('<c', `<c r="${String.fromCharCode(65 + c)}${r + 1}"`)).join('')}</row>`)
    .join('')}</sheetData></worksheet>`;
  return zip({
    '[Content_Types].xml': '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>',
    '_rels/.rels': '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    'xl/workbook.xml': '<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Anrufe" sheetId="1" r:id="rId1"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels': '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>',
    'xl/styles.xml': '<?xml version="1.0" encoding="UTF-8"?><styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>',
    'xl/worksheets/sheet1.xml': sheet,
  });
}

/** A zip archive without compression. */
function zip(files) {
  const { crc32 } = require('node:zlib');
  const crc = crc32 ?? slowCrc;
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const [name, text] of Object.entries(files)) {
    const path = Buffer.from(name);
    const data = Buffer.from(text);
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(20, 4);
    head.writeUInt32LE(crc(data), 14);
    head.writeUInt32LE(data.length, 18);
    head.writeUInt32LE(data.length, 22);
    head.writeUInt16LE(path.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(20, 4);
    entry.writeUInt16LE(20, 6);
    head.copy(entry, 16, 14, 26);
    entry.writeUInt16LE(path.length, 28);
    entry.writeUInt32LE(offset, 42);
    parts.push(head, path, data);
    directory.push(entry, path);
    offset += head.length + path.length + data.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}
function slowCrc(data) {
  let crc = ~0;
  for (const byte of data) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

export function writeFile(folder, name, content) {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Imports a log by the API, for tests that are about what comes after; gives the import. */
export async function importLog(page, text, name = 'servicecenter.csv', source = 'Servicecenter') {
  const me = await (await page.request.get('/api/v1/session')).json();
  const workspace = me.workspaces[0].id;
  const headers = { 'X-CSRF-Token': me.csrf_token };
  const ask = async (method, path, options) => {
    const answer = await page.request[method](`/api/v1/workspaces/${workspace}/${path}`, { headers, ...options });
    if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
    return answer.json();
  };
  const upload = await ask('post', `uploads?name=${encodeURIComponent(name)}`, { data: Buffer.from(text), headers: { ...headers, 'Content-Type': 'application/octet-stream' } });
  const detection = await ask('post', `uploads/${upload.id}/detection`, { data: {} });
  const columns = detection.columns.filter((c) => c.suggested !== 'ignore').map((c) => ({ column: c.name, role: c.suggested }));
  let run = await ask('post', 'imports', { data: { upload: upload.id, source_name: source, mapping: { columns } } });
  const deadline = Date.now() + 60_000;
  while (run.state === 'queued' || run.state === 'running') {
    if (Date.now() > deadline) throw new Error('the import does not end');
    await new Promise((resolve) => setTimeout(resolve, 100));
    run = await ask('get', `imports/${run.id}`, {});
  }
  if (run.state !== 'done') throw new Error(`the import ended as ${run.state}: ${run.error_code}`);
  return { ...run, workspace };
}

/** Uploads a file without importing it; gives its id. */
export async function uploadLog(page, text, name = 'nachtrag.csv') {
  const me = await (await page.request.get('/api/v1/session')).json();
  const answer = await page.request.post(`/api/v1/workspaces/${me.workspaces[0].id}/uploads?name=${encodeURIComponent(name)}`, {
    data: Buffer.from(text),
    headers: { 'X-CSRF-Token': me.csrf_token, 'Content-Type': 'application/octet-stream' },
  });
  return (await answer.json()).id;
}
