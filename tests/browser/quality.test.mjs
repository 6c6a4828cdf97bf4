// Data quality, reconciliation and tracking plan on live events; the queue of event types by keyboard with its preview.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openPage, settled, signInQuickly, startBrowser, startServer } from './harness.mjs';

let server, browser, page;
const home = '/w/mein-unternehmen';
async function call(method, path, body) {
  const me = await (await page.request.get('/api/v1/session')).json();
  const answer = await page.request.fetch(`/api/v1/workspaces/${me.workspaces[0].id}/${path}`, { method, headers: { 'X-CSRF-Token': me.csrf_token }, data: body });
  assert.ok(answer.ok(), await answer.text());
  return answer.json();
}
before(async () => {
  server = await startServer();
  browser = await startBrowser();
  page = await openPage(browser, server);
  await signInQuickly(page, server);
  await page.goto(`${home}/daten/qualitaet`);
  await page.getByText('Noch keine Daten').waitFor();
  const time = new Date().toISOString();
  const event = (customer, event_type, id) => ({ customer, event_type, time, id });
  const taken = await call('POST', 'events', {
    source: 'Webshop',
    events: [event('a', 'order_sent', '1'), event('b', 'order_sent', '2'), event('a', 'order_sent', '1'), event('', 'order_sent', '3'), event('b', 'OrderSent', '4'), event('c', 'Hotline', '5')],
  });
  assert.equal(taken.accepted, 4);
});
after(async () => {
  await page?.context().close();
  await browser?.close();
  await server?.stop();
});

describe('data quality', () => {
  it('says what arrived and why something was rejected', async () => {
    await page.goto(`${home}/daten/qualitaet`);
    await page.getByRole('table', { name: 'Quellen' }).getByRole('button', { name: 'Webshop' }).click();
    const panel = page.getByRole('complementary', { name: 'Webshop' });
    await panel.getByText('Die Kundennummer fehlt.').waitFor();
    await panel.getByRole('link', { name: 'Zahlen abgleichen' }).click();
    await page.getByRole('heading', { name: 'Abgleich', level: 1 }).waitFor();
  });

  it('explains to the last event why two numbers differ', async () => {
    const today = new Date().toLocaleDateString('sv', { timeZone: 'Europe/Berlin' });
    await page.goto(`${home}/daten/qualitaet/abgleich?bis=${today}`);
    await page.getByRole('combobox', { name: 'Was eine Quelle zählt' }).click();
    await page.getByRole('option', { name: 'Webshop' }).click();
    await page.getByRole('textbox', { name: 'Anzahl' }).fill('10');
    await page.getByRole('button', { name: 'Eintragen' }).click();
    const table = page.getByRole('table', { name: 'Abgleich' });
    await table.getByText('offen').waitFor();
    await table.getByRole('button', { name: /Webshop/ }).click();
    const steps = page.getByRole('table', { name: 'Unterschied' });
    await steps.getByText('nie empfangen').waitFor();
    const numbers = (await steps.getByRole('row').allTextContents()).map((row) => Number(/[−+]?\d+$/.exec(row)[0].replace('−', '-')));
    assert.deepEqual(numbers, [10, -4, -1, -1, 4]);
    assert.equal(numbers.slice(0, -1).reduce((a, b) => a + b), numbers.at(-1));
  });

  it('checks what comes in against a tracking plan', async () => {
    await page.goto(`${home}/daten/qualitaet/messplan`);
    await page.getByRole('button', { name: 'Plan schreiben' }).click();
    const text = page.getByRole('textbox', { name: 'Plan (JSON)' });
    await text.fill('{"events":');
    await page.getByRole('button', { name: 'Plan speichern' }).click();
    await page.getByText(/Das ist kein JSON/).waitFor();
    await text.fill(JSON.stringify({ events: [{ event: 'order_sent', properties: [{ name: 'total', type: 'number', required: true }] }] }));
    await page.getByRole('button', { name: 'Plan speichern' }).click();
    await page.getByText('Keine.').waitFor();
    await call('POST', 'events', { source: 'Webshop', events: [{ customer: 'a', event_type: 'order_sent', time: new Date().toISOString(), attributes: { total: '12,50 EUR' } }] });
    await page.reload();
    await page.getByRole('table', { name: /Verstöße/ }).getByText('99,99 AAA').waitFor();
  });
});

describe('event types', () => {
  it('are worked off by keyboard, with the effect shown before', async () => {
    await page.goto(`${home}/touchpoints?v=types`);
    const table = page.getByRole('table', { name: 'Ereignistypen' });
    await table.getByRole('button', { name: 'order_sent' }).click();
    await page.getByText(/Heißen ähnlich/).waitFor();
    await page.getByRole('table', { name: 'Ereignistypen' }).getByRole('button', { name: 'order_sent' }).focus();
    await page.keyboard.press('a');
    await table.getByText('wie „order_sent“?').waitFor();
    await table.getByRole('button', { name: 'OrderSent' }).click();
    await page.getByRole('status', { name: 'Wirkung' }).getByText('1 Ereignis').waitFor();
    await settled(page);
    await page.getByRole('complementary').getByRole('button', { name: 'Zuordnen', exact: true }).click();
    await table.getByRole('button', { name: 'OrderSent' }).waitFor({ state: 'detached' });
    await table.getByRole('button', { name: 'Hotline' }).focus();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('complementary', { name: 'Hotline' }).waitFor();
    await page.keyboard.press('x');
    await page.getByText('Jeder Ereignistyp ist zugeordnet').waitFor();
  });
});
