// A wrong value is put right from the customer view, a retention rule shows its effect and is enforced, the key is changed.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { axe, openPage, settled, signInQuickly, startBrowser, startServer } from './harness.mjs';

let server, browser, page, workspace, token;
const home = '/w/mein-unternehmen';
before(async () => {
  server = await startServer();
  browser = await startBrowser();
  page = await openPage(browser, server);
  await signInQuickly(page, server);
  const me = await (await page.request.get('/api/v1/session')).json();
  workspace = me.workspaces[0].id;
  token = me.csrf_token;
});
after(async () => {
  await page?.context().close();
  await browser?.close();
  await server?.stop();
});

const api = async (method, path, data, headers = {}) => {
  const answer = await page.request.fetch(`${server.url}/api/v1/workspaces/${workspace}/${path}`, { method, data, headers: { 'X-CSRF-Token': token, ...headers } });
  const text = await answer.text();
  return text ? JSON.parse(text) : undefined;
};
const identify = async (key, street, id) => {
  const answer = await page.request.post(`${server.url}/v1/identify`, {
    data: { userId: 'kunde-4711', messageId: id, traits: { strasse: street } },
    headers: { Authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` },
  });
  assert.equal(answer.status(), 200);
};

describe('privacy, further parts', () => {
  let key, customer;
  it('puts a value right, and again when the source repeats it', async () => {
    const source = await api('POST', 'sources', { name: 'CRM' });
    key = (await api('POST', 'write_keys', { source: source.id, name: 'k' })).secret;
    await identify(key, 'Falschweg 1', 'm1');
    await page.goto(`${home}/daten/datenschutz`);
    await page.getByRole('button', { name: 'Neue Anfrage' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Neue Anfrage' });
    await dialog.getByRole('radio', { name: /^Berichtigung/ }).check();
    await dialog.getByRole('textbox', { name: 'Kunden' }).fill('kunde-4711');
    await dialog.getByRole('combobox', { name: 'Was falsch ist' }).selectOption('strasse');
    await dialog.getByRole('textbox', { name: 'Falscher Wert' }).fill('Falschweg 1');
    await dialog.getByRole('textbox', { name: 'Richtiger Wert' }).fill('Richtigweg 1');
    await dialog.getByRole('button', { name: 'Starten' }).click();
    const requests = page.getByRole('table', { name: 'Anfragen von Kunden' });
    await requests.getByText('erledigt').waitFor();
    await identify(key, 'Falschweg 1', 'm2');
    await page.reload();
    await requests.getByText(/kam noch 1-mal/).waitFor();
    customer = (await api('GET', 'privacy/requests')).items[0].customers[0];
  });

  it('begins in the customer view', async () => {
    await page.goto(`${home}/daten/kunden/${customer}`);
    await page.getByText('Richtigweg 1').locator('visible=true').first().waitFor(); // the time line holds it, too, in a closed event
    await page.getByText(/berichtigt am/).waitFor();
    await page.getByRole('link', { name: 'strasse berichtigen' }).click();
    const dialog = page.getByRole('dialog', { name: 'Neue Anfrage' });
    await dialog.waitFor();
    assert.equal(await dialog.getByRole('textbox', { name: 'Falscher Wert' }).inputValue(), 'Richtigweg 1');
    await page.keyboard.press('Escape');
  });

  it('sets a retention rule with its effect, and enforces it', async () => {
    await api('POST', 'events', { source: 'Alt', events: [{ customer: 'k1', event_type: 'Kauf', time: '2019-01-06T08:00:00Z', id: '1' }] });
    await page.goto(`${home}/daten/datenschutz`);
    await page.getByRole('combobox', { name: 'Quelle oder Attribut' }).selectOption({ label: 'Alt' });
    await page.getByText(/Heute würde 1 Ereignis gelöscht/).waitFor();
    await page.getByRole('button', { name: 'Festlegen' }).click();
    await page.getByRole('table', { name: 'Löschfristen' }).getByText('Ereignisse älter als 24 Monate werden gelöscht').waitFor();
    await page.getByRole('button', { name: 'Jetzt durchsetzen' }).click();
    await page.getByRole('table', { name: 'Durchgesetzte Fristen' }).getByText(/von 1 Kunden blieb nichts/).waitFor();
    await settled(page);
    assert.deepEqual(await axe(page, 'main'), []);
  });

  it('changes the key', async () => {
    await page.getByText(/Schlüssel Nr. 1/).waitFor();
    await page.getByRole('button', { name: 'Schlüssel wechseln' }).click();
    await page.getByRole('dialog', { name: 'Schlüssel wechseln?' }).getByRole('button', { name: 'Schlüssel wechseln' }).click();
    await page.getByText(/Schlüssel Nr. 2/).waitFor();
  });
});
