// Takes the pictures of the user pages from a running server with the demo workspace:
//   node tools/screenshots.mjs http://127.0.0.1:8600 EMAIL PASSWORD [docs/img]
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { chromium } = createRequire(path.join(root, 'web/package.json'))('playwright-core');
const [base, email, password, target = path.join(root, 'docs/img')] = process.argv.slice(2);
if (!password) {
  console.error('node tools/screenshots.mjs BASE EMAIL PASSWORD [FOLDER]');
  process.exit(2);
}
mkdirSync(target, { recursive: true });
/** To the time line of somebody whose passage has some length. */
async function aCustomer(page) {
  const { csrf_token: token } = await (await page.request.get(`${base}/api/v1/session`)).json();
  const answer = await page.request.post(`${base}/api/v1/workspaces/demo/analysis/customers`, { data: { filter: { events_min: 12, events_max: 20 } }, headers: { 'X-CSRF-Token': token } });
  await page.goto(`${base}/w/demo/daten/kunden/${(await answer.json()).rows[0].customer}`);
}
const pages = [
  ['cockpit', '/w/demo'],
  ['journey-graph', '/w/demo/analyse/ist-journey', 'Glasfaseraufträge'], // one of the saved segments
  ['funnel', '/w/demo/analyse/trichter'],
  ['touchpoints', '/w/demo/touchpoints'],
  ['import', '/w/demo/daten/import'],
  ['customer', '/w/demo/daten/kunden', undefined, aCustomer],
  ['segments', '/w/demo/daten/segmente'],
  ['identities', '/w/demo/daten/identitaeten'],
  ['kpis', '/w/demo/daten/kennzahlen'],
  ['data-quality', '/w/demo/daten/qualitaet'],
  ['privacy', '/w/demo/daten/datenschutz'],
];
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
for (const [language, locale] of [['de', 'de-DE'], ['en', 'en-GB']]) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale, colorScheme: 'light' });
  const page = await context.newPage();
  await page.goto(base + '/signin');
  await page.locator('input[autocomplete="username"], input[type="email"]').first().fill(email);
  await page.locator('input[type="password"]').first().fill(password);
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => !url.pathname.endsWith('/signin'));
  for (const [name, address, press, go] of pages) {
    await page.goto(base + address);
    if (go) await go(page);
    if (press) await page.getByRole('button', { name: press }).first().click();
    await page.waitForLoadState('networkidle').catch(() => {});
    await page.waitForTimeout(3000);
    await page.screenshot({ path: path.join(target, `${name}.${language}.png`) });
  }
  await context.close();
}
await browser.close();
