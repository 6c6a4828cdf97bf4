import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { openPage, signInQuickly, startBrowser, startServer, writeFile } from './harness.mjs';

let server, browser;
before(async () => {
  server = await startServer();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});
const home = '/w/mein-unternehmen';

const object = (id, type) => ({ id, type });
const event = (n, type, ...objects) => ({ id: `e${n}`, type, time: `2025-01-0${n}T08:00:00Z`, relationships: objects.map((objectId) => ({ objectId, qualifier: '' })) });
const log = {
  objectTypes: [{ name: 'order', attributes: [] }, { name: 'buyer', attributes: [] }],
  eventTypes: [{ name: 'placed', attributes: [] }],
  objects: [object('o1', 'order'), object('o2', 'order'), object('anna', 'buyer')],
  events: [event(1, 'placed', 'o1', 'anna'), event(2, 'placed', 'o2', 'anna'), event(3, 'paid', 'o1', 'o2', 'anna')],
};

describe('other formats', () => {
  it('an object-centric log comes in by the chosen type and goes out as a file', async () => {
    const page = await openPage(browser, server);
    await signInQuickly(page, server);
    await page.goto(`${home}/daten/import`);
    await page.locator('input[type=file]').setInputFiles(writeFile(server.data, 'orders.jsonocel', JSON.stringify(log)));
    await page.getByRole('heading', { name: 'So wird die Datei gelesen' }).waitFor();
    const customer = page.getByRole('textbox', { name: 'Objekttyp, der der Kunde ist' }).or(page.getByRole('combobox', { name: 'Objekttyp, der der Kunde ist' })).first();
    assert.match(await customer.inputValue(), /^buyer/);
    await customer.click();
    await page.getByRole('option', { name: /^order/ }).click();
    // The types' roles follow the choice.
    const role = page.getByRole('combobox', { name: 'Bedeutung der Spalte ocel:type:order' });
    await page.waitForFunction((element) => element?.value === 'customer', await role.elementHandle()).catch(async () => assert.equal(await role.inputValue(), 'customer'));
    await page.getByRole('button', { name: 'Import starten' }).click();
    await page.getByText('4 neue Ereignisse').first().waitFor(); // e3 belongs to two orders

    await page.goto(`${home}/daten/export`);
    await page.getByText('Keine Exporte').waitFor();
    await page.getByRole('button', { name: 'Neuer Export' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: 'CSV' }).check();
    await dialog.getByRole('switch', { name: 'Kunden mit ihren Kennungen statt Pseudonymen' }).check();
    await dialog.getByRole('button', { name: 'Export starten' }).click();
    const link = page.getByRole('link', { name: /herunterladen/ });
    await link.waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    assert.match(download.suggestedFilename(), /^mein-unternehmen-\d{4}-\d\d-\d\d\.csv$/);
    const lines = readFileSync(await download.path(), 'utf8').trim().split('\r\n');
    assert.equal(lines.length, 5);
    assert.match(lines[0], /^time,customer,instance_key,event_type,source,/);
    assert.deepEqual(lines.slice(1).map((l) => l.split(',')[1]).sort(), ['o1', 'o1', 'o2', 'o2']);
    await page.getByRole('button', { name: /\.csv löschen$/ }).click();
    await page.getByText('Keine Exporte').waitFor();
    await page.context().close();
  });
});
