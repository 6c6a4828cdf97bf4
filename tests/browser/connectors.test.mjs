// From an address over the preview to data that keep coming; what goes wrong is said in words; a host in a private network must be allowed first.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { openPage, settled, signInQuickly, startBrowser, startServer } from './harness.mjs';

let server, browser, page, source, there = 12, field = 'kunde';
const home = '/w/mein-unternehmen';
const record = (n) => ({ [field]: `K${n % 4}`, ereignis: n % 2 ? 'Bestellung' : 'Zahlung', zeit: `2026-01-01T10:${String(n).padStart(2, '0')}:00Z`, nummer: n });
before(async () => {
  source = createServer((request, answer) => {
    const asked = new URL(request.url, 'http://x').searchParams;
    if (request.headers['x-key'] !== 'geheim-4711') return answer.writeHead(401).end();
    const from = Number(asked.get('ab') ?? 0);
    answer.setHeader('content-type', 'application/json');
    answer.end(JSON.stringify({ daten: Array.from({ length: Math.max(0, there - from) }, (_, i) => record(from + i)) }));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => source.once('listening', resolve));
  server = await startServer();
  browser = await startBrowser();
  page = await openPage(browser, server);
  await signInQuickly(page, server);
});
after(async () => {
  await page?.context().close();
  await browser?.close();
  await server?.stop();
  source?.close();
});

describe('connections', () => {
  it('reach a private network only where it is allowed', async () => {
    await page.goto(`${home}/daten/quellen`);
    await page.getByRole('link', { name: 'Verbindung einrichten' }).click();
    await page.getByRole('textbox', { name: 'Adresse' }).fill(`http://127.0.0.1:${source.address().port}/ereignisse`);
    await page.getByRole('textbox', { name: 'Stelle der Liste' }).fill('/daten');
    await page.getByRole('button', { name: 'Testen und ansehen' }).click();
    await page.getByText('liegt in einem privaten Netz').first().waitFor();
    await page.goto(`${home}/daten/quellen?rechner=1`);
    await page.getByRole('textbox', { name: 'Rechner in privaten Netzen' }).fill('127.0.0.1');
    await page.getByRole('button', { name: 'Rechner speichern' }).click();
    await page.getByText('Rechner gespeichert.').waitFor();
  });

  it('are tried before they are saved, then bring their data', async () => {
    await page.goto(`${home}/daten/quellen/verbindung/neu`);
    await page.getByRole('textbox', { name: 'Adresse' }).fill(`http://127.0.0.1:${source.address().port}/ereignisse`);
    await page.getByRole('textbox', { name: 'Stelle der Liste' }).fill('/daten');
    await page.getByRole('combobox', { name: 'Anmeldung' }).click();
    await page.getByRole('option', { name: 'Schlüssel in einer Kopfzeile' }).click();
    await page.getByRole('textbox', { name: 'Name der Kopfzeile' }).fill('X-Key');
    await page.getByLabel('Wert der Kopfzeile').fill('falsch');
    await page.getByRole('checkbox', { name: 'Nur Neues holen' }).check();
    await page.getByRole('textbox', { name: 'Parameter, der nach Neuerem fragt' }).fill('ab');
    await page.getByRole('textbox', { name: 'Feld in den Datensätzen' }).fill('nummer');
    await page.getByRole('button', { name: 'Testen und ansehen' }).click();
    await page.getByText('hat die Zugangsdaten abgelehnt').first().waitFor();
    await page.getByLabel('Wert der Kopfzeile').fill('geheim-4711');
    await page.getByRole('button', { name: 'Testen und ansehen' }).click();
    await page.getByText('12 Datensätze wurden gelesen').waitFor();
    assert.equal(await page.getByRole('combobox', { name: 'Bedeutung der Spalte kunde' }).inputValue(), 'customer');
    await page.getByRole('combobox', { name: 'Bedeutung der Spalte ereignis' }).selectOption('event_type');
    await page.getByRole('textbox', { name: 'Name der Verbindung' }).fill('Shop');
    await settled(page);
    await page.getByRole('button', { name: 'Speichern und holen' }).click();
    await page.getByRole('heading', { name: 'Shop', level: 1 }).waitFor();
    await page.getByText('12 neue Ereignisse').waitFor();
    assert.equal((await page.content()).includes('geheim-4711'), false);
  });

  it('fetch what is new, and say when a column was renamed', async () => {
    there = 15;
    await page.getByRole('button', { name: 'Jetzt holen' }).click();
    await page.getByText('3 neue Ereignisse').waitFor();
    field = 'customer_number';
    there = 18;
    await page.getByRole('button', { name: 'Jetzt holen' }).click();
    await page.getByText('liefert eine Spalte nicht mehr').first().waitFor();
    await page.getByText('"kunde"').first().waitFor();
    field = 'kunde';
    await page.getByRole('button', { name: 'Jetzt holen' }).click();
    await page.getByText('3 neue Ereignisse').waitFor();
    await page.getByRole('button', { name: 'Anhalten' }).click();
    await page.getByText('Bis Sie fortsetzen, wird nichts geholt').waitFor();
  });

  it('stand in the list, and a source names its owner', async () => {
    await page.goto(`${home}/daten/quellen`);
    const list = page.getByRole('table', { name: 'Verbindungen' });
    await list.getByText('angehalten').waitFor();
    await page.getByRole('table', { name: 'Quellen' }).getByText('Shop').first().click();
    await page.getByRole('button', { name: 'Bearbeiten' }).click();
    await page.getByRole('textbox', { name: 'Verantwortlich' }).fill('Vertriebssteuerung');
    await page.getByRole('textbox', { name: 'Zweck' }).fill('Analyse des Bestellprozesses');
    await page.getByRole('button', { name: 'Speichern', exact: true }).click();
    await page.getByText('Gespeichert.', { exact: true }).waitFor();
    await page.getByText('Analyse des Bestellprozesses', { exact: true }).waitFor();
    await page.getByRole('table', { name: 'Quellen' }).getByText('Vertriebssteuerung').waitFor({ state: 'attached' });
    assert.deepEqual(page.complaints, []);
  });
});
