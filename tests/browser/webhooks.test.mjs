// A webhook from its source: made, its secret shown once, a signed request taken, the mapping changed with a live preview.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { axe, openPage, signInQuickly, startBrowser, startServer } from './harness.mjs';

let server, browser, page;
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

let address, secret, base, headers;
const send = (body, more = { Authorization: `Bearer ${secret}` }) => fetch(address, { method: 'POST', headers: more, body: JSON.stringify(body) });

describe('a webhook', () => {
  it('is made at its source, and its secret is shown once', async () => {
    const me = await (await page.request.get('/api/v1/session')).json();
    base = `/api/v1/workspaces/${me.workspaces[0].id}`;
    headers = { 'X-CSRF-Token': me.csrf_token };
    const source = await (await page.request.post(`${base}/sources`, { headers, data: { name: 'Telefonie' } })).json();
    await page.goto(`/w/mein-unternehmen/daten/quellen/${source.id}`);
    await page.getByText('Noch kein Webhook').waitFor();
    await page.getByRole('button', { name: 'Neuer Webhook' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Sprachmenü');
    await dialog.getByRole('combobox', { name: 'System oder Art' }).click();
    await page.getByRole('option', { name: 'Sprachmenü (IVR)' }).click();
    await dialog.getByRole('button', { name: 'Anlegen' }).click();
    secret = await dialog.getByLabel('Geheimnis', { exact: true }).textContent();
    assert.match(secret, /^lotse_ws_/);
    await dialog.getByRole('button', { name: 'Weiter zur Einrichtung' }).click();
    await page.getByRole('heading', { name: 'Sprachmenü', level: 1 }).waitFor();
    address = await page.getByLabel('Adresse', { exact: true }).textContent();
    assert.ok(address.startsWith(`${server.url}/hooks/`));
    assert.ok(!(await page.content()).includes(secret), 'shown once');
  });

  it('takes what is signed, once, and lists what came', async () => {
    const call = { id: 'c1', customer: '4711', type: 'IVR: Rechnung', time: '2026-03-02T09:14:05+01:00', instance_key: 'call-1' };
    assert.deepEqual(await (await send(call)).json(), { accepted: 1, known: 0, ignored: 0, rejected: [] });
    assert.equal((await (await send(call)).json()).known, 1);
    assert.equal((await send(call, { Authorization: 'Bearer wrong' })).status, 401);
    const list = page.getByRole('table', { name: 'Letzte Anfragen' });
    await list.getByText('IVR: Rechnung').first().waitFor();
    await list.getByText('abgewiesen').waitFor();
    await list.getByText('Die Signatur fehlt oder passt nicht.', { exact: false }).waitFor();
    await page.getByText('Die letzten 3 Anfragen: 2 angenommen, 1 abgewiesen oder gescheitert.').waitFor();
  });

  it('shows at once what a changed mapping would do, and names the error at its field', async () => {
    const preview = page.getByRole('table', { name: 'Vorschau' });
    await preview.getByText('IVR: Rechnung gewählt').waitFor();
    await preview.getByText('der Kunde').waitFor();
    const type = page.getByRole('textbox', { name: 'Ereignistyp' });
    await type.fill('Anruf {/attributes/menu');
    await page.getByText('Die Vorlage ist nicht lesbar', { exact: false }).first().waitFor();
    await type.fill('Anruf {/attributes/menu}');
    await preview.getByText('Anruf 2-1').waitFor();
    await page.getByRole('button', { name: 'Regel hinzufügen' }).click();
    const rule = page.getByRole('group', { name: 'Regel 1' });
    await rule.getByRole('textbox', { name: 'Wert der Bedingung 1' }).fill('{/nothing}');
    await preview.getByText('beiseitegelassen').waitFor();
    await page.getByText('0 Ereignisse würden gespeichert.').waitFor();
    await rule.getByRole('button', { name: 'Regel 1 entfernen' }).click();
    await preview.getByText('würde gespeichert').waitFor();
    await page.getByRole('button', { name: 'Zuordnung speichern' }).click();
    await page.getByText('Die Zuordnung ist gespeichert.', { exact: false }).waitFor();
    assert.equal((await (await send({ id: 'c2', customer: '4711', type: 'x', attributes: { menu: '9' } })).json()).accepted, 1);
    await page.getByRole('table', { name: 'Letzte Anfragen' }).getByText('Anruf 9').waitFor();
    assert.deepEqual(page.complaints.splice(0), []);
    assert.deepEqual(await axe(page, 'main'), []);
  });

  it('of a system waits for the secret that the system shows', async () => {
    const sources = await (await page.request.get(`${base}/sources`)).json();
    const made = await (await page.request.post(`${base}/webhooks`, { headers, data: { source: sources.items[0].id, name: 'Jira', preset: 'zendesk' } })).json();
    await page.goto(`/w/mein-unternehmen/daten/quellen/${sources.items[0].id}/webhooks/${made.webhook.id}`);
    await page.getByText('Das Geheimnis fehlt: Bis es eingetragen ist, wird jede Anfrage abgewiesen.').waitFor();
    await page.getByRole('button', { name: 'Geheimnis eintragen' }).click();
    await page.getByRole('dialog').getByLabel('Geheimnis des Systems').fill('zendesk-secret');
    await page.getByRole('dialog').getByRole('button', { name: 'Speichern' }).click();
    await page.getByText('endet auf').waitFor();
    const presets = await (await page.request.get(`${base}/webhook_presets`)).json();
    const body = presets.items.find((p) => p.id === 'zendesk').sample;
    const stamp = new Date().toISOString();
    const signature = createHmac('sha256', 'zendesk-secret').update(stamp + body).digest('base64');
    const answer = await fetch(server.url + made.webhook.path, { method: 'POST', headers: { 'X-Zendesk-Webhook-Signature-Timestamp': stamp, 'X-Zendesk-Webhook-Signature': signature }, body });
    assert.equal((await answer.json()).accepted, 1);
    await page.getByRole('table', { name: 'Letzte Anfragen' }).getByText('zen:event-type:ticket.created').waitFor();
    await page.getByRole('button', { name: 'Anhalten' }).click();
    await page.getByText('Angehalten: Anfragen werden abgewiesen.').waitFor();
    await page.getByRole('button', { name: 'Löschen' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Löschen' }).click();
    await page.getByRole('table', { name: 'Webhooks' }).getByText('Sprachmenü (IVR)').waitFor();
    assert.equal((await fetch(server.url + made.webhook.path, { method: 'POST', body })).status, 404);
  });
});
