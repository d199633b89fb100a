import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSupportClient } from '../../src/client/index.js';
import { hasChromium, launch, Tab } from '../support/chromium.js';
import { startServer } from '../support/start-server.js';
import { agentToken, customerToken, TEST_SECRET } from '../support/tokens.js';

const SOON = { timeout: 30_000, interval: 50 };
const FAILED = /Failed to load resource|net::ERR_/;
const dana = agentToken('agent_dana');

describe.runIf(hasChromium)('the console, where the server does not do what it is asked', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  it('says that it was too much, and goes on when it may', async () => {
    await using server = await startServer({ env: { JWT_SECRET: TEST_SECRET, RATE_LIMIT_USER: '8' } });
    await using tab = await Tab.open(browser);
    const { page } = tab;
    await page.goto(`${server.url}/console#token=${dana}`);
    await page.getByText('No tickets here').waitFor();
    await vi.waitFor(async () => {
      for (const view of ['4', '5', '6', '2']) await page.keyboard.press(view);
      await page.getByText('more than the server takes').waitFor({ timeout: 1000 });
    }, SOON);
    expect(await tab.faults()).toEqual([]);
    expect(tab.complaints(FAILED)).toEqual([]);
  });

  it('says that the server cannot be reached, and keeps what is on the screen', async () => {
    const server = await startServer({ env: { JWT_SECRET: TEST_SECRET } });
    await using _ = server;
    const ann = createSupportClient({ url: server.url, token: customerToken('ann') });
    const ticket = { subject: 'Still there', description: 'd', categoryId: 'category_001' };
    const { ticketId } = await ann.support.tickets.create.mutate(ticket);
    await using tab = await Tab.open(browser);
    const { page } = tab;
    await page.goto(`${server.url}/console/tickets/${ticketId}#token=${dana}`);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('heading', { name: 'Still there' }).waitFor();
    await server.stop();
    await page.getByText('Connecting…').waitFor();
    await page.keyboard.press('4');
    await page.getByText('The server cannot be reached').waitFor({ timeout: SOON.timeout });
    expect(tab.complaints(FAILED)).toEqual([]);
  });

  it('sends nothing that one agent has written as another one', async () => {
    await using server = await startServer({ env: { JWT_SECRET: TEST_SECRET } });
    const ann = createSupportClient({ url: server.url, token: customerToken('ann') });
    const ticket = { subject: 'Whose words', description: 'd', categoryId: 'category_001' };
    const { ticketId } = await ann.support.tickets.create.mutate(ticket);
    await using tab = await Tab.open(browser);
    const { page } = tab;
    const exp = Math.floor(Date.now() / 1000) + 4;
    await page.goto(`${server.url}/console/tickets/${ticketId}#token=${agentToken('agent_dana', { exp })}`);
    const field = page.getByRole('textbox', { name: 'Reply to customer' });
    await field.waitFor();
    await page.context().setOffline(true);
    await field.fill('Yours, Dana');
    await field.press('Control+Enter');
    await page.getByText('Not sent yet').waitFor();
    await vi.waitFor(() => expect(Date.now() / 1000).toBeGreaterThan(exp), SOON);
    await page.context().setOffline(false);
    const signIn = async (token: string) => {
      await page.getByRole('textbox', { name: 'Token' }).fill(token);
      await page.getByRole('button', { name: 'Sign in' }).click();
    };
    await page.getByRole('dialog', { name: 'Your sign-in has expired' }).waitFor();
    await signIn(agentToken('agent_jonas'));
    await page.getByRole('button', { name: 'agent_jonas: menu' }).waitFor();
    await page.getByText('Not sent yet').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'agent_jonas: menu' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(dana);
    await vi.waitFor(async () => {
      const { messages } = await ann.support.tickets.get.query({ ticketId });
      expect(messages).toMatchObject([{ sender: 'agent_dana', content: 'Yours, Dana' }]);
    }, SOON);
    expect(tab.complaints(FAILED)).toEqual([]);
  });
});
