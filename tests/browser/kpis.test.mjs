import assert from 'node:assert/strict';
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

describe('KPIs that other systems deliver', () => {
  it('are defined with their data set, uploaded after a look, corrected and shown', async () => {
    const page = await openPage(browser, server);
    await signInQuickly(page, server);
    await page.goto(`${home}/daten/kennzahlen`);
    await page.getByText('Noch keine Kennzahl').waitFor();
    await page.getByRole('button', { name: 'Neue Kennzahl' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name auf Deutsch' }).fill('Kündigungsquote');
    assert.equal(await dialog.getByRole('textbox', { name: 'Schlüssel' }).inputValue(), 'kuendigungsquote');
    await dialog.getByRole('combobox', { name: 'Datensatz' }).or(dialog.getByRole('textbox', { name: 'Datensatz', exact: true })).first().click();
    await page.getByRole('option', { name: 'Neuer Datensatz' }).click();
    await dialog.getByRole('textbox', { name: 'Name des Datensatzes' }).fill('BI-Bericht');
    await dialog.getByRole('textbox', { name: 'Verantwortlich' }).fill('Leitung Controlling');
    await dialog.getByRole('combobox', { name: 'Richtung' }).or(dialog.getByRole('textbox', { name: 'Richtung' })).first().click();
    await page.getByRole('option', { name: 'Niedriger ist besser' }).click();
    await dialog.getByRole('textbox', { name: 'Zielwert (freiwillig)' }).fill('4,5');
    await dialog.getByRole('button', { name: 'Speichern' }).click();
    await page.getByRole('heading', { name: 'Kündigungsquote', level: 1 }).waitFor();
    await page.getByText('Leitung Controlling').waitFor();
    await page.getByText('/v1/kpis').waitFor();

    await page.getByRole('button', { name: 'Werte hochladen' }).click();
    const upload = page.getByRole('dialog');
    await upload.locator('input[type=file]').setInputFiles(writeFile(server.data, 'quote.csv', 'Monat;Markt;Wert;Basis\n02/2026;DE;4,0;300\n02/2026;AT;6,0;100\n03/2026;DE;kaputt;300\n'));
    await upload.getByText('2 neu, 0 ersetzt, 0 unverändert, 1 nicht lesbar.').waitFor();
    await upload.getByText('Der Wert ist keine Zahl.', { exact: false }).waitFor();
    await upload.getByRole('button', { name: '2 Werte übernehmen' }).click();
    await page.getByText('2 Werte übernommen.').waitFor();
    await page.getByText(/Feb\.? 2026: 4,5\s%/).waitFor(); // (4 × 300 + 6 × 100) / 400

    await page.getByRole('textbox', { name: 'Zeitraum' }).fill('2026-02');
    await page.getByRole('textbox', { name: 'Markt' }).fill('AT');
    await page.getByRole('textbox', { name: 'Wert', exact: true }).fill('8,0');
    await page.getByRole('textbox', { name: 'n (gezählt über)' }).fill('100');
    await page.getByRole('button', { name: 'Übernehmen', exact: true }).click();
    const corrections = page.getByRole('table', { name: 'Korrekturen' });
    await corrections.getByRole('cell', { name: /6\s%/ }).waitFor();
    await corrections.getByRole('cell', { name: /8\s%/ }).waitFor();

    await page.getByRole('link', { name: 'Alle Kennzahlen' }).click();
    const row = page.getByRole('row', { name: /Kündigungsquote/ });
    await row.getByText('verfehlt').waitFor();
    await row.getByText(/^5\s%$/).waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Alle Werte als CSV' }).click()]);
    assert.equal(download.suggestedFilename(), 'kpis.csv');
    await page.context().close();
  });
});
