// Every page in both languages, themes and widths: axe finds nothing, the browser complains of nothing, and a
// screenshot lies in results/ to be looked at.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { axe, callLog, importLog, looks, openPage, screenshot, settled, signInQuickly, startBrowser, startServer, uploadLog } from './harness.mjs';

let server, browser, run, upload;
before(async () => {
  server = await startServer();
  browser = await startBrowser();
  const page = await openPage(browser, server);
  const me = await signInQuickly(page, server);
  run = await importLog(page, callLog({ customers: 240, bad: 3 }).text);
  upload = await uploadLog(page, callLog({ customers: 8 }).text);
  const headers = { 'X-CSRF-Token': me.csrf_token };
  const base = `/api/v1/workspaces/${run.workspace}`;
  await page.request.post(`${base}/members`, { headers, data: { email: 'eva@beispiel.de', name: 'Eva Beispiel', role: 'analyst' } });
  await page.request.post(`${base}/tokens`, { headers, data: { name: 'Webshop', scopes: ['import_data'], days: 365 } });
  const { secret } = await (await page.request.post(`${base}/write_keys`, { headers, data: { source: run.source_id, name: 'Webshop' } })).json();
  await page.request.get(`${base}/live`);
  await page.request.post('/v1/batch', { headers: { Authorization: `Bearer ${secret}` }, data: { batch: [{ type: 'track', userId: '1', event: 'Auftragsbestätigung', properties: { produkt: 'Tarif M' } }, { type: 'page' }] } });
  await page.request.post('/api/v1/workspaces', { headers, data: { name: 'Zweite Marke' } });
  await page.context().close();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const home = '/w/mein-unternehmen';
const pages = [
  ['signin', () => '/signin', { nobody: true }],
  ['cockpit', () => home],
  ['cockpit-leer', () => '/w/zweite-marke', { says: { de: 'Ihre Journeys beginnen mit einem Ereignisprotokoll' } }],
  ['ist-journey', () => `${home}/analyse/ist-journey`],
  ['touchpoints', () => `${home}/touchpoints`],
  ['import', () => `${home}/daten/import`],
  ['import-leer', () => '/w/zweite-marke/daten/import'],
  ['import-zuordnung', () => `${home}/daten/import/neu/${upload}`],
  ['import-ergebnis', () => `${home}/daten/import/${run.id}`],
  ['quellen', () => `${home}/daten/quellen?quelle=${run.source_id}`],
  ['quelle-neu', () => `${home}/daten/quellen/neu`],
  ['quelle-live', () => `${home}/daten/quellen/${run.source_id}`],
  ['live', () => `${home}/daten/live`],
  ['live-leer', () => '/w/zweite-marke/daten/live'],
  ['personen', () => `${home}/verwaltung/personen`],
  ['arbeitsbereiche', () => `${home}/verwaltung/arbeitsbereiche`],
  ['tokens', () => `${home}/verwaltung/tokens`],
  ['protokoll', () => `${home}/verwaltung/protokoll`],
  ['gibt-es-nicht', () => `${home}/nirgendwo`],
];

for (const look of looks)
  describe(look.name, () => {
    let page, strangers;
    before(async () => {
      page = await openPage(browser, server, look);
      await signInQuickly(page, server);
      strangers = await openPage(browser, server, look);
    });
    after(async () => {
      await page?.context().close();
      await strangers?.context().close();
    });
    for (const [name, address, { nobody = false, says = {} } = {}] of pages)
      it(name, async () => {
        const view = nobody ? strangers : page;
        await view.goto(address());
        if (says[look.language]) await view.getByText(says[look.language]).waitFor();
        await settled(view);
        await screenshot(view, `${name}-${look.name}`);
        assert.equal(await view.locator('html').getAttribute('lang'), look.language);
        assert.equal(await view.locator('html').getAttribute('data-mantine-color-scheme'), look.theme);
        assert.ok(await view.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'the page scrolls sideways');
        if (look.language === 'de') assert.deepEqual(await axe(view), []);
        assert.deepEqual(view.complaints.splice(0), []);
      });
  });
