// Counting by person, company or order in the filter bar: other numbers, in the address, in a saved filter; both languages.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { axe, openPage, screenshot, settled, signInQuickly, startBrowser, startServer } from './harness.mjs';

let server, browser, page;
const home = '/w/mein-unternehmen';
before(async () => {
  server = await startServer();
  browser = await startBrowser();
  page = await openPage(browser, server);
  const me = await signInQuickly(page, server);
  const api = async (path, data) => (await page.request.post(`/api/v1/workspaces/${me.workspaces[0].id}/${path}`, { data, headers: { 'X-CSRF-Token': me.csrf_token } })).json();
  const source = await api('sources', { name: 'Webshop' });
  const key = (await api('write_keys', { source: source.id, name: 'Shop' })).secret;
  const track = (userId, event, minute, properties = {}) => ({ type: 'track', userId, event, properties, timestamp: `2025-03-01T10:0${minute}:00Z` });
  const sent = await fetch(`${server.url}/v1/batch`, {
    method: 'POST',
    body: JSON.stringify({
      writeKey: key,
      batch: [
        track('anna', 'Besuch', 1, { account_id: 'acme' }),
        track('ben', 'Anruf', 2, { account_id: 'acme' }),
        track('anna', 'Bestellung', 3, { account_id: 'acme', order_id: 'o1' }),
        track('carla', 'Besuch', 4, { account_id: 'nord' }),
        track('dora', 'Besuch', 5),
      ],
    }),
  });
  assert.equal(sent.status, 200);
});
after(async () => {
  await page?.context().close();
  await browser?.close();
  await server?.stop();
});

const choose = async (name) => {
  await page.getByRole('button', { name: /^Zählen nach: / }).click();
  await page.getByRole('radio', { name, exact: true }).click();
};
const says = (text) => page.getByText(text, { exact: false }).first().waitFor();

describe('kinds of customer', () => {
  it('the choice changes every number of the page and stands in the address', async () => {
    await page.goto(`${home}/analyse/ist-journey`);
    await says('4 Instanzen von 4 Kunden in 5 Ereignissen');
    await choose('Firma (Konto)');
    await says('2 Instanzen von 2 Firmen in 4 Ereignissen');
    await says('1 Ereignis ohne Firma zählt hier nicht mit.');
    assert.match(page.url(), /f=4\.ca/);
    await choose('Auftrag');
    await says('1 Instanzen von 1 Aufträgen in 1 Ereignissen');
    assert.equal(await page.getByRole('radio', { name: 'Vertrag' }).count(), 0, 'no event names a contract');
    await page.goBack();
    await says('2 Instanzen von 2 Firmen in 4 Ereignissen');
    await page.reload();
    await says('2 Instanzen von 2 Firmen in 4 Ereignissen');
    assert.deepEqual(page.complaints.splice(0), []);
  });

  it('is kept by a saved filter', async () => {
    await page.getByRole('button', { name: 'Segmente', exact: true }).click();
    await page.getByRole('textbox', { name: 'Aktuellen Filter speichern' }).fill('Je Firma');
    await page.getByRole('button', { name: 'Aktuellen Filter speichern' }).click();
    await page.getByRole('button', { name: 'Alle entfernen' }).click();
    await says('4 Instanzen von 4 Kunden');
    await page.getByRole('button', { name: 'Segmente', exact: true }).click();
    await page.getByRole('button', { name: 'Segment Je Firma anwenden' }).click();
    await says('2 Instanzen von 2 Firmen');
  });

  it('the list of touchpoints counts by it, too', async () => {
    await page.goto(`${home}/touchpoints?zaehlen=account`);
    await page.getByRole('columnheader', { name: 'Firmen' }).waitFor();
    const visit = page.getByRole('row', { name: /Besuch/ });
    await visit.getByRole('cell', { name: '2', exact: true }).first().waitFor();
    assert.deepEqual(page.complaints.splice(0), []);
  });

  it('is readable in both languages, light and dark, also narrow', async () => {
    for (const look of [{ language: 'de', theme: 'light', width: 1440 }, { language: 'en', theme: 'dark', width: 768 }]) {
      const other = await openPage(browser, server, look);
      await signInQuickly(other, server);
      await other.goto(`${home}/analyse/ist-journey?f=4.ca`);
      await other.getByText(look.language === 'de' ? '2 Firmen' : '2 companies', { exact: false }).first().waitFor();
      await settled(other);
      assert.deepEqual(await axe(other), []);
      await screenshot(other, `kinds-${look.language}`);
      assert.deepEqual(other.complaints, []);
      await other.context().close();
    }
  });
});
