// Analyse → Ist-Journey on a real server: graph, variants, filter, panel, exports, keyboard, both languages and themes.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { axe, looks, openPage, screenshot, settled, signInQuickly, startBrowser, startServer } from './harness.mjs';
import { apiOf, countsOf, csvOf, importCsv, orderLog } from './explore_log.mjs';

let server, browser, api, apiPage, workspace, home;
const log = orderLog(60);
const counts = countsOf(log);
const german = new Intl.NumberFormat('de-DE');
const odd = 'Beschwerde <Brief> & "Anruf"';

before(async () => {
  server = await startServer();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

async function open(options = {}, path = '') {
  const page = await openPage(browser, server, options);
  await signInQuickly(page, server);
  await page.goto(`${home}${path}`);
  await page.getByRole('group', { name: options.language === 'en' ? 'Journey graph' : 'Journey-Graph' }).waitFor();
  await page.locator('[data-touchpoint]').first().waitFor();
  return page;
}
const node = (page, name) => page.locator('[data-touchpoint]').and(page.getByTitle(name, { exact: true }));
const said = (locator) => locator.evaluate((one) => one.textContent.replaceAll('\u00ad', '').replace(/\s+/g, ' ').trim());
const nodeNames = (page) => page.locator('[data-touchpoint]').evaluateAll((all) => all.map((one) => one.title).sort());
const place = (page, name) => node(page, name).evaluate((one) => one.closest('.react-flow__node').style.transform);
async function close(page) {
  assert.deepEqual(page.complaints, []);
  await page.context().close();
}

describe('before there are events', () => {
  after(() => importCsv(apiPage, api, workspace.id, csvOf(log)));
  it('the page says what would stand here and leads to the import', async () => {
    const page = (apiPage = await openPage(browser, server));
    api = await apiOf(page, server);
    workspace = api.me.workspaces[0];
    home = `/w/${workspace.slug}/analyse/ist-journey`;
    await page.goto(home);
    await page.getByText('Noch keine Ereignisse').first().waitFor();
    assert.deepEqual(await axe(page), []);
    await page.getByRole('main').getByRole('button', { name: 'Datei importieren' }).click();
    await page.waitForURL(/daten\/import/);
    assert.deepEqual(page.complaints, []);
  });
});

describe('journey graph', () => {
  it('shows what was counted, from the start on the left to the end on the right, the main path on a line', async () => {
    const page = await open();
    await page.getByText(`${german.format(log.length)} Instanzen`).first().waitFor();
    for (const [name, events] of counts.nodes) {
      assert.equal(await said(node(page, name)), `${name}, noch nicht zugeordnet, ${german.format(events)} Ereignisse`);
    }
    const xy = async (name) => (await place(page, name)).match(/-?[\d.]+/g).map(Number);
    const main = ['Suchanzeige', 'Bestellstrecke', 'Auftragsbestätigung'];
    const points = await Promise.all(main.map(xy));
    assert.ok(points.every(([, y]) => y === points[0][1]), 'the main path is straight');
    assert.ok(points[0][0] < points[1][0] && points[1][0] < points[2][0]);
    const terminals = await page.locator('.react-flow__node-terminal').evaluateAll((all) => all.map((one) => Number(/-?[\d.]+/.exec(one.style.transform)[0])));
    const all = await page.locator('.react-flow__node-touchpoint').evaluateAll((them) => them.map((one) => Number(/-?[\d.]+/.exec(one.style.transform)[0])));
    assert.ok(Math.min(...terminals) < Math.min(...all) && Math.max(...terminals) > Math.max(...all), 'start left, end right');
    await close(page);
  });

  it('has the same numbers in its tables', async () => {
    const table = await openPage(browser, server);
    await signInQuickly(table, server);
    await table.goto(`${home}?v=table`);
    const edges = table.getByRole('table', { name: 'Verbindungen' });
    await edges.waitFor();
    const rows = await edges.locator('tbody tr').evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));
    const found = new Map(rows.map(([from, to, count]) => [`${from} → ${to}`, Number(count.replaceAll('.', ''))]));
    assert.deepEqual(new Map([...found].sort()), new Map([...counts.edges].sort()));
    await close(table);
  });

  it('hides what is rare by the sliders, says how much, and brings it back', async () => {
    const page = await open();
    const slider = page.getByRole('slider', { name: 'Touchpoints' });
    await slider.focus();
    const before = await place(page, 'Bestellstrecke');
    await page.keyboard.press('Home');
    await page.getByText(/seltene Touchpoints ausgeblendet/).waitFor();
    await page.waitForFunction(() => new URLSearchParams(location.search).has('d'));
    const few = await nodeNames(page);
    assert.ok(few.length < counts.nodes.size);
    assert.equal(await place(page, 'Bestellstrecke'), before, 'what stays does not move');
    await page.getByRole('button', { name: 'Alles zeigen' }).click();
    await page.getByText('Alles wird gezeigt').waitFor();
    assert.deepEqual(await nodeNames(page), [...counts.nodes.keys()].sort());
    await close(page);
  });

  it('colours and labels by the chosen measure', async () => {
    const page = await open();
    await page.getByText('Median-Zeit', { exact: true }).click();
    await page.getByText('Farbe: Median-Zeit (logarithmisch) · Stärke: Übergänge').waitFor();
    assert.match(page.url(), /m=median/);
    await page.getByText('Kunden', { exact: true }).first().click();
    await page.getByText('Farbe und Stärke: Kunden').waitFor();
    const customers = new Set(log.map((one) => one.customer)).size;
    await page.waitForFunction((text) => document.querySelector('[data-touchpoint]')?.textContent.includes(text), `${customers} Kunden`);
    await close(page);
  });

  it('opens details beside the picture; every number opens exactly its rows', async () => {
    const page = await open();
    await node(page, 'Hotline: Terminrückfrage').click();
    const panel = page.getByRole('complementary', { name: 'Hotline: Terminrückfrage' });
    const touched = counts.touched.get('Hotline: Terminrückfrage');
    await panel.getByText(german.format(counts.nodes.get('Hotline: Terminrückfrage')), { exact: true }).first().waitFor();
    const box = await page.locator('.react-flow').boundingBox();
    const side = await panel.boundingBox();
    assert.ok(box.x + box.width <= side.x + 1, 'the panel covers nothing');
    await panel.getByRole('button', { name: `Die ${touched} Instanzen zeigen` }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByRole('heading', { name: `${touched} Instanzen` }).waitFor();
    assert.equal(await drawer.locator('tbody tr').count(), Math.min(50, touched));
    await drawer.locator('tbody tr').first().getByRole('button').first().click();
    await drawer.getByRole('heading', { name: /^Kunde/ }).waitFor();
    await drawer.getByText('als „Suchanzeige“ aus Bestellsystem').first().waitFor();
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    await close(page);
  });

  it('narrows to the instances of a way, and the rest keeps its place', async () => {
    const page = await open();
    const before = await place(page, 'Technikertermin');
    await node(page, 'Hotline: Terminrückfrage').click();
    await page.getByRole('button', { name: 'Nur diese Instanzen zeigen' }).click();
    await page.getByRole('button', { name: 'Filter entfernen: enthält Hotline: Terminrückfrage' }).waitFor();
    const fits = log.filter((one) => one.events.some((event) => event.name === 'Hotline: Terminrückfrage')).length;
    await page.getByText(`${fits} von ${log.length} Instanzen`).waitFor();
    assert.equal(await place(page, 'Technikertermin'), before);
    await page.getByRole('button', { name: 'Filter entfernen: enthält Hotline: Terminrückfrage' }).click();
    await page.getByText(new RegExp(`^${log.length} Instanzen von`)).waitFor();
    await close(page);
  });

  it('can be used by keyboard alone', async () => {
    const page = await open();
    await node(page, 'Suchanzeige').focus();
    await page.keyboard.press('ArrowRight');
    assert.equal(await page.evaluate(() => document.activeElement.title), 'Bestellstrecke');
    await page.keyboard.press('ArrowLeft');
    assert.equal(await page.evaluate(() => document.activeElement.title), 'Suchanzeige');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.title), 'Bestellstrecke');
    await page.keyboard.press('Enter');
    await page.getByRole('complementary', { name: 'Bestellstrecke' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('complementary', { name: 'Bestellstrecke' }).waitFor({ state: 'detached' });
    await close(page);
  });

  it('opens readable, with an overview, on wide and on narrow screens', async () => {
    for (const [width, height] of [[1440, 900], [768, 1024]]) {
      const page = await open({ width, height });
      await page.getByRole('img', { name: 'Übersicht des Graphen' }).waitFor();
      await page.waitForFunction(() => document.querySelector('.react-flow__viewport').style.transform !== '');
      await settled(page);
      const sizes = await page.locator('[data-touchpoint]').evaluateAll((all) => {
        const zoom = Number(/scale\(([\d.]+)\)/.exec(document.querySelector('.react-flow__viewport').style.transform)[1]);
        return all.map((one) => [one.title, zoom * parseFloat(getComputedStyle(one.querySelector('span span')).fontSize), one.querySelector('span span').scrollHeight - one.querySelector('span span').clientHeight]);
      });
      for (const [name, size, cut] of sizes) {
        assert.ok(size >= 6, `${name}: ${size} px at ${width} px`);
        assert.ok(cut <= 1, `${name} is cut off`);
      }
      await close(page);
    }
  });

  it('finds a touchpoint by name and fills the screen', async () => {
    const page = await open();
    const search = page.getByRole('combobox', { name: 'Touchpoint suchen' }).or(page.getByRole('textbox', { name: 'Touchpoint suchen' }));
    await search.fill('techniker');
    await page.getByRole('option', { name: 'Technikertermin' }).click();
    await page.locator('[data-touchpoint][data-found]').waitFor();
    await page.getByRole('button', { name: 'Vollbild', exact: true }).click();
    await page.getByRole('button', { name: 'Vollbild verlassen' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Vollbild', exact: true }).waitFor();
    await close(page);
  });

  it('tells of new events without a reload', async () => {
    const page = await open();
    await page.evaluate(() => (globalThis.stayed = true));
    const before = counts.nodes.get('Suchanzeige');
    const more = log.slice(0, 2).map((one, i) => ({ ...one, customer: `K-9${i}`, key: `A-9${i}` }));
    await importCsv(apiPage, api, workspace.id, csvOf([...log, ...more]));
    log.push(...more);
    Object.assign(counts, countsOf(log));
    await page.waitForFunction(
      (text) => [...document.querySelectorAll('[data-touchpoint]')].some((one) => one.textContent.replaceAll('\u00ad', '').replace(/\s+/g, ' ').startsWith(text)),
      `Suchanzeige, noch nicht zugeordnet, ${before + 2} Ereignisse`,
    );
    assert.ok(await page.evaluate(() => globalThis.stayed));
    await close(page);
  });
});

describe('most frequent paths', () => {
  it('are listed with counts and shares, and chosen ones alone are in the graph', async () => {
    const page = await open();
    const table = page.getByRole('table', { name: 'Häufigste Kundenwege' });
    await table.waitFor();
    const sorted = [...counts.variants.entries()].sort((a, b) => b[1] - a[1]);
    const rows = table.locator('tbody tr');
    assert.equal(await rows.count(), sorted.length);
    assert.equal(await rows.first().getByRole('button', { name: german.format(sorted[0][1]), exact: true }).count(), 1);
    await page.getByText(`Die ${sorted.length} gezeigten Wege decken 100 % der ${log.length} Instanzen ab`).waitFor();
    await rows.first().getByRole('checkbox').click();
    await page.getByText(`${sorted[0][1]} von ${log.length} Instanzen`).waitFor();
    assert.match(page.url(), /f=2\./);
    const only = [...new Set(sorted[0][0].split('|'))].sort();
    await page.waitForFunction((count) => document.querySelectorAll('[data-touchpoint]').length === count, only.length);
    assert.deepEqual(await nodeNames(page), only);
    assert.equal(await rows.count(), sorted.length, 'the list still offers all paths');
    await page.reload();
    await page.locator('[data-touchpoint]').first().waitFor();
    assert.deepEqual(await nodeNames(page), only);
    await page.getByRole('button', { name: 'Alle Wege zeigen' }).click();
    await page.getByText(new RegExp(`^${log.length} Instanzen von`)).waitFor();
    await close(page);
  });

  it('fold repeats', async () => {
    const page = await open();
    const folded = [...counts.variants.keys()].some((path) => path.includes('Auftragsbestätigung|Hotline: Terminrückfrage|Auftragsbestätigung|Hotline: Terminrückfrage'));
    assert.ok(folded);
    await page.getByRole('img', { name: '2-mal hintereinander' }).first().waitFor();
    await close(page);
  });

  it('are found by “contains A, later B”', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Suchen: enthält A, später B' }).click();
    const search = page.getByRole('dialog', { name: 'Suchen: enthält A, später B' });
    await search.getByLabel('Enthält').first().fill('Hotline');
    await page.getByRole('option', { name: /Hotline/ }).first().click();
    await search.getByLabel('Später').first().fill('Beschwerde');
    await page.getByRole('option', { name: /Beschwerde/ }).first().click();
    await search.getByRole('button', { name: 'Suchen', exact: true }).click();
    await page.getByRole('button', { name: `Filter entfernen: Hotline: Terminrückfrage, später ${odd}` }).waitFor();
    const fits = log.filter(({ events }) => {
      const at = events.findIndex((event) => event.name.startsWith('Hotline'));
      return at >= 0 && events.slice(at + 1).some((event) => event.name === odd);
    }).length;
    if (fits === 0) await page.getByText('Keine Journey passt zu diesen Filtern').waitFor();
    else await page.getByText(`${fits} von ${log.length} Instanzen`).waitFor();
    await close(page);
  });
});

describe('filter bar', () => {
  it('adds conditions in plain words, keeps them in the address, and clears them', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Filter hinzufügen' }).click();
    await page.getByRole('textbox', { name: 'Wonach möchten Sie filtern?' }).fill('anzahl');
    await page.getByRole('button', { name: 'Anzahl Ereignisse' }).click();
    await page.getByRole('textbox', { name: 'Mindestens' }).fill('6');
    await page.getByRole('button', { name: 'Anwenden' }).click();
    await page.getByRole('button', { name: 'Filter entfernen: mindestens 6 Ereignisse' }).waitFor();
    const fits = log.filter((one) => one.events.length >= 6).length;
    await page.getByText(`${fits} von ${log.length} Instanzen`).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Filter entfernen: mindestens 6 Ereignisse' }).waitFor();
    await page.getByRole('button', { name: 'Alle entfernen' }).click();
    await page.getByText(new RegExp(`^${log.length} Instanzen von`)).waitFor();
    assert.ok(!page.url().includes('f='));
    await close(page);
  });

  it('filters by attribute and says when neighbours change', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Filter hinzufügen' }).click();
    await page.getByRole('button', { name: 'Kanal', exact: true }).click();
    await page.getByLabel('Werte').first().fill('Telefon');
    await page.getByRole('option', { name: /Telefon/ }).first().click();
    // Escape closes the list of values, not the editor with what was chosen.
    await page.keyboard.press('Escape');
    await page.getByRole('option').first().waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Anwenden' }).click();
    await page.getByText(/folgen nun direkt aufeinander/).waitFor();
    assert.deepEqual(await page.waitForFunction(() => document.querySelectorAll('[data-touchpoint]').length === 1).then(() => nodeNames(page)), ['Hotline: Terminrückfrage']);
    await close(page);
  });

  it('keeps what was chosen when Escape closes a list, and closes on the next one', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Filter hinzufügen' }).click();
    const editor = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Enthält', exact: true }).click();
    await editor.getByRole('combobox').or(editor.getByRole('textbox')).first().click();
    await page.getByRole('option', { name: 'Technikertermin' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('option').first().waitFor({ state: 'hidden' });
    await editor.getByText('Technikertermin').first().waitFor();
    await page.keyboard.press('Escape');
    await editor.waitFor({ state: 'detached' });
    await close(page);
  });

  it('offers the saved segments and the ways without single contacts as a first look', async () => {
    const { id } = await api.call('POST', `workspaces/${workspace.id}/segments`, { name: 'Lange Wege', filter: { events_min: 6 } });
    const alone = log.map((one, i) => ({ ...one, customer: `E-${i}`, key: `E-${i}`, events: one.events.slice(0, 1) }));
    const before = [...log];
    try {
      const page = await open();
      await page.getByRole('button', { name: 'Lange Wege' }).click();
      await page.getByRole('button', { name: 'Filter entfernen: Segment: Lange Wege' }).waitFor();
      await page.getByRole('group', { name: 'Schneller Einstieg' }).waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Alle entfernen' }).click();
      await page.getByRole('group', { name: 'Schneller Einstieg' }).waitFor();
      assert.equal(await page.getByRole('button', { name: /^Ohne Einzelkontakte/ }).count(), 0, 'nobody has a single contact here');
      await close(page);

      const other = await api.call('POST', 'workspaces', { name: 'Einzelkontakte' });
      await importCsv(apiPage, api, other.id, csvOf([...before, ...alone, ...alone.map((one) => ({ ...one, customer: `F${one.customer}`, key: `F${one.key}` }))]));
      const single = await openPage(browser, server);
      await signInQuickly(single, server);
      await single.goto(`/w/${other.slug}/analyse/ist-journey`);
      await single.getByRole('button', { name: /^Ohne Einzelkontakte \(67\s%\)/ }).click();
      await single.getByText(`${before.length} von ${before.length * 3} Instanzen`).waitFor();
      await close(single);
      await api.call('DELETE', `workspaces/${other.id}`);
    } finally {
      await api.call('DELETE', `workspaces/${workspace.id}/segments/${id}`);
    }
  });

  it('cuts to a period and changes what an instance is', async () => {
    const page = await open();
    await page.getByRole('button', { name: /^Zeitraum:/ }).click();
    await page.getByLabel('Von', { exact: true }).fill('2026-01-01');
    await page.getByLabel('Bis einschließlich').fill('2026-01-10');
    await page.getByRole('radio', { name: /^Begonnen/ }).check();
    await page.getByRole('button', { name: 'Anwenden' }).click();
    const day = (one) => new Date(one.events[0].time).toISOString().slice(0, 10);
    const fits = log.filter((one) => day(one) <= '2026-01-10').length;
    await page.getByText(`${fits} von ${log.length} Instanzen`).waitFor();
    await page.getByRole('button', { name: 'Alle entfernen' }).click();
    await page.getByRole('button', { name: /^Was ist eine Journey-Instanz/ }).click();
    await page.getByRole('radio', { name: /^Ganzer Kunde/ }).check();
    await page.getByRole('button', { name: 'Anwenden' }).click();
    const customers = new Set(log.map((one) => one.customer)).size;
    await page.getByText(new RegExp(`^${customers} Instanzen von`)).waitFor();
    await close(page);
  });

  it('saves, renames, applies and deletes segments', async () => {
    const page = await open();
    await node(page, odd).click();
    await page.getByRole('button', { name: 'Nur diese Instanzen zeigen' }).click();
    await page.getByRole('button', { name: 'Segmente' }).click();
    await page.getByLabel('Aktuellen Filter speichern').first().fill('Mit Beschwerde');
    await page.getByRole('button', { name: 'Aktuellen Filter speichern' }).click();
    await page.getByText('Segment: Mit Beschwerde').waitFor();
    const fits = counts.touched.get(odd);
    await page.getByText(`${fits} von ${log.length} Instanzen`).waitFor();
    await page.getByRole('button', { name: 'Segmente' }).click();
    await page.getByRole('button', { name: 'Mehr zu Segment Mit Beschwerde' }).click();
    await page.getByRole('menuitem', { name: 'Umbenennen' }).click();
    await page.getByRole('textbox', { name: 'Name des Segments' }).first().fill('Beschwerden');
    await page.getByRole('button', { name: 'Umbenennen' }).click();
    await page.getByRole('button', { name: 'Mehr zu Segment Beschwerden' }).click();
    await page.getByRole('menuitem', { name: 'Löschen' }).click();
    await page.getByText('Segment „Beschwerden“ gelöscht.').waitFor();
    await page.getByText(new RegExp(`^${log.length} Instanzen von`)).waitFor();
    await page.getByRole('button', { name: 'Rückgängig' }).click();
    await page.getByRole('button', { name: 'Segment Beschwerden anwenden' }).or(page.getByText('Rückgängig gemacht.')).first().waitFor();
    await close(page);
  });
});

describe('exports', () => {
  const save = async (page, item) => {
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: item }).click()]);
    return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
  };
  it('the SVG holds what is shown, with title, filter, data basis and legend', async () => {
    const page = await open({ theme: 'dark' });
    const { name, bytes } = await save(page, 'Bild als SVG');
    assert.match(name, /\.svg$/);
    const svg = bytes.toString('utf8');
    const words = await page.evaluate((text) => {
      const document = new DOMParser().parseFromString(text, 'image/svg+xml');
      if (document.querySelector('parsererror')) return null;
      return { texts: [...document.querySelectorAll('text')].map((one) => one.textContent), titles: [...document.querySelectorAll('g > title')].map((one) => one.textContent), paths: document.querySelectorAll('path[stroke-width]').length, ground: document.querySelector('rect').getAttribute('fill') };
    }, svg);
    assert.ok(words, 'it is well-formed');
    assert.equal(words.ground, '#ffffff', 'always on paper white');
    for (const [touchpoint, events] of counts.nodes) {
      assert.ok(words.titles.some((one) => one.startsWith(touchpoint)), touchpoint);
      assert.ok(words.texts.includes(german.format(events)), `${touchpoint}: ${events}`);
    }
    const all = words.texts.join('\n');
    for (const part of ['Ist-Journey', 'Gesamter Zeitraum', `${german.format(counts.events)} Ereignisse`, 'Farbe und Stärke: Übergänge', 'Start', 'Ende']) assert.ok(all.includes(part), part);
    await close(page);
  });
  it('the PNG is a picture of some size', async () => {
    const page = await open();
    const { name, bytes } = await save(page, 'Bild als PNG');
    assert.match(name, /\.png$/);
    assert.equal(bytes.subarray(1, 4).toString(), 'PNG');
    assert.ok(bytes.readUInt32BE(16) > 1200 && bytes.readUInt32BE(20) > 400);
    assert.ok(bytes.length > 20_000);
    await close(page);
  });
  it('the CSV holds every connection with its count', async () => {
    const page = await open();
    const { name, bytes } = await save(page, 'Daten als CSV');
    assert.match(name, /\.csv$/);
    const text = bytes.toString('utf8');
    for (const [edge, count] of counts.edges) {
      const [from, to] = edge.split(' → ');
      if (edge.includes('"')) continue;
      assert.ok(text.split('\n').some((line) => line.includes(from) && line.includes(to) && new RegExp(`[,;]"?${count}"?([,;\\r]|$)`).test(line)), `${edge}: ${count}`);
    }
    await close(page);
  });
});

describe('touchpoints in the graph', () => {
  it('are renamed and adopted right there, and it can be taken back', async () => {
    const page = await open();
    await node(page, 'Suchanzeige').click();
    const panel = page.getByRole('complementary');
    await panel.getByText('Touchpoint, noch nicht zugeordnet').waitFor();
    await panel.getByRole('textbox', { name: 'Name' }).fill('Anzeige in der Suche');
    await panel.getByRole('button', { name: 'Als Touchpoint übernehmen' }).click();
    await page.getByText('„Anzeige in der Suche“ übernommen.').waitFor();
    await page.locator('[data-touchpoint][data-mapped]').filter({ hasText: 'Anzeige in der Suche' }).waitFor();
    await page.getByRole('button', { name: 'Rückgängig' }).click();
    await page.locator('[data-touchpoint]:not([data-mapped])').filter({ hasText: 'Suchanzeige' }).waitFor();
    // A key that closes lists elsewhere must not close the form with what was written in it.
    await panel.getByRole('button', { name: 'Zuordnen', exact: true }).click();
    await panel.getByRole('textbox', { name: 'Name' }).fill('Halb geschrieben');
    await page.keyboard.press('Escape');
    assert.equal(await panel.getByRole('textbox', { name: 'Name' }).inputValue(), 'Halb geschrieben');
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    await close(page);
  });
  it('are merged with others, and it can be taken back', async () => {
    const page = await open();
    await node(page, 'Technikertermin').click();
    const panel = page.getByRole('complementary');
    await panel.getByRole('button', { name: 'Mit anderen zusammenführen' }).click();
    await panel.getByLabel('Welche gehören dazu?').first().fill('Aktivierung');
    await page.getByRole('option', { name: 'Aktivierung' }).click();
    await panel.getByRole('button', { name: '1 Touchpoint zusammenführen' }).click();
    await page.getByText('1 Touchpoint mit „Technikertermin“ zusammengeführt.').waitFor();
    const both = counts.nodes.get('Technikertermin') + counts.nodes.get('Aktivierung');
    await page.waitForFunction(
      (text) => [...document.querySelectorAll('[data-touchpoint]')].some((one) => one.textContent.replaceAll('\u00ad', '').replace(/\s+/g, ' ').includes(text)),
      `Technikertermin, ${german.format(both)} Ereignisse`,
    );
    assert.equal(await node(page, 'Aktivierung').count(), 0);
    await page.getByRole('button', { name: 'Rückgängig' }).click();
    await node(page, 'Aktivierung').waitFor();
    await page.waitForFunction(
      (text) => [...document.querySelectorAll('[data-touchpoint]')].some((one) => one.textContent.replaceAll('\u00ad', '').replace(/\s+/g, ' ').startsWith(text)),
      `Technikertermin, noch nicht zugeordnet, ${german.format(counts.nodes.get('Technikertermin'))} Ereignisse`,
    );
    await close(page);
  });
});

describe('for everybody', () => {
  for (const look of looks)
    it(`axe finds nothing: ${look.name}`, async () => {
      const page = await open(look);
      await settled(page);
      await screenshot(page, `explore-${look.name}`);
      if (look.language === 'de') assert.deepEqual(await axe(page), []);
      await node(page, 'Hotline: Terminrückfrage').click();
      await page.getByRole('complementary').waitFor();
      await settled(page);
      await screenshot(page, `explore-panel-${look.name}`);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'the page scrolls sideways');
      if (look.language === 'de') {
        assert.deepEqual(await axe(page), []);
        await page.keyboard.press('Escape');
        await page.getByRole('button', { name: 'Filter hinzufügen' }).click();
        await page.getByRole('dialog').waitFor();
        assert.deepEqual(await axe(page, '[role=dialog]'), []);
      }
      await close(page);
    });
});
