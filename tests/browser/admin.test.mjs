import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openPage, signIn, signInQuickly, startBrowser, startServer } from './harness.mjs';

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

describe('people', () => {
  const eva = { email: 'eva@beispiel.de', password: '' };
  it('are added with a one-time password that is shown once', async () => {
    const page = await openPage(browser, server);
    await signInQuickly(page, server);
    await page.goto(`${home}/verwaltung/personen`);
    await page.getByRole('button', { name: 'Person hinzufügen' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Eva Beispiel');
    await dialog.getByRole('textbox', { name: 'E-Mail' }).fill(eva.email);
    await dialog.getByRole('radio', { name: 'Lesen' }).check();
    await dialog.getByRole('button', { name: 'Person hinzufügen' }).click();
    await dialog.getByText('Eva Beispiel kann sich anmelden').waitFor();
    eva.password = (await dialog.getByLabel('Einmal-Passwort').innerText()).trim();
    assert.ok(eva.password.length >= 10);
    await dialog.getByRole('button', { name: 'Ich habe es notiert' }).click();
    await page.getByRole('cell', { name: 'eva@beispiel.de' }).waitFor();
    await page.getByText(/^2 Personen haben Zugang/).waitFor();
    await page.context().close();
  });

  it('must choose their own password, and see only what their role uses', async () => {
    const page = await openPage(browser, server, { language: 'en' });
    await page.goto('/signin');
    const oneTime = eva.password;
    await signIn(page, eva, 'en');
    assert.notEqual(eva.password, oneTime);
    const places = page.getByRole('navigation', { name: 'Places' });
    await places.getByRole('link', { name: 'Cockpit' }).waitFor();
    assert.equal(await places.getByRole('link', { name: 'Admin' }).count(), 0);
    await page.goto(`${home}/daten/quellen`);
    await page.getByRole('heading', { level: 1, name: 'Sources' }).waitFor();
    assert.equal(await page.getByRole('link', { name: 'Import', exact: true }).count(), 0);
    await page.goto(`${home}/verwaltung/personen`);
    await page.getByText('You may not see this page').waitFor();
    await page.context().close();
  });

  it('get another role at once, with an undo', async () => {
    const page = await openPage(browser, server);
    await signInQuickly(page, server);
    await page.goto(`${home}/verwaltung/personen`);
    const role = page.getByRole('combobox', { name: 'Rolle von Eva Beispiel' }).or(page.getByRole('textbox', { name: 'Rolle von Eva Beispiel' }));
    await role.click();
    await page.getByRole('option', { name: 'Redaktion' }).click();
    await page.getByText('Eva Beispiel hat jetzt die Rolle Redaktion.').waitFor();
    assert.equal(await role.inputValue(), 'Redaktion');
    await page.getByRole('button', { name: 'Rückgängig' }).click();
    await page.getByText('Rückgängig gemacht.').waitFor();
    await page.waitForFunction(() => document.querySelector('[aria-label="Rolle von Eva Beispiel"]')?.value === 'Lesen');
    await page.context().close();
  });

  it('lose access after a confirmation', async () => {
    const page = await openPage(browser, server);
    await signInQuickly(page, server);
    await page.goto(`${home}/verwaltung/personen`);
    await page.getByRole('button', { name: 'Zugang von Eva Beispiel entziehen' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Zugang entziehen' }).click();
    await page.getByText('Eva Beispiel hat keinen Zugang mehr.').waitFor();
    await page.getByRole('cell', { name: 'eva@beispiel.de' }).waitFor({ state: 'detached' });
    await page.context().close();
  });

  it('cannot be added twice: the form says so beside the problem', async () => {
    const page = await openPage(browser, server);
    await signInQuickly(page, server);
    await page.goto(`${home}/verwaltung/personen`);
    await page.getByRole('button', { name: 'Person hinzufügen' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Noch einmal');
    await dialog.getByRole('textbox', { name: 'E-Mail' }).fill(server.email);
    await dialog.getByRole('button', { name: 'Person hinzufügen' }).click();
    await dialog.getByRole('alert').waitFor();
    await page.context().close();
  });
});

describe('tokens', () => {
  it('are made for scopes, shown once, work, and are revoked', async () => {
    const page = await openPage(browser, server);
    await signInQuickly(page, server);
    await page.goto(`${home}/verwaltung/tokens`);
    await page.getByText('Noch keine Tokens').waitFor();
    await page.getByRole('button', { name: 'Neues Token' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Webshop');
    await dialog.getByRole('checkbox', { name: 'Zusammengefasste Zahlen lesen' }).check();
    await dialog.getByRole('button', { name: 'Anlegen' }).click();
    const secret = (await dialog.getByLabel('Token', { exact: true }).innerText()).trim();
    await dialog.getByRole('button', { name: 'Ich habe es notiert' }).click();
    await page.getByRole('cell', { name: /Webshop/ }).first().waitFor();

    const me = await (await page.request.get('/api/v1/session')).json();
    const path = `${server.url}/api/v1/workspaces/${me.workspaces[0].id}/segments`;
    const bearer = { headers: { Authorization: `Bearer ${secret}` } };
    assert.equal((await fetch(path, bearer)).status, 200);

    await page.getByRole('button', { name: 'Token Webshop widerrufen' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Widerrufen' }).click();
    await page.getByText('Token „Webshop“ ist widerrufen.').waitFor();
    assert.equal((await fetch(path, bearer)).status, 401);
    await page.context().close();
  });
});

describe('workspaces', () => {
  it('are made, changed and deleted by an operator; deleting asks for the name', async () => {
    const page = await openPage(browser, server);
    await signInQuickly(page, server);
    await page.goto(home);
    await page.getByRole('button', { name: /Arbeitsbereich wechseln/ }).click();
    await page.getByRole('menuitem', { name: 'Neuer Arbeitsbereich' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill('Zweite Marke');
    await dialog.getByRole('button', { name: 'Anlegen' }).click();
    await page.waitForURL('**/w/zweite-marke');
    await page.getByText('Ihre Journeys beginnen mit einem Ereignisprotokoll').waitFor();

    await page.goto('/w/zweite-marke/verwaltung/arbeitsbereiche');
    await page.getByRole('textbox', { name: 'Name' }).fill('Marke Zwei');
    await page.getByRole('button', { name: 'Speichern' }).click();
    await page.getByText('Arbeitsbereich gespeichert.').waitFor();
    await page.getByRole('button', { name: /^Arbeitsbereich: Marke Zwei/ }).waitFor();

    await page.getByRole('button', { name: 'Arbeitsbereich Marke Zwei löschen' }).click();
    const remove = page.getByRole('dialog').getByRole('button', { name: 'Arbeitsbereich löschen' });
    assert.ok(await remove.isDisabled());
    await page.getByRole('dialog').getByRole('textbox').fill('Marke Zwei');
    await remove.click();
    await page.getByText('Arbeitsbereich „Marke Zwei“ ist gelöscht.').waitFor();
    await page.waitForURL('**/w/mein-unternehmen');
    await page.context().close();
  });
});

describe('the audit log', () => {
  it('names who did what, in both languages', async () => {
    const page = await openPage(browser, server);
    await signInQuickly(page, server);
    await page.goto(`${home}/verwaltung/protokoll`);
    const log = page.getByRole('table', { name: 'Protokoll' });
    for (const text of ['Person hinzugefügt', 'Rolle geändert', 'Zugang entzogen', 'API-Token erstellt', 'API-Token widerrufen']) await log.getByText(text).first().waitFor();
    const english = await openPage(browser, server, { language: 'en' });
    await signInQuickly(english, server);
    await english.goto(`${home}/verwaltung/protokoll`);
    await english.getByRole('table', { name: 'Audit log' }).getByText('Added a person').first().waitFor();
    await page.context().close();
    await english.context().close();
  });
});
