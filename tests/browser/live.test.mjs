// From a new source over its write key and events to the live view and the graph; the snippet on a page of another site.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { openPage, settled, signInQuickly, startBrowser, startServer } from './harness.mjs';

let server, browser, page;
const home = '/w/mein-unternehmen';
before(async () => {
  server = await startServer();
  browser = await startBrowser();
  page = await openPage(browser, server);
  await signInQuickly(page, server);
});
after(async () => {
  await page?.context().close();
  await browser?.close();
  await server?.stop();
});

const send = (key, batch) =>
  fetch(`${server.url}/v1/batch`, { method: 'POST', headers: { Authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` }, body: JSON.stringify({ batch }) });

let key;
describe('live events', () => {
  it('begin with a source and a write key that is shown once', async () => {
    await page.goto(`${home}/daten/live`);
    await page.getByText('Warten auf Ereignisse').waitFor();
    await page.getByRole('link', { name: 'Live-Quelle einrichten' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Webshop');
    await page.getByRole('button', { name: 'Quelle anlegen' }).click();
    await page.getByRole('heading', { name: 'Webshop', level: 1 }).waitFor();
    await page.getByText('Noch kein Schreibschlüssel').waitFor();
    await page.getByRole('button', { name: 'Neuer Schreibschlüssel' }).click();
    await page.getByRole('textbox', { name: 'Wo er benutzt wird' }).fill('Produktion');
    await page.getByRole('dialog').getByRole('button', { name: 'Anlegen' }).click();
    key = await page.getByRole('dialog').getByLabel('Schreibschlüssel', { exact: true }).textContent();
    assert.match(key, /^lotse_wk_/);
    await page.getByRole('button', { name: 'Ich habe ihn notiert' }).click();
    const example = page.getByLabel('So wird gesendet').locator('code');
    assert.ok((await example.textContent()).includes(key), 'the example holds the key');
    await page.getByRole('tab', { name: 'curl' }).click();
    assert.ok((await page.locator('pre').textContent()).includes(`${server.url}/v1/track`));
    await page.reload();
    await page.getByRole('table', { name: 'Schreibschlüssel' }).getByText(key.slice(-4)).waitFor();
    assert.ok(!(await page.content()).includes(key), 'shown once');
  });

  it('are seen as they arrive, by pseudonym, with the time until they count', async () => {
    await page.getByRole('link', { name: 'Live zusehen' }).click();
    await page.getByText('Warten auf Ereignisse').waitFor();
    assert.equal((await send(key, [{ type: 'track', userId: 'kunde-4711', event: 'Product Viewed', properties: { product: 'Tarif M' } }, { type: 'track', event: 'Nobody' }])).status, 200);
    const list = page.getByRole('table', { name: 'Neueste Ereignisse' });
    await list.getByText('Product Viewed').waitFor();
    await list.getByText(/^[\d.]+ ms$/).first().waitFor();
    await list.getByText('Tarif M').waitFor();
    await page.getByText('Die Kundennummer fehlt.').waitFor();
    assert.ok(!(await page.content()).includes('kunde-4711'), 'the identifier is not shown');
  });

  it('can be held and go on', async () => {
    await page.getByRole('button', { name: 'Anhalten' }).click();
    await send(key, [{ type: 'track', userId: 'kunde-4711', event: 'Checkout Started' }]);
    await page.getByText('Angehalten. 1 neues Ereignis wartet.').waitFor();
    const list = page.getByRole('table', { name: 'Neueste Ereignisse' });
    assert.equal(await list.getByText('Checkout Started').count(), 0);
    await page.getByRole('button', { name: 'Fortfahren' }).click();
    await list.getByText('Checkout Started').waitFor();
    assert.deepEqual(page.complaints.splice(0), []);
  });

  it('stand in the graph', async () => {
    await page.goto(`${home}/analyse/ist-journey`);
    await page.getByText('Product Viewed').first().waitFor();
    await page.getByText('Checkout Started').first().waitFor();
  });

  it('end with the key', async () => {
    await page.goto(`${home}/daten/quellen`);
    await page.getByRole('button', { name: 'Webshop' }).click();
    await page.getByRole('link', { name: 'Live senden einrichten' }).click();
    await page.getByRole('button', { name: 'Schreibschlüssel Produktion widerrufen' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Widerrufen' }).click();
    await page.getByText('Schreibschlüssel „Produktion“ ist widerrufen.').waitFor();
    assert.equal((await send(key, [{ type: 'track', userId: 'u', event: 'x' }])).status, 401);
  });
});

describe('the snippet on another site', () => {
  let site, shop, secret;
  before(async () => {
    const me = await (await page.request.get('/api/v1/session')).json();
    const base = `/api/v1/workspaces/${me.workspaces[0].id}`;
    const headers = { 'X-CSRF-Token': me.csrf_token };
    shop = await (await page.request.post(`${base}/sources`, { headers, data: { name: 'Laden', channel: 'web' } })).json();
    secret = (await (await page.request.post(`${base}/write_keys`, { headers, data: { source: shop.id, name: 'Laden' } })).json()).secret;
    shop.events = async () => (await (await page.request.get(`${base}/sources`)).json()).items.find((s) => s.id === shop.id).events;
    shop.live = async () => (await (await page.request.get(`${base}/live`)).json()).events.filter((e) => e.source === shop.id);
    await shop.live();
    site = createServer((request, response) => {
      const consent = request.url.startsWith('/consent') ? ' data-consent' : '';
      response.setHeader('Content-Type', 'text/html');
      response.end(`<!doctype html><title>Shop</title><script async src="${server.url}/lotse.js" data-key="${secret}"${consent}></script>
        <script>window.lotse = window.lotse || new Proxy({ q: [] }, { get: (own, name) => own[name] || ((...values) => own.q.push([name, ...values])) });
        lotse.track('Viewed early', { n: 1 });</script><h1>Shop</h1>`);
    });
    await new Promise((resolve) => site.listen(0, '127.0.0.1', resolve));
    site.url = `http://127.0.0.1:${site.address().port}`;
  });
  after(() => site?.close());

  const visit = async (address) => {
    const context = await browser.newContext();
    const visitor = await context.newPage();
    await visitor.goto(site.url + address, { waitUntil: 'networkidle' });
    return visitor;
  };
  const until = async (count) => {
    for (let i = 0; i < 100 && (await shop.events()) < count; i++) await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(await shop.events(), count);
  };

  it('is small', async () => {
    const text = await (await fetch(`${server.url}/lotse.js`)).text();
    assert.ok(text.length < 6000, `${text.length} bytes`);
  });

  it('sends page views and events, without cookies', async () => {
    const visitor = await visit('/?utm_source=news&utm_campaign=spring');
    await until(2);
    await visitor.evaluate(() => globalThis.lotse.identify('4711', { plan: 'M' }));
    await visitor.evaluate(() => globalThis.lotse.flush());
    await until(3);
    assert.deepEqual(await visitor.context().cookies(), []);
    await settled(page).catch(() => undefined);
    let seen = [];
    for (let i = 0; i < 60 && seen.length < 3; i++) {
      seen = await shop.live();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const view = seen.find((e) => e.event_type === 'page');
    assert.deepEqual(Object.fromEntries(view.attributes.map((a) => [a.name, a.text]))['campaign.name'], 'spring');
    await visitor.context().close();
  });

  it('sends and stores nothing before consent, and forgets when it is withdrawn', async () => {
    const count = await shop.events();
    const visitor = await visit('/consent');
    const requests = [];
    visitor.on('request', (request) => requests.push(request.url()));
    await visitor.evaluate(() => globalThis.lotse.track('Before consent'));
    await visitor.waitForTimeout(1500);
    assert.deepEqual(requests, []);
    assert.equal(await visitor.evaluate(() => localStorage.length), 0);
    await visitor.evaluate(() => globalThis.lotse.consent(true));
    await until(count + 3);
    await visitor.evaluate(() => globalThis.lotse.consent(false));
    assert.equal(await visitor.evaluate(() => localStorage.length), 0);
    await visitor.evaluate(() => globalThis.lotse.track('After'));
    await visitor.waitForTimeout(1300);
    assert.equal(await shop.events(), count + 3);
    await visitor.context().close();
  });

  it('keeps events while there is no network, and sends those of a page that is left', async () => {
    const count = await shop.events();
    const visitor = await visit('/');
    await until(count + 2);
    await visitor.context().setOffline(true);
    await visitor.evaluate(() => globalThis.lotse.track('Offline'));
    await visitor.waitForTimeout(1300);
    assert.equal(await shop.events(), count + 2);
    await visitor.context().setOffline(false);
    await until(count + 3);
    await visitor.evaluate(() => globalThis.lotse.track('Leaving'));
    await visitor.goto('about:blank');
    await until(count + 4);
    await visitor.context().close();
  });
});
