// Analyse → Trichter: a proposal to begin with, drop-outs and their rows, building by keyboard, a link that restores all of it; both languages.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { axe, openPage, screenshot, settled, signInQuickly, startBrowser, startServer } from './harness.mjs';

let server, browser, page, me, api;
const home = '/w/mein-unternehmen/analyse/trichter';
const ids = {};
before(async () => {
  server = await startServer();
  browser = await startBrowser();
  page = await openPage(browser, server);
  me = await signInQuickly(page, server);
  api = async (path, data) => (await page.request.post(`/api/v1/workspaces/${me.workspaces[0].id}/${path}`, { data, headers: { 'X-CSRF-Token': me.csrf_token } })).json();
  const events = [];
  const add = (customer, type, day, hour, channel) => events.push({ customer: `k${customer}`, event_type: type, time: `2025-0${day}T${String(hour).padStart(2, '0')}:00:00Z`, id: `${customer}-${type}`, channel });
  for (let c = 0; c < 80; c++) {
    const late = c >= 40; // who begins in February comes through less often
    const day = `${late ? 2 : 1}-${String(5 + (c % 20)).padStart(2, '0')}`;
    const channel = c % 2 ? 'Web' : 'App';
    add(c, 'Besuch', day, 8, channel);
    if (c % 4 === 0) add(c, 'Anruf', day, 9, 'Telefon');
    if (c % 4 !== 0) add(c, 'Warenkorb', day, 10, channel);
    if (c % 4 !== 0 && (late ? c % 8 === 1 : c % 8 !== 7)) add(c, 'Bestellung', day, 12, channel);
  }
  await api('events', { source: 'Laden', events });
  for (let i = 0; i < 100 && Object.keys(ids).length < 4; i++) {
    const list = await (await page.request.get(`/api/v1/workspaces/${me.workspaces[0].id}/touchpoints`)).json();
    for (const one of list.items ?? []) ids[one.name] = one.id;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
});
after(async () => {
  await page?.context().close();
  await browser?.close();
  await server?.stop();
});
const says = (text) => page.getByText(text, { exact: false }).first().waitFor();
const panel = () => page.getByRole('complementary');

describe('funnel', () => {
  it('shows a proposal at once and says how it came about', async () => {
    await page.goto(home);
    await says('Von 80, die mit „Besuch“ beginnen, kommen 38 % bis „Bestellung“.');
    await says('Vorschlag: der häufigste Weg zu „Bestellung“');
    const steps = page.getByRole('list', { name: 'Schritte des Trichters' });
    assert.equal(await steps.getByRole('button', { name: 'Schritt 2: 60' }).count(), 1);
    await steps.getByRole('button', { name: 'Gingen weiter zu: Anruf: 20' }).waitFor();
    assert.deepEqual(page.complaints.splice(0), []);
  });

  it('every number opens its rows, with the customer behind each', async () => {
    await page.getByRole('button', { name: 'Gingen weiter zu: Anruf: 20' }).click();
    await panel().getByText('20 Instanzen von 20 Kunden').waitFor();
    assert.equal(await panel().getByRole('list', { name: /nicht zu/ }).getByRole('link').count(), 20);
    assert.match(page.url(), /p=1dt/);
    await page.reload();
    await panel().getByText('20 Instanzen von 20 Kunden').waitFor();
    await panel().getByRole('link').first().click();
    await page.waitForURL(/daten\/kunden\/cu_/);
    await page.goBack();
    await panel().getByText('20 Instanzen').waitFor();
    await page.keyboard.press('Escape');
    await panel().waitFor({ state: 'detached' });
  });

  it('is built, reordered by keyboard, and restored by its link', async () => {
    await page.getByRole('button', { name: 'Trichter ändern' }).click();
    const form = page.getByRole('form', { name: 'Trichter bauen' });
    await form.getByRole('button', { name: 'Schritt 1 nach unten' }).focus();
    await page.keyboard.press('Enter');
    await form.getByRole('button', { name: 'Trichter zeigen' }).click();
    await says('Von 60, die mit „Warenkorb“ beginnen, kommen 0 % bis „Bestellung“.');
    const address = page.url();
    assert.match(address, /st=.*Warenkorb/);
    await page.goto(`${home}?f=2.p20250101_20250201`);
    await says('Von 40,');
    await page.goto(address);
    await says('Von 60, die mit „Warenkorb“ beginnen');
    await page.getByRole('button', { name: 'Zurück zum Vorschlag' }).click();
    await says('Von 80, die mit „Besuch“ beginnen');
  });

  it('compares two periods in words and breaks down by an attribute', async () => {
    await page.goto(`${home}?f=2.p20250201_20250301&vs=2.p20250101_20250201`);
    await says('Signifikant weniger kommen durch');
    const table = page.getByRole('table', { name: 'Vergleich' });
    await table.getByText('signifikant weniger').first().waitFor();
    await table.getByText('kann Zufall sein').first().waitFor();
    await page.getByRole('combobox', { name: 'Merkmal wählen' }).click();
    await page.getByRole('option', { name: 'Kanal' }).click();
    await page.getByRole('table', { name: 'Nach Merkmal' }).getByRole('row', { name: /^App/ }).waitFor();
    assert.match(page.url(), /by=channel/);
    assert.deepEqual(page.complaints.splice(0), []);
  });

  it('explains what is odd: a step twice, a touchpoint that is gone, filters that exclude each other', async () => {
    const bare = (name) => ids[name].replace('tp_', '');
    await page.goto(`${home}?st=${bare('Besuch')}~Besuch*${bare('Besuch')}~Besuch&w=86400`);
    await says('Besuch steht in mehreren Schritten');
    await page.goto(`${home}?st=${bare('Besuch')}~Besuch*01gone~Messestand*${bare('Bestellung')}~Bestellung&w=86400`);
    await says('Den Touchpoint „Messestand“ in Schritt 2 gibt es nicht mehr');
    await page.getByRole('button', { name: 'Ohne ihn zeigen' }).click();
    await says('Von 80, die mit „Besuch“ beginnen, kommen 38 % bis „Bestellung“');
    await page.goto(`${home}?f=2.qs${bare('Besuch')}*qs${bare('Anruf')}&st=${bare('Besuch')}~Besuch*${bare('Bestellung')}~Bestellung&w=86400`);
    await says('Keine Journey passt zu diesen Filtern');
    assert.deepEqual(page.complaints.splice(0), []);
  });

  it('is readable in both languages, light and dark, also narrow', async () => {
    for (const look of [{ language: 'de', theme: 'light', width: 1440 }, { language: 'en', theme: 'dark', width: 768 }]) {
      const other = await openPage(browser, server, look);
      await signInQuickly(other, server);
      await other.goto(`${home}?f=2.p20250201_20250301&vs=2.p20250101_20250201&by=channel`);
      await other.getByText(look.language === 'de' ? 'Signifikant weniger' : 'Significantly fewer', { exact: false }).first().waitFor();
      await settled(other);
      await screenshot(other, `funnel-${look.language}`, { fullPage: true });
      await other.getByRole('button', { name: look.language === 'de' ? 'Trichter ändern' : 'Change funnel' }).click();
      await other.getByRole('form').waitFor();
      await screenshot(other, `funnel-build-${look.language}`);
      assert.deepEqual(await axe(other), []);
      assert.deepEqual(other.complaints, []);
      await other.context().close();
    }
  });
});
