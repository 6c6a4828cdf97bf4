// A customer is erased: asked for on the page, proven there, gone from the live view; the chain of the audit log is checked.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { axe, openPage, settled, signInQuickly, startBrowser, startServer } from './harness.mjs';

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

const post = async (path, data) => {
  const me = await (await page.request.get('/api/v1/session')).json();
  const answer = await page.request.post(`${server.url}/api/v1/workspaces/${me.workspaces[0].id}/${path}`, { data, headers: { 'X-CSRF-Token': me.csrf_token } });
  return answer.json();
};
const event = (customer, id) => ({ customer, event_type: 'Kauf', time: '2025-01-06T08:00:00Z', id });

describe('privacy', () => {
  it('erases a customer with a proof of both times', async () => {
    assert.equal((await post('events', { source: 'Shop', events: [event('kunde-4711', '1'), event('kunde-4712', '2')] })).accepted, 2);
    await page.goto(`${home}/daten/datenschutz`);
    await page.getByText('Noch keine Anfrage').waitFor();
    await page.getByRole('button', { name: 'Neue Anfrage' }).click();
    const dialog = page.getByRole('dialog', { name: 'Neue Anfrage' });
    await dialog.getByRole('textbox', { name: 'Kunden' }).fill('kunde-4711\nniemand');
    await dialog.getByRole('textbox', { name: 'Notiz' }).fill('AZ 17');
    await dialog.getByRole('button', { name: 'Starten' }).click();
    await page.getByRole('button', { name: 'Löschen', exact: true }).click();
    const requests = page.getByRole('table', { name: 'Anfragen von Kunden' });
    await requests.getByText('erledigt').waitFor();
    await requests.getByText(/in keiner Abfrage mehr/).waitFor();
    await requests.getByText(/kein Byte mehr/).waitFor();
    await requests.getByText(/1 unbekannte Kennung/).waitFor();
    const again = await post('events', { source: 'Shop', events: [event('kunde-4711', '3')] });
    assert.deepEqual(again.rejected, [{ index: 0, code: 'erased' }]);
  });

  it('says what is open and checks the audit log', async () => {
    await page.getByRole('combobox', { name: 'Rechtsgrundlage von Shop' }).selectOption('contract');
    await page.getByText('Gespeichert. Es gilt').waitFor();
    await page.getByRole('table', { name: 'Pflichten' }).getByText('Löschanfragen erledigt').waitFor();
    await page.getByRole('button', { name: 'Kette prüfen' }).click();
    await page.getByText(/^Unversehrt/).waitFor();
    await settled(page);
    assert.deepEqual(await axe(page, 'main'), []);
  });

  it('shows the record to print', async () => {
    await page.getByRole('link', { name: 'Verzeichnis zum Drucken' }).click();
    await page.getByRole('heading', { name: 'Verzeichnis von Verarbeitungstätigkeiten' }).waitFor();
    await page.getByRole('table', { name: 'Quellen' }).getByText('Vertrag').waitFor();
  });
});
