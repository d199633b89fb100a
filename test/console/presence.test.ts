import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSupportClient, type SupportClient } from '../../src/client/index.js';
import { hasChromium, launch, Tab } from '../support/chromium.js';
import { type RunningServer, startServer } from '../support/start-server.js';
import { agentToken, customerToken, TEST_SECRET } from '../support/tokens.js';

const SECOND = { timeout: 20_000, interval: 50 };

describe.runIf(hasChromium)('two agents at one ticket', () => {
  let browser: Browser;
  let server: RunningServer;
  let jonas: SupportClient;
  let ticketId: string;
  beforeAll(async () => {
    browser = await launch();
    server = await startServer({ env: { JWT_SECRET: TEST_SECRET } });
    jonas = createSupportClient({ url: server.url, token: agentToken('agent_jonas') });
    const ann = createSupportClient({ url: server.url, token: customerToken('ann') });
    const ticket = { subject: 'Seen by two', description: 'd', categoryId: 'category_001' };
    ticketId = (await ann.support.tickets.create.mutate(ticket)).ticketId;
  });
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
  });

  it('see each other come, type, stop and go', async () => {
    await using tab = await Tab.open(browser);
    const { page } = tab;
    const presence = async () => (await jonas.desk.tickets.get.query({ ticketId })).presence;
    await page.goto(`${server.url}/console/tickets/${ticketId}#token=${agentToken('agent_dana')}`);
    await page.getByText('Live', { exact: true }).waitFor();
    await vi.waitFor(
      async () => expect(await presence()).toMatchObject([{ agentId: 'agent_dana', typing: false }]),
      SECOND,
    );
    // None of them is shown to herself.
    expect(await page.getByText('agent_dana look').count()).toBe(0);
    await page.getByRole('textbox', { name: 'Reply to customer' }).fill('Dear');
    await vi.waitFor(
      async () => expect(await presence()).toMatchObject([{ agentId: 'agent_dana', typing: true }]),
      SECOND,
    );
    await vi.waitFor(
      async () => expect(await presence()).toMatchObject([{ agentId: 'agent_dana', typing: false }]),
      SECOND,
    );

    await jonas.desk.presence.beat.mutate({ ticketId });
    await inHeadAndRow(page, 'agent_jonas looks');
    await jonas.desk.presence.beat.mutate({ ticketId, typing: true });
    await inHeadAndRow(page, 'agent_jonas is typing');
    expect(await tab.faults()).toEqual([]);
    await jonas.desk.presence.leave.mutate({ ticketId });
    await page.getByText('agent_jonas').first().waitFor({ state: 'detached' });

    await page.keyboard.press('Escape');
    await page.keyboard.press('u');
    await page.getByText('Choose a ticket').waitFor();
    await vi.waitFor(async () => expect(await presence()).toEqual([]), SECOND);
  });
});

async function inHeadAndRow(page: Page, text: string): Promise<void> {
  await page.getByRole('main').getByText(text).waitFor();
  await page
    .getByRole('link', { name: /Seen by two/ })
    .getByText(text)
    .waitFor();
}
