// One customer from the search to its time line; a computed attribute, a segment of rules; the panel embedded in another site.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { axe, openPage, settled, signInQuickly, startBrowser, startServer } from './harness.mjs';

let server, browser, page, csrf, workspace;
const home = '/w/mein-unternehmen';
const day = (n) => new Date(Date.now() - n * 86_400_000).toISOString();
const change = async (method, path, data) => {
  const answer = await page.request.fetch(`/api/v1${path}`, { method, data, headers: { 'X-CSRF-Token': csrf } });
  assert.ok(answer.ok(), `${path}: ${await answer.text()}`);
  return answer.json();
};

before(async () => {
  server = await startServer();
  browser = await startBrowser();
  page = await openPage(browser, server);
  const me = await signInQuickly(page, server);
  csrf = me.csrf_token;
  workspace = me.workspaces[0].id;
  const source = await change('POST', `/workspaces/${workspace}/sources`, { name: 'Webshop', channel: 'web' });
  const { secret } = await change('POST', `/workspaces/${workspace}/write_keys`, { source: source.id, name: 'Test' });
  const track = (userId, event, n, properties = {}) => ({ type: 'track', userId, event, timestamp: day(n), properties });
  const batch = [
    { type: 'identify', userId: 'anna@example.com', timestamp: day(200), traits: { tariff: 'basic' } },
    track('anna@example.com', 'Order Completed', 100, { revenue: '100.50' }),
    { type: 'identify', userId: 'anna@example.com', timestamp: day(40), traits: { tariff: 'gold' } },
    track('anna@example.com', 'Order Completed', 5, { revenue: '49.50' }),
    track('ben@example.com', 'Order Completed', 80, { revenue: '10' }),
    track('cleo@example.com', 'Product Viewed', 20),
    ...Array.from({ length: 110 }, (_, i) => track('anna@example.com', 'Product Viewed', 300 + i)),
  ];
  const sent = await fetch(`${server.url}/v1/batch`, { method: 'POST', headers: { Authorization: `Basic ${Buffer.from(`${secret}:`).toString('base64')}` }, body: JSON.stringify({ batch }) });
  assert.equal(sent.status, 200);
});
after(async () => {
  await page?.context().close();
  await browser?.close();
  await server?.stop();
});

const clean = () => assert.deepEqual(page.complaints.splice(0), []);

describe('a customer', () => {
  it('is found by the identifier, which stays out of the address', async () => {
    await page.goto(`${home}/daten/kunden`);
    await page.getByRole('heading', { name: 'Letzte Kontakte' }).waitFor();
    await page.getByRole('textbox', { name: 'Kunden suchen' }).fill('anna@example.com');
    await page.getByRole('button', { name: 'Suchen', exact: true }).click();
    await page.getByRole('heading', { name: 'Über die Kennung gefunden' }).waitFor();
    assert.ok(!page.url().includes('anna'));
    await page.getByRole('table').getByRole('button', { name: /^cu_/ }).first().click();
    await page.getByRole('heading', { name: /^Kunde cu_/, level: 1 }).waitFor();
    clean();
  });

  it('shows time line, origin and history of attributes', async () => {
    await page.getByText('114 Ereignisse', { exact: true }).waitFor();
    await page.getByText('35 Tage ohne Kontakt').waitFor();
    await page.getByText('Bisher 2 Werte').click();
    await page.getByText(/^basic – ab .*, Webshop$/).waitFor();
    await page.getByRole('button', { name: /Order Completed/ }).first().click();
    await page.getByText('49.50').waitFor();
    // Few events, so that the whole page is looked at quickly.
    await page.locator('dd').getByRole('button', { name: 'Order Completed' }).click();
    await page.getByText('2 Ereignisse', { exact: true }).waitFor();
    await settled(page);
    assert.deepEqual(await axe(page), []);
    await page.getByRole('button', { name: 'Entfernen: Nur Order Completed' }).click();
    await page.getByText('114 Ereignisse', { exact: true }).waitFor();
    const steps = page.locator('time');
    const before = await steps.count();
    await page.getByRole('button', { name: 'Frühere Ereignisse' }).scrollIntoViewIfNeeded();
    await page.waitForFunction((n) => document.querySelectorAll('time').length > n, before);
    clean();
  });

  it('is found by the command palette', async () => {
    const id = page.url().split('/').at(-1);
    await page.goto(`${home}/daten/kunden`);
    await page.getByRole('heading', { name: 'Zuletzt von Ihnen auf diesem Gerät angesehen' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('textbox', { name: 'Seiten, Touchpoints, Segmente, Aktionen suchen' }).fill(id);
    await page.getByRole('button', { name: new RegExp(`Kunde ${id} öffnen`) }).click();
    await page.getByRole('heading', { name: /^Kunde cu_/, level: 1 }).waitFor();
    clean();
  });
});

describe('a computed attribute and a segment', () => {
  it('are defined with a preview', async () => {
    await page.goto(`${home}/daten/merkmale`);
    await page.getByRole('button', { name: 'Neues berechnetes Merkmal' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Bestellungen');
    await dialog.getByRole('combobox', { name: /^Nur Ereignisse dieser Touchpoints/ }).click();
    await page.getByRole('option', { name: 'Order Completed' }).click();
    await dialog.getByText('2 von 3 Kunden haben einen Wert.').waitFor();
    await page.keyboard.press('Escape');
    await dialog.getByRole('button', { name: 'Speichern' }).click();
    await page.getByRole('table', { name: 'Berechnet' }).getByText('Anzahl Ereignisse von Order Completed').waitFor();
    clean();
  });

  it('count while one edits, and name their members', async () => {
    await page.goto(`${home}/daten/segmente`);
    await page.getByRole('link', { name: 'Neues Segment' }).click();
    await page.getByText('3 Kunden', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Bedingung hinzufügen' }).click();
    await page.getByRole('menuitem', { name: 'Berechnetes Merkmal' }).click();
    await page.getByRole('combobox', { name: 'Berechnetes Merkmal' }).click();
    await page.getByRole('option', { name: 'Bestellungen' }).click();
    await page.getByRole('textbox', { name: 'Mindestens', exact: true }).fill('2');
    await page.getByText('1 Kunde', { exact: true }).waitFor();
    await page.getByRole('textbox', { name: 'Name' }).fill('Treue Kunden');
    await page.getByRole('button', { name: 'Speichern' }).click();
    await page.getByRole('heading', { name: 'Treue Kunden', level: 1 }).waitFor();
    await settled(page);
    assert.deepEqual(await axe(page), []);
    await page.getByRole('table', { name: 'Kunden' }).getByRole('button', { name: /^cu_/ }).first().click();
    await page.getByRole('link', { name: 'Treue Kunden' }).waitFor();
    clean();
  });

  it('stand in the filter bar', async () => {
    await page.goto(`${home}/analyse/ist-journey`);
    await page.getByRole('button', { name: 'Filter hinzufügen' }).click();
    await page.getByRole('button', { name: 'Berechnetes Merkmal' }).click();
    await page.getByRole('combobox', { name: 'Berechnetes Merkmal' }).click();
    await page.getByRole('option', { name: 'Bestellungen' }).click();
    await page.getByRole('textbox', { name: 'Mindestens', exact: true }).fill('2');
    await page.getByRole('button', { name: 'Anwenden' }).click();
    await page.getByText('Bestellungen ≥ 2').waitFor();
    assert.match(new URL(page.url()).searchParams.get('f'), /^3\.r/);
    await page.reload();
    await page.getByText('Bestellungen ≥ 2').waitFor();
    clean();
  });
});

describe('the panel', () => {
  let other;
  after(() => other?.close());
  it('stands in an allowed site and in no other', async () => {
    const hits = await change('POST', `/workspaces/${workspace}/customers/search`, { query: 'anna@example.com' });
    const { url } = await change('POST', `/workspaces/${workspace}/panel_links`, { customer: hits.items[0].customer, language: 'de' });
    other = createServer((_request, response) => response.setHeader('Content-Type', 'text/html').end(`<!doctype html><iframe src="${server.url}${url}"></iframe>`));
    await new Promise((resolve) => other.listen(0, '127.0.0.1', resolve));
    const site = `http://127.0.0.1:${other.address().port}`;
    const desk = await page.context().newPage();
    await desk.goto(site);
    await desk.waitForTimeout(300);
    assert.equal(await desk.frameLocator('iframe').getByText('Letzte Kontakte').count(), 0, 'refused before it is allowed');
    await change('PATCH', `/workspaces/${workspace}/customer_view`, { origins: [site], end_touchpoints: [] });
    await desk.reload();
    const panel = desk.frameLocator('iframe');
    await panel.getByRole('heading', { name: 'Letzte Kontakte' }).waitFor();
    await panel.getByText('Order Completed').first().waitFor();
    await panel.getByText('gold').waitFor();
    await desk.close();
  });
});
