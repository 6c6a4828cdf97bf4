// The touchpoint list and the mapping rules on a real server.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { axe, looks, openPage, screenshot, settled, signInQuickly, startBrowser, startServer } from './harness.mjs';
import { apiOf, countsOf, csvOf, importCsv, orderLog } from './explore_log.mjs';

let server, browser, home, workspace, api;
const log = orderLog(40);
const counts = countsOf(log);
const german = new Intl.NumberFormat('de-DE');

before(async () => {
  server = await startServer();
  browser = await startBrowser();
  const page = await openPage(browser, server);
  api = await apiOf(page, server);
  workspace = api.me.workspaces[0];
  home = `/w/${workspace.slug}/touchpoints`;
  await page.goto(home);
  await page.getByText('Noch keine Touchpoints').waitFor();
  assert.deepEqual(await axe(page), []);
  await importCsv(page, api, workspace.id, csvOf(log));
  await page.context().close();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function open(path = '', options = {}) {
  const page = await openPage(browser, server, options);
  await signInQuickly(page, server);
  await page.goto(`${home}${path}`);
  await page.getByRole('heading', { level: 1, name: 'Touchpoints' }).waitFor();
  await settled(page);
  return page;
}
const names = (page) => page.getByRole('table', { name: 'Touchpoints' }).locator('tbody tr').evaluateAll((rows) => rows.map((row) => row.querySelector('button').getAttribute('aria-label')).sort());
async function close(page) {
  assert.deepEqual(page.complaints, []);
  await page.context().close();
}

describe('touchpoint list', () => {
  it('holds every event type with its numbers, finds and sorts', async () => {
    const page = await open();
    assert.deepEqual(await names(page), [...counts.nodes.keys()].sort());
    const row = page.getByRole('row').filter({ hasText: 'Bestellstrecke' });
    assert.ok((await row.innerText()).includes(german.format(counts.nodes.get('Bestellstrecke'))));
    await page.getByRole('textbox', { name: 'Nach Name, Ereignistyp oder Verantwortlichen suchen' }).fill('hotline');
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1);
    assert.deepEqual(await names(page), ['Hotline: Terminrückfrage']);
    await page.reload();
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1);
    await close(page);
  });

  it('adopts several at once, and it can be taken back', async () => {
    const page = await open();
    await page.getByRole('checkbox', { name: 'Suchanzeige auswählen' }).check();
    await page.getByRole('checkbox', { name: 'Bestellstrecke auswählen' }).check();
    await page.getByRole('button', { name: '2 übernehmen' }).click();
    await page.getByText('2 Touchpoints übernommen.').waitFor();
    await page.getByText('2 Touchpoints gehören Ihnen').waitFor();
    await page.getByText('Eigene 2').click();
    await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 2);
    assert.deepEqual(await names(page), ['Bestellstrecke', 'Suchanzeige']);
    await page.getByRole('button', { name: 'Rückgängig' }).click();
    await page.getByText('0 Touchpoints gehören Ihnen').waitFor();
    await close(page);
  });

  it('keeps name, owner and channel; those without an owner are found', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Technikertermin', exact: true }).click();
    const panel = page.getByRole('complementary', { name: 'Technikertermin' });
    await panel.getByRole('textbox', { name: 'Name' }).fill('Termin des Technikers');
    await panel.getByLabel('Verantwortlich').first().fill('Anna Adler');
    await page.keyboard.press('Escape');
    await panel.getByRole('textbox', { name: 'Name' }).focus();
    await panel.getByRole('button', { name: 'Als Touchpoint übernehmen' }).click();
    await page.getByText('„Termin des Technikers“ übernommen.').waitFor();
    await page.reload();
    await page.getByRole('complementary', { name: 'Termin des Technikers' }).waitFor();
    assert.ok((await page.getByRole('row').filter({ hasText: 'Termin des Technikers' }).innerText()).includes('Anna Adler'));
    await page.getByText('Ohne Verantwortliche 0').click();
    await page.getByText('Kein Touchpoint passt').waitFor();
    await close(page);
  });

  it('refuses a name that is taken, beside the field, and nothing is lost', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Aktivierung', exact: true }).click();
    const panel = page.getByRole('complementary', { name: 'Aktivierung' });
    await panel.getByRole('textbox', { name: 'Name' }).fill('Termin des Technikers');
    await panel.getByRole('button', { name: 'Als Touchpoint übernehmen' }).click();
    await panel.locator('[aria-invalid=true]').waitFor();
    assert.equal(await panel.getByRole('textbox', { name: 'Name' }).inputValue(), 'Termin des Technikers');
    await close(page);
  });

  it('is deleted with an undo', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Termin des Technikers', exact: true }).click();
    await page.getByRole('complementary').getByRole('button', { name: 'Touchpoint löschen' }).click();
    await page.getByText('„Termin des Technikers“ gelöscht.').waitFor();
    await page.getByRole('row').filter({ hasText: 'Technikertermin' }).waitFor();
    await page.getByRole('button', { name: 'Rückgängig' }).click();
    await page.getByRole('button', { name: 'Termin des Technikers', exact: true }).waitFor();
    assert.ok((await page.getByRole('row').filter({ hasText: 'Termin des Technikers' }).innerText()).includes('Anna Adler'));
    await close(page);
  });
});

describe('mapping rules', () => {
  it('are added, decide at once, change places and go with an undo', async () => {
    const page = await open('?v=rules');
    await page.getByText('Noch keine Regeln.').waitFor();
    const add = async (type, target) => {
      await page.getByRole('button', { name: 'Regel hinzufügen' }).first().click();
      await page.getByLabel('Ereignistypen (einer davon)').first().fill(type);
      await page.keyboard.press('Enter');
      await page.keyboard.press('Escape');
      await page.getByRole('combobox', { name: 'Touchpoint', exact: true }).click();
      await page.getByRole('option', { name: target }).click();
      await page.getByRole('button', { name: 'Regel hinzufügen' }).last().click();
      await page.getByText('Regel hinzugefügt.').last().waitFor();
    };
    await add('Aktivierung', 'Bestellstrecke');
    const both = counts.nodes.get('Aktivierung') + counts.nodes.get('Bestellstrecke');
    await page.getByText('Liste', { exact: true }).click();
    await page.waitForFunction((text) => [...document.querySelectorAll('tbody tr')].some((row) => row.innerText.includes('Bestellstrecke') && row.innerText.includes(text)), german.format(both));
    await page.getByText(/^Zuordnungsregeln/).click();
    await add('Suchanzeige', 'Bestellstrecke');
    const rules = page.getByRole('main').getByRole('listitem').filter({ hasText: 'Ereignistyp' });
    assert.match(await rules.first().innerText(), /Aktivierung/);
    await page.getByRole('button', { name: 'Regel 2 nach oben' }).click();
    await page.getByText('Reihenfolge geändert.').waitFor();
    await page.waitForFunction(() => document.querySelector('main ol li')?.innerText.includes('Suchanzeige'));
    await page.getByRole('button', { name: 'Regel 1 löschen' }).click();
    await page.getByText('Regel gelöscht.').waitFor();
    await page.waitForFunction(() => document.querySelectorAll('main ol li').length === 1);
    await page.getByRole('button', { name: 'Rückgängig' }).last().click();
    await page.waitForFunction(() => document.querySelectorAll('main ol li').length === 2 && document.querySelector('main ol li').innerText.includes('Suchanzeige'));
    await close(page);
  });
});

describe('for everybody', () => {
  for (const look of looks)
    it(`axe finds nothing: ${look.name}`, async () => {
      const page = await open('', look);
      await screenshot(page, `touchpoints-${look.name}`);
      const check = async () => {
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'the page scrolls sideways');
        if (look.language === 'de') assert.deepEqual(await axe(page), []);
      };
      await check();
      await page.getByRole('table', { name: 'Touchpoints' }).locator('tbody tr').first().getByRole('button').first().click();
      await page.getByRole('complementary').waitFor();
      await settled(page);
      await screenshot(page, `touchpoints-panel-${look.name}`);
      await check();
      await page.goto(`${home}?v=rules`);
      await settled(page);
      await check();
      await close(page);
    });
});
