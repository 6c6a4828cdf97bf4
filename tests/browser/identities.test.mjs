// Who is one customer: a late identify, why, splitting, a join that waits, the rules; in both languages, dark, narrow.
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
  const identify = (userId, anonymousId, traits) => ({ type: 'identify', userId, anonymousId, traits });
  const sent = await fetch(`${server.url}/v1/batch`, {
    method: 'POST',
    body: JSON.stringify({
      writeKey: key,
      batch: [
        { type: 'page', anonymousId: 'besuch-1' },
        identify('anna-4711', 'besuch-1', { email: 'anna@example.org' }),
        identify('anna-4711', 'kiosk-7'),
        identify('ben-0815', 'kiosk-7'),
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

describe('identities', () => {
  it('a customer is found by any identifier and explains itself', async () => {
    await page.goto(`${home}/daten/identitaeten`);
    await page.getByText('1 Zusammenführung wartet auf eine Entscheidung', { exact: false }).waitFor();
    await page.getByRole('textbox', { name: 'Kennung oder Pseudonym' }).fill('Anna@Example.org');
    await page.getByRole('button', { name: 'Suchen', exact: true }).click();
    const own = page.getByRole('table', { name: 'Seine Kennungen' });
    await own.getByText('anna-4711').waitFor();
    assert.ok(!page.url().includes('anna'), 'no identifier in the address');
    await page.getByRole('button', { name: 'Warum gehört anna@example.org zu diesem Kunden?' }).click();
    await page.getByText('besuch-1 und anna-4711: identify-Aufruf, Webshop', { exact: false }).waitFor();
  });

  it('is split, and joined again by withdrawing', async () => {
    await page.getByRole('button', { name: /^(besuch-1 und anna-4711|anna-4711 und besuch-1) trennen$/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Begründung' }).fill('Familientablet');
    await dialog.getByRole('button', { name: 'Getrennt lassen' }).click();
    await page.getByText('Getrennt. Alle Analysen zählen sie jetzt einzeln.').waitFor();
    const decisions = page.getByRole('table', { name: 'Entscheidungen' });
    await decisions.getByText('Familientablet').waitFor();
    await decisions.getByRole('button', { name: /zurücknehmen$/ }).click();
    await page.getByText('Noch keine Entscheidungen').waitFor();
  });

  it('a join that a limit holds back is decided', async () => {
    const held = page.getByRole('table', { name: 'Wartende Zusammenführungen' });
    await held.getByText('mit zu vielen gesehen: Nutzerkennung').waitFor();
    await held.getByRole('button', { name: /kiosk-7 .* getrennt lassen$/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Getrennt lassen' }).click();
    await page.getByText('Nichts wartet').waitFor();
  });

  it('rules are changed', async () => {
    await page.getByRole('checkbox', { name: 'E-Mail-Adresse darf Kunden zusammenführen' }).uncheck();
    await page.getByRole('button', { name: 'Regeln speichern' }).click();
    await page.getByText('Gespeichert. Die Regeln gelten für die ganze Vergangenheit.').waitFor();
    await page.reload();
    assert.equal(await page.getByRole('checkbox', { name: 'E-Mail-Adresse darf Kunden zusammenführen' }).isChecked(), false);
    assert.deepEqual(page.complaints.splice(0), []);
  });

  it('is readable in both languages, light and dark, also narrow', async () => {
    for (const look of [{ language: 'de', theme: 'light', width: 1440 }, { language: 'en', theme: 'dark', width: 768 }]) {
      const other = await openPage(browser, server, look);
      await signInQuickly(other, server);
      await other.goto(`${home}/daten/identitaeten`);
      await other.getByRole('heading', { name: look.language === 'de' ? 'Regeln' : 'Rules' }).waitFor();
      await settled(other);
      assert.deepEqual(await axe(other), []);
      assert.ok(await other.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'no scrolling to the side');
      await screenshot(other, `identities-${look.language}-${look.theme}-${look.width}`, { fullPage: true });
      await other.context().close();
    }
  });
});
