import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSupportClient } from '../../src/client/index.js';
import { hasChromium, launch, Tab } from '../support/chromium.js';
import { type RunningServer, startServer } from '../support/start-server.js';
import { agentToken, customerToken, TEST_SECRET } from '../support/tokens.js';

/** From its top to its end, by keys: how each screen is reached, and what says that it is there. */
const SCREENS: [name: string, path: string, reach: (page: Page) => Promise<void>][] = [
  ['the list', '', (page) => page.getByText('Choose a ticket').waitFor()],
  ['an empty list', '/?requester=nobody', (page) => page.getByText('No tickets here').waitFor()],
  ['a search', '/?q=card', (page) => page.locator('mark').first().waitFor()],
  ['a ticket', '', first],
  [
    'a note',
    '',
    async (page) => {
      await first(page);
      await page.keyboard.press('n');
      await page.getByRole('textbox', { name: 'Internal note' }).fill('For us');
    },
  ],
  ['a list to choose from', '', (page) => first(page).then(() => key(page, 's', 'listbox'))],
  ['the dialog to resolve', '', (page) => first(page).then(() => key(page, 'e', 'dialog'))],
  ['the command bar', '', (page) => first(page).then(() => key(page, 'Control+k', 'dialog'))],
  ['the keys', '', (page) => key(page, '?', 'dialog')],
  ['no such ticket', '/tickets/none', (page) => page.getByText('There is no such ticket').waitFor()],
];

async function key(page: Page, press: string, role: 'dialog' | 'listbox'): Promise<void> {
  await page.getByText('Live', { exact: true }).waitFor();
  await page.keyboard.press(press);
  await page.getByRole(role).first().waitFor();
}

async function first(page: Page): Promise<void> {
  await page.getByRole('link', { name: /Card declined/ }).waitFor();
  await page.keyboard.press('j');
  await page.getByRole('heading', { name: 'Card declined' }).waitFor();
}

describe.runIf(hasChromium).each(['light', 'dark'] as const)('in %s, axe finds nothing wrong with', (colorScheme) => {
  let browser: Browser;
  let server: RunningServer;
  const token = agentToken('agent_dana');
  beforeAll(async () => {
    browser = await launch();
    server = await startServer({ env: { JWT_SECRET: TEST_SECRET } });
    const { support } = createSupportClient({ url: server.url, token: customerToken('ann') });
    const ticket = { subject: 'Card declined', description: 'My card is refused', categoryId: 'category_001' };
    const { ticketId } = await support.tickets.create.mutate({ ...ticket, priority: 'Critical' });
    const { desk } = createSupportClient({ url: server.url, token });
    await desk.messages.reply.mutate({ ticketId, message: 'We look into it: https://bank.example/card' });
    await desk.notes.add.mutate({ ticketId, content: 'The card has expired' });
    await desk.tags.change.mutate({ ticketId, add: ['card'] });
  });
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
  });

  it.each(SCREENS)('%s', async (_name, path, reach) => {
    await using tab = await Tab.open(browser, { colorScheme });
    await tab.page.goto(`${server.url}/console${path}#token=${token}`);
    await reach(tab.page);
    expect(await tab.faults()).toEqual([]);
    // A narrow window shows one thing at a time.
    await tab.page.setViewportSize({ width: 390, height: 844 });
    expect(await tab.faults()).toEqual([]);
    // Nothing is cut off at 400 % of 1280 pixels.
    await tab.page.setViewportSize({ width: 320, height: 640 });
    expect(await tab.page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    expect(tab.complaints(/Failed to load resource.*404/)).toEqual([]);
  });

  it('the page to sign in', async () => {
    await using tab = await Tab.open(browser, { colorScheme });
    await tab.page.goto(`${server.url}/console`);
    await tab.page.getByRole('textbox', { name: 'Token' }).waitFor();
    expect(await tab.faults()).toEqual([]);
  });

  it('the page for who has no place at the desk', async () => {
    await using tab = await Tab.open(browser, { colorScheme });
    await tab.page.goto(`${server.url}/console#token=${customerToken('ann')}`);
    await tab.page.getByText('ann is a customer here').waitFor();
    expect(await tab.faults()).toEqual([]);
    expect(tab.complaints(/Failed to load resource/)).toEqual([]);
  });
});
