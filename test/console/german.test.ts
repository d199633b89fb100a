import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSupportClient } from '../../src/client/index.js';
import { hasChromium, launch, Tab } from '../support/chromium.js';
import { type RunningServer, startServer } from '../support/start-server.js';
import { agentToken, customerToken, TEST_SECRET } from '../support/tokens.js';

// The engine of the database has no part in it.
describe.runIf(hasChromium)('the console, for who reads German', () => {
  let browser: Browser;
  let server: RunningServer;
  let path: string;
  beforeAll(async () => {
    browser = await launch();
    server = await startServer({ env: { JWT_SECRET: TEST_SECRET } });
    const ann = createSupportClient({ url: server.url, token: customerToken('ann') });
    const ticket = { subject: 'Karte abgelehnt', description: 'Warum?', categoryId: 'category_001' };
    path = `/console/tickets/${(await ann.support.tickets.create.mutate(ticket)).ticketId}`;
  });
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
  });

  it('says what it says in German, with nothing for axe to find, and numbers and dates as they are written there', async () => {
    await using tab = await Tab.open(browser, { locale: 'de-AT' });
    const { page } = tab;
    await page.goto(`${server.url}${path}#token=${agentToken('agent_dana')}`);
    await page.getByRole('heading', { name: 'Karte abgelehnt' }).waitFor();
    await page.getByRole('textbox', { name: 'Antwort an Kunden' }).waitFor();
    await page.getByText('agent_dana').first().waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('de-AT');
    expect(await page.title()).toBe('Karte abgelehnt · Support');
    expect(await page.locator('time').first().getAttribute('title')).toMatch(/tag, \d+\. \p{L}+ \d{4}/u);
    expect(await tab.faults()).toEqual([]);
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Tasten' }).waitFor();
    expect(await tab.faults()).toEqual([]);
  });

  it('changes the language when asked to, and remembers it', async () => {
    await using tab = await Tab.open(browser, { locale: 'de' });
    const { page } = tab;
    await page.goto(`${server.url}${path}#token=${agentToken('agent_dana')}`);
    await page.getByRole('button', { name: 'agent_dana: Menü' }).click();
    await page.getByRole('menuitem', { name: 'English' }).click();
    await page.getByRole('textbox', { name: 'Reply to customer' }).waitFor();
    await page.reload();
    await page.getByRole('textbox', { name: 'Reply to customer' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
  });

  it('can be told before signing in', async () => {
    await using tab = await Tab.open(browser, { locale: 'fr' });
    const { page } = tab;
    await page.goto(`${server.url}/console`);
    await page.getByRole('button', { name: 'Deutsch' }).click();
    await page.getByRole('button', { name: 'Anmelden' }).waitFor();
    expect(await tab.faults()).toEqual([]);
  });
});
