import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { callLog, openPage, signInQuickly, startBrowser, startServer, writeFile, xlsxOf } from './harness.mjs';

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

async function importPage() {
  const page = await openPage(browser, server);
  await signInQuickly(page, server);
  await page.goto(`${home}/daten/import`);
  await page.getByRole('heading', { level: 1, name: 'Import' }).waitFor();
  return page;
}
const choose = (page, path) => page.locator('input[type=file]').setInputFiles(path);
const figure = async (page, label) => (await page.locator('dl > div').filter({ hasText: label }).locator('dd').first().innerText()).split('\n')[0].trim();

describe('import', () => {
  const log = callLog({ customers: 40, bad: 3 });

  it('reads a German CSV as Excel writes it, and asks nothing that it can see itself', async () => {
    const page = await importPage();
    await choose(page, writeFile(server.data, 'servicecenter-2026-01.csv', Buffer.from(log.text, 'latin1')));
    await page.getByRole('heading', { level: 1, name: 'servicecenter-2026-01.csv importieren' }).waitFor();
    await page.getByRole('heading', { name: 'So wird die Datei gelesen' }).waitFor();
    const value = (name) => page.getByRole('textbox', { name }).or(page.getByRole('combobox', { name })).first().inputValue();
    assert.equal(await value('Zeichenkodierung'), 'Windows-1252');
    assert.equal(await value('Trennzeichen'), 'Semikolon');
    assert.match(await value('Datumsangaben'), /^Deutsch/);
    const role = (column) => page.getByRole('combobox', { name: `Bedeutung der Spalte ${column}` });
    assert.equal(await role('Kundennummer').inputValue(), 'customer');
    assert.equal(await role('Vorgang').inputValue(), 'instance_key');
    assert.equal(await role('Aktivität').inputValue(), 'event_type');
    assert.equal(await role('Zeitpunkt').inputValue(), 'time');
    assert.equal(await role('Kanal').inputValue(), 'channel');
    // Names of staff are left out by default, and the page says why.
    assert.equal(await role('Bearbeiter').inputValue(), 'ignore');
    await page.getByText(/Namen Ihrer Beschäftigten/).waitFor();
    await page.getByRole('cell', { name: 'Auftragsbestätigung' }).first().waitFor();
    await page.context().close();
  });

  it('says what is missing before it starts', async () => {
    const page = await importPage();
    await choose(page, writeFile(server.data, 'unklar.csv', 'a,b,c\nx1,foo,2026-01-05 10:00\nx2,bar,2026-01-06 10:00\n'));
    await page.getByRole('heading', { name: 'Was in welcher Spalte steht' }).waitFor();
    const role = (column) => page.getByRole('combobox', { name: `Bedeutung der Spalte ${column}` });
    for (const column of ['a', 'b', 'c']) await role(column).selectOption('ignore');
    const start = page.getByRole('button', { name: 'Import starten' });
    assert.ok(await start.isDisabled());
    await page.getByText(/Noch zu beantworten: Wer\?, Was ist passiert\? und Wann\?/).waitFor();
    await role('a').selectOption('customer');
    await role('b').selectOption('event_type');
    await role('c').selectOption('time');
    await page.getByText('Es gibt nur eine Schlüsselspalte.', { exact: false }).waitFor();
    assert.ok(await start.isEnabled());
    await page.getByRole('button', { name: 'Datei verwerfen' }).click();
    await page.getByText('Datei verworfen.').waitFor();
    await page.waitForURL(`**${home}/daten/import`);
    await page.context().close();
  });

  it('imports, says what came in and what not, and offers the rejected rows', async () => {
    const page = await importPage();
    await choose(page, writeFile(server.data, 'servicecenter-2026-01.csv', Buffer.from(log.text, 'latin1')));
    const source = page.getByRole('textbox', { name: 'Quelle' }).or(page.getByRole('combobox', { name: 'Quelle' })).first();
    await source.waitFor();
    assert.equal(await source.inputValue(), 'Servicecenter');
    await page.getByRole('button', { name: 'Import starten' }).click();
    await page.waitForURL(/daten\/import\/imp_/);
    await page.getByRole('link', { name: 'Journey ansehen' }).waitFor();
    assert.equal(await figure(page, 'Neue Ereignisse'), String(log.events));
    assert.equal(await figure(page, 'Abgelehnte Zeilen'), '3');
    assert.equal(await figure(page, 'Gelesene Zeilen'), String(log.rows));
    assert.equal(await figure(page, 'Neue Kunden'), '40');
    await page.getByRole('table', { name: 'Abgelehnte Zeilen' }).getByText('Zeitpunkt nicht lesbar').waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Abgelehnte Zeilen herunterladen (CSV)' }).click();
    const rejected = readFileSync(await (await download).path(), 'utf8');
    assert.equal(rejected.trim().split(/\r?\n/).length, 4);
    assert.match(rejected, /gestern/);
    await page.getByText(new RegExp(`Datenbasis.*${log.events} Ereignisse`)).waitFor();
    await page.getByRole('link', { name: 'Journey ansehen' }).click();
    await page.waitForURL(/analyse\/ist-journey/);
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  });

  it('knows the same file again, compressed, and proposes the saved source', async () => {
    const page = await importPage();
    await choose(page, writeFile(server.data, 'servicecenter-2026-01.csv.gz', gzipSync(Buffer.from(log.text, 'latin1'))));
    await page.getByText(/passen zur gespeicherten Quelle „Servicecenter“/).waitFor();
    await page.getByRole('button', { name: 'Import starten' }).click();
    await page.getByText(`Keine neuen Ereignisse: Alle ${log.events} waren schon bekannt.`).waitFor();
    await page.context().close();
  });

  it('reads an Excel file', async () => {
    const rows = [['Kunde', 'Kontaktgrund', 'Datum', 'Filiale']];
    for (let c = 0; c < 30; c++)
      ['Besuch im Shop', 'Shop-Beratung', 'Vertrag unterschrieben'].slice(0, 1 + (c % 3)).forEach((what, s) =>
        rows.push([`K-${1000 + c}`, what, new Date(Date.UTC(2026, 1, 2 + s, 9 + (c % 8), c)), c % 2 ? 'Bonn' : 'Wien']),
      );
    const page = await importPage();
    await choose(page, writeFile(server.data, 'Shop Kontakte.xlsx', xlsxOf(rows)));
    await page.getByRole('heading', { name: 'Was in welcher Spalte steht' }).waitFor();
    const value = (name) => page.getByRole('textbox', { name }).or(page.getByRole('combobox', { name })).first().inputValue();
    assert.equal(await value('Tabellenblatt'), 'Anrufe');
    const role = (column) => page.getByRole('combobox', { name: `Bedeutung der Spalte ${column}` });
    await role('Kunde').selectOption('customer');
    await role('Kontaktgrund').selectOption('event_type');
    await role('Datum').selectOption('time');
    await page.getByRole('button', { name: 'Import starten' }).click();
    await page.getByRole('link', { name: 'Journey ansehen' }).waitFor();
    assert.equal(await figure(page, 'Neue Ereignisse'), String(rows.length - 1));
    assert.equal(await figure(page, 'Abgelehnte Zeilen'), '0');
    await page.context().close();
  });

  it('refuses what it cannot read, in words, and nothing is lost', async () => {
    const page = await importPage();
    await choose(page, writeFile(server.data, 'bericht.pdf', '%PDF-1.4'));
    await page.getByText(/Lotse kennt die Endung von „bericht.pdf“ nicht/).waitFor();
    await choose(page, writeFile(server.data, 'leer.csv', ''));
    await page.getByRole('alert').first().waitFor();
    await page.goto(`${home}/daten/import`);
    await choose(page, writeFile(server.data, 'abgeschnitten.csv.gz', gzipSync(Buffer.from(log.text.repeat(20))).subarray(0, 900)));
    await page.getByRole('alert').or(page.getByRole('button', { name: 'Import starten' })).first().waitFor();
    await page.getByText(new RegExp(`Datenbasis|hochladen`)).first().waitFor();
    await page.context().close();
  });

  it('stands in the list, and can be undone after a confirmation', async () => {
    const page = await importPage();
    const list = page.getByRole('table', { name: 'Bisherige Importe' });
    await list.getByRole('button', { name: 'Import von Shop Kontakte.xlsx' }).click();
    await page.getByRole('button', { name: 'Mehr', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Import rückgängig machen' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Import rückgängig machen' }).click();
    await page.getByText('Dieser Import wurde rückgängig gemacht. Seine Ereignisse sind entfernt.').waitFor();
    await page.getByText(new RegExp(`Datenbasis.*${log.events} Ereignisse`)).waitFor();

    await page.getByRole('link', { name: 'Quellen' }).click();
    await page.getByRole('button', { name: 'Shop Kontakte' }).click();
    await page.getByRole('button', { name: 'Quelle Shop Kontakte löschen' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Quelle löschen' }).click();
    await page.getByText('Quelle „Shop Kontakte“ gelöscht.').waitFor();
    await page.context().close();
  });

  it('can be replaced by a corrected file', async () => {
    const page = await importPage();
    await page.getByRole('button', { name: 'Import von servicecenter-2026-01.csv', exact: true }).click();
    await page.getByRole('button', { name: 'Mehr', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Durch andere Datei ersetzen' }).click();
    await page.getByText('Die neue Datei ersetzt den Import von servicecenter-2026-01.csv.', { exact: false }).waitFor();
    const smaller = callLog({ customers: 25 });
    await choose(page, writeFile(server.data, 'berichtigt.csv', smaller.text));
    await page.getByRole('button', { name: 'Import starten' }).click();
    await page.getByRole('link', { name: 'Journey ansehen' }).waitFor();
    await page.getByText(new RegExp(`Datenbasis.*${smaller.events} Ereignisse`)).waitFor();
    await page.context().close();
  });

  it('shows itself in other open pages without reload', async () => {
    const watcher = await openPage(browser, server);
    await signInQuickly(watcher, server);
    await watcher.goto(home);
    const before = watcher.getByText(/Datenbasis.*Ereignisse/);
    await before.waitFor();
    const more = callLog({ customers: 60 });
    const page = await importPage();
    await choose(page, writeFile(server.data, 'nachtrag.csv', more.text));
    await page.getByRole('button', { name: 'Import starten' }).click();
    await page.getByRole('link', { name: 'Journey ansehen' }).waitFor();
    const events = await (async () => {
      const me = await (await page.request.get('/api/v1/session')).json();
      return (await (await page.request.get(`/api/v1/workspaces/${me.workspaces[0].id}/coverage`)).json()).events;
    })();
    await watcher.getByText(new RegExp(`Datenbasis.*${events} Ereignisse`)).waitFor();
    await page.context().close();
    await watcher.context().close();
  });
});
