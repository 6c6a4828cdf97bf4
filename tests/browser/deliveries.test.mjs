import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openPage, signInQuickly, startBrowser, startServer } from './harness.mjs';

let server, browser, folder;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lotse-delivered-'));
  server = await startServer(['--folders', folder]);
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});
const home = '/w/mein-unternehmen';

describe('deliveries', () => {
  it('a delivery is set up, writes a file, is run again, paused and deleted', async () => {
    const page = await openPage(browser, server);
    await signInQuickly(page, server);
    await page.goto(`${home}/daten/export`);
    await page.locator('label').filter({ hasText: 'Auslieferungen' }).click();
    await page.getByText('Keine Auslieferungen').waitFor();
    await page.getByRole('link', { name: 'Neue Auslieferung' }).click();
    await page.getByRole('radio', { name: 'Touchpoints' }).check();
    await page.getByRole('textbox', { name: 'Ordner' }).fill(folder);
    await page.getByRole('textbox', { name: 'Name' }).fill('Lager');
    await page.getByRole('combobox', { name: 'Format' }).or(page.getByRole('textbox', { name: 'Format' })).first().click();
    await page.getByRole('option', { name: 'CSV' }).click();
    await page.getByRole('button', { name: 'Speichern' }).click();
    await page.getByText('Auslieferung eingerichtet.').waitFor();
    await page.getByText('lager-000001.csv').waitFor();
    assert.deepEqual(readdirSync(folder), ['lager-000001.csv']);
    assert.match(readFileSync(join(folder, 'lager-000001.csv'), 'utf8'), /^touchpoint_id,touchpoint,/);
    await page.getByRole('button', { name: 'Jetzt ausliefern' }).click();
    await page.getByText('lager-000002.csv').waitFor();
    await page.getByRole('button', { name: 'Anhalten' }).click();
    await page.getByText('Diese Auslieferung ist angehalten.').waitFor();
    await page.getByRole('button', { name: 'Löschen' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Löschen' }).click();
    await page.getByText('Keine Auslieferungen').waitFor();
    assert.equal(readdirSync(folder).length, 2, 'what was delivered stays');
    await page.context().close();
  });
});
