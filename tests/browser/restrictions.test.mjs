// A person is restricted to a market; they see its numbers alone, and that it is so. An agreement about staff is recorded.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { axe, openPage, settled, signInQuickly, startBrowser, startServer } from './harness.mjs';

let server, browser, page;
const home = '/w/mein-unternehmen';
const lea = { email: 'lea@beispiel.de', password: 'richtig pferd batterie', oneTime: '' };

const request = async (on, method, path, data) => {
  const me = await (await on.request.get('/api/v1/session')).json();
  const address = path.startsWith('/') ? `${server.url}/api/v1${path}` : `${server.url}/api/v1/workspaces/${me.workspaces[0].id}/${path}`;
  const answer = await on.request.fetch(address, { method, data, headers: { 'X-CSRF-Token': me.csrf_token, 'Content-Type': 'application/json' } });
  assert.ok(answer.ok(), `${path}: ${await answer.text()}`);
  return answer.status() === 204 ? undefined : answer.json();
};

before(async () => {
  server = await startServer();
  browser = await startBrowser();
  page = await openPage(browser, server);
  await signInQuickly(page, server);
  const events = [];
  for (let c = 0; c < 9; ++c)
    for (const [i, type] of ['Besuch', 'Kauf'].entries())
      events.push({ customer: `k${c}`, event_type: type, time: `2025-01-0${i + 1}T08:00:00Z`, id: `${c}-${i}`, unit: 'Nord', attributes: { Markt: c < 6 ? 'DE' : 'AT', Bearbeiter: 'Mitarbeiter abcdefgh23' } });
  await request(page, 'POST', 'events', { source: 'Shop', events });
  lea.oneTime = (await request(page, 'POST', 'members', { email: lea.email, name: 'Lea', role: 'analyst' })).one_time_password;
});
after(async () => {
  await page?.context().close();
  await browser?.close();
  await server?.stop();
});

describe('restrictions', () => {
  it('are set on the page of people', async () => {
    await page.goto(`${home}/verwaltung/personen`);
    await page.getByRole('button', { name: 'Festlegen, was Lea sieht' }).click();
    const dialog = page.getByRole('dialog', { name: 'Was Lea sieht' });
    await dialog.getByRole('combobox', { name: 'Nur diese Märkte' }).or(dialog.getByRole('textbox', { name: 'Nur diese Märkte' })).first().click();
    await page.getByRole('option', { name: 'DE' }).click();
    await page.keyboard.press('Escape');
    await settled(page);
    assert.deepEqual(await axe(page, '[role=dialog]'), []);
    await dialog.getByRole('button', { name: 'Speichern' }).click();
    await page.getByRole('button', { name: 'Festlegen, was Lea sieht' }).getByText('Markt DE').waitFor();
  });

  it('are said on every page, and hold in every number', async () => {
    const own = await openPage(browser, server);
    await own.goto('/anmelden');
    const signed = await own.request.post(`${server.url}/api/v1/session`, { data: { email: lea.email, password: lea.oneTime } });
    assert.ok(signed.ok());
    await request(own, 'POST', '/me/password', { current: lea.oneTime, next: lea.password });
    await own.goto(`${home}/daten/kunden`);
    await own.getByText('Sie sehen nur Markt DE').waitFor();
    assert.equal((await request(own, 'POST', 'analysis/audience', {})).customers_total, 6);
    assert.equal((await request(page, 'POST', 'analysis/audience', {})).customers_total, 9);
    assert.equal(await own.getByRole('link', { name: 'Export' }).count(), 0);
    await own.goto(`${home}/daten/export`);
    await own.getByText('auf einen Teil der Daten beschränkt').waitFor();
    await own.goto(`${home}/daten/identitaeten`);
    await own.getByText('auf einen Teil der Daten beschränkt').waitFor();
    assert.equal(await own.getByRole('main').getByRole('textbox').count(), 0);
    assert.deepEqual(await axe(own, 'main'), []);
    await own.context().close();
  });

  it('staff is hidden until an agreement is recorded', async () => {
    const names = async () => (await request(page, 'GET', 'dimensions')).dimensions.map((d) => d.name);
    assert.ok(!(await names()).includes('Bearbeiter'));
    await page.goto(`${home}/daten/datenschutz`);
    await page.getByRole('switch', { name: /Eine Vereinbarung liegt vor/ }).check({ force: true });
    await page.getByLabel('Mit wem').fill('Betriebsrat Nord');
    await page.getByLabel('Datum der Vereinbarung').fill('2026-03-01');
    await page.getByLabel('Umfang').fill('Schulungsbedarf je Team');
    await page.getByLabel('Dokument').fill('BV 2026-4');
    const section = page.locator('section', { hasText: 'Attribute, die Beschäftigte nennen' });
    await section.getByRole('button', { name: 'Speichern' }).click();
    await page.getByText(/^Eingetragen von/).waitFor();
    assert.ok((await names()).includes('Bearbeiter'));
    await page.goto(`${home}/daten/datenschutz/verzeichnis`);
    await page.getByText('BV 2026-4').waitFor();
    await page.getByText('Lea sieht nur Markt DE').waitFor();
  });
});
