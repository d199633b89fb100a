import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSupportClient } from '../../src/client/index.js';
import { hasChromium, launch, Tab } from '../support/chromium.js';
import { type RunningServer, startServer } from '../support/start-server.js';
import { adminToken, agentToken, customerToken, TEST_SECRET } from '../support/tokens.js';

const SOON = { timeout: 20_000, interval: 50 };

describe.runIf(hasChromium)('names of people in the console', () => {
  let browser: Browser;
  let server: RunningServer;
  const danas = agentToken('agent_dana');
  beforeAll(async () => {
    browser = await launch();
    server = await startServer({ env: { JWT_SECRET: TEST_SECRET } });
  });
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
  });

  it('stand in the place of ids, asked for together, and are found to assign to', async () => {
    const ticket = { description: 'd', categoryId: 'category_001' };
    const ids: string[] = [];
    for (const who of ['ann', 'ben', 'nameless']) {
      const { support } = createSupportClient({ url: server.url, token: customerToken(who) });
      ids.push((await support.tickets.create.mutate({ ...ticket, subject: `Of ${who}` })).ticketId);
    }
    const profiles = [
      { userId: 'ann', name: 'Ann Lee' },
      { userId: 'ben', name: 'Ben <b>Ward</b>' },
      { userId: 'agent_jonas', name: 'Jonas Lindqvist', role: 'agent' as const },
    ];
    await createSupportClient({ url: server.url, token: adminToken() }).desk.profiles.import.mutate({ profiles });
    await using tab = await Tab.open(browser);
    const { page } = tab;
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('desk.profiles.lookUp')) asked.push(request.url());
    });
    await page.goto(`${server.url}/console#token=${danas}`);
    await page.getByRole('link', { name: /Of ann.*Ann Lee/ }).waitFor();
    await page.getByRole('link', { name: /Of ben.*Ben <b>Ward<\/b>/ }).waitFor();
    await page.getByRole('link', { name: /Of nameless.*nameless/ }).waitFor();
    expect(asked).toHaveLength(1);

    await page.getByRole('link', { name: /Of ann/ }).click();
    await page.getByRole('heading', { name: 'Of ann' }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    await page.keyboard.press('a');
    await page.getByRole('option', { name: 'Jonas Lindqvist' }).click();
    const { desk } = createSupportClient({ url: server.url, token: danas });
    const [ticketId = ''] = ids;
    await vi.waitFor(
      async () => expect((await desk.tickets.get.query({ ticketId })).assignedAgent).toBe('agent_jonas'),
      SOON,
    );
    await page.getByRole('combobox', { name: 'Assigned to: Jonas Lindqvist' }).waitFor();
    expect(await tab.faults()).toEqual([]);
  });
});
