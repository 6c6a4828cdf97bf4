import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { fillSignIn, openPage, signIn, signInQuickly, startBrowser, startServer } from './harness.mjs';

let server, browser;
before(async () => {
  server = await startServer();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

describe('sign-in', () => {
  it('refuses a wrong password in words, keeps the e-mail and lets one try again', async () => {
    const page = await openPage(browser, server);
    await page.goto('/signin');
    await fillSignIn(page, { email: server.email, password: 'falsch-falsch-falsch' });
    const alert = page.getByRole('alert').first();
    await alert.waitFor();
    assert.match(await alert.innerText(), /Passwort|E-Mail/);
    assert.equal(await page.getByRole('textbox', { name: 'E-Mail' }).inputValue(), server.email);
    assert.equal(await page.getByLabel('Passwort', { exact: true }).inputValue(), '');
    await fillSignIn(page, server);
    await page.getByRole('heading', { level: 1, name: 'Cockpit' }).or(page.getByText('Ihre Journeys beginnen')).first().waitFor();
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  });

  it('says what is missing without asking the server', async () => {
    const page = await openPage(browser, server, { language: 'en' });
    await page.goto('/signin');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('Please enter your e-mail address.').waitFor();
    await page.getByText('Please enter your password.').waitFor();
    await page.context().close();
  });

  it('leads to the page that was asked for, and only to pages of this site', async () => {
    const page = await openPage(browser, server);
    await page.goto('/w/mein-unternehmen/daten/import');
    await page.waitForURL(/\/signin\?next=/);
    await fillSignIn(page, server);
    await page.waitForURL('**/w/mein-unternehmen/daten/import');
    await page.goto('/signin?next=//example.org/');
    await page.waitForURL(/\/w\/mein-unternehmen$/);
    await page.context().close();
  });

  it('takes language and theme from the browser, changes both at once, and remembers them', async () => {
    const page = await openPage(browser, server, { language: 'en', theme: 'dark' });
    await page.goto('/signin');
    await page.getByRole('heading', { name: 'Welcome to Lotse' }).waitFor();
    assert.equal(await page.locator('html').getAttribute('data-mantine-color-scheme'), 'dark');
    await page.getByText('DE', { exact: true }).click();
    await page.getByRole('heading', { name: 'Willkommen bei Lotse' }).waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), 'de');
    await page.getByRole('button', { name: 'Darstellung: Hell' }).click();
    assert.equal(await page.locator('html').getAttribute('data-mantine-color-scheme'), 'light');
    await page.reload();
    await page.getByRole('heading', { name: 'Willkommen bei Lotse' }).waitFor();
    assert.equal(await page.locator('html').getAttribute('data-mantine-color-scheme'), 'light');
    await page.context().close();
  });

  it('ends by signing out, in every tab', async () => {
    const page = await openPage(browser, server);
    await signIn(page, server);
    const second = await page.context().newPage();
    await second.goto('/');
    await second.waitForURL('**/w/mein-unternehmen');
    await page.getByRole('button', { name: /Profil von/ }).click();
    await page.getByRole('menuitem', { name: 'Abmelden' }).click();
    await page.waitForURL(/\/signin/);
    await second.goto('/w/mein-unternehmen/daten/import');
    await second.waitForURL(/\/signin/);
    await page.context().close();
  });
});

describe('the shell', () => {
  it('is used by keyboard: skip link, rail, command palette', async () => {
    const page = await openPage(browser, server);
    await signInQuickly(page, server);
    await page.goto('/w/mein-unternehmen');
    await page.getByRole('navigation', { name: 'Bereiche' }).waitFor();
    await page.keyboard.press('Tab');
    const skip = page.getByRole('link', { name: 'Zum Inhalt springen' });
    assert.ok(await skip.evaluate((e) => e === document.activeElement));
    await page.keyboard.press('Enter');
    assert.ok(await page.getByRole('main').evaluate((e) => e === document.activeElement));

    await page.keyboard.press('Control+k');
    const search = page.getByPlaceholder('Seiten, Touchpoints, Segmente, Aktionen suchen');
    await search.fill('proto');
    await page.keyboard.press('ArrowDown');  // to the search among customers, and back to the page
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/verwaltung/protokoll');
    await page.getByRole('heading', { level: 1, name: 'Protokoll' }).waitFor();
    await page.context().close();
  });

  it('switches language and theme, and saves them for the person', async () => {
    const page = await openPage(browser, server);
    await signInQuickly(page, server);
    await page.goto('/w/mein-unternehmen/verwaltung/personen');
    await page.getByRole('button', { name: 'Sprache: Deutsch' }).click();
    await page.getByRole('menuitem', { name: 'English' }).click();
    await page.getByRole('heading', { level: 1, name: 'People' }).waitFor();
    await page.getByRole('button', { name: /^Appearance/ }).click();
    const saved = page.waitForResponse((r) => r.url().endsWith('/api/v1/me') && r.request().method() === 'PATCH');
    await page.getByRole('menuitem', { name: 'Dark' }).click();
    assert.ok((await saved).ok());
    assert.equal(await page.locator('html').getAttribute('data-mantine-color-scheme'), 'dark');

    const elsewhere = await openPage(browser, server, { language: 'de', theme: 'light' });
    await signInQuickly(elsewhere, server);
    await elsewhere.goto('/w/mein-unternehmen/verwaltung/personen');
    await elsewhere.getByRole('heading', { level: 1, name: 'People' }).waitFor();
    await elsewhere.waitForFunction(() => document.documentElement.getAttribute('data-mantine-color-scheme') === 'dark');

    for (const [menu, item] of [[/^Language/, 'As in the browser'], [/^(Appearance|Darstellung)/, /^(As in the system|Wie im System)/]]) {
      await elsewhere.getByRole('button', { name: menu }).click();
      await elsewhere.getByRole('menuitem', { name: item }).click();
    }
    await elsewhere.getByRole('heading', { level: 1, name: 'Personen' }).waitFor();
    await page.context().close();
    await elsewhere.context().close();
  });

  it('says kindly what does not exist or may not be seen', async () => {
    const page = await openPage(browser, server);
    await signInQuickly(page, server);
    await page.goto('/w/mein-unternehmen/nirgendwo');
    await page.getByRole('heading', { name: 'Diese Seite gibt es nicht' }).waitFor();
    await page.goto('/w/fremd');
    await page.getByText('Sie gehören nicht zu diesem Arbeitsbereich').waitFor();
    await page.context().close();
  });

  it('says when the server is gone, and goes on when it is back', async () => {
    const page = await openPage(browser, server);
    await signInQuickly(page, server);
    await page.goto('/w/mein-unternehmen/verwaltung/personen');
    await page.getByRole('heading', { level: 1, name: 'Personen' }).waitFor();
    await page.route('**/api/v1/**', (route) => route.abort());
    await page.getByRole('link', { name: 'API-Tokens' }).click();
    await page.getByRole('status').filter({ hasText: 'Keine Verbindung zum Server' }).waitFor();
    await page.unroute('**/api/v1/**');
    await page.getByRole('status').filter({ hasText: 'Keine Verbindung zum Server' }).waitFor({ state: 'detached' });
    await page.getByText('Noch keine Tokens').waitFor();
    await page.context().close();
  });
});
