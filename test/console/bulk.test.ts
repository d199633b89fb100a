import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSupportClient, type SupportClient } from '../../src/client/index.js';
import { hasChromium, launch, Tab } from '../support/chromium.js';
import { type RunningServer, startServer } from '../support/start-server.js';
import { agentToken, customerToken, TEST_SECRET } from '../support/tokens.js';

const SECOND = { timeout: 20_000, interval: 50 };
const danas = agentToken('agent_dana');

describe.runIf(hasChromium)('many tickets at once', () => {
  let browser: Browser;
  let server: RunningServer;
  let dana: SupportClient;
  let ann: SupportClient;
  beforeAll(async () => {
    browser = await launch();
    server = await startServer({ env: { JWT_SECRET: TEST_SECRET } });
    dana = createSupportClient({ url: server.url, token: danas });
    ann = createSupportClient({ url: server.url, token: customerToken('ann') });
  });
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
  });

  it('are chosen by key, box and range, and changed; what is refused is said for each', async () => {
    const ids: string[] = [];
    for (const subject of ['One', 'Two', 'Three', 'Four']) {
      const ticket = { subject, description: 'd', categoryId: 'category_001' };
      ids.push((await ann.support.tickets.create.mutate(ticket)).ticketId);
    }
    await ann.support.tickets.close.mutate({ ticketId: ids[1] ?? '' });
    await using tab = await Tab.open(browser);
    const { page } = tab;
    await page.goto(`${server.url}/console/?requester=ann&sort=created#token=${danas}`);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('link', { name: /^Four/ }).focus();
    await page.keyboard.press('x');
    await page.getByText('1 chosen').waitFor();
    await page.getByRole('link', { name: /^Two/ }).click({ modifiers: ['Shift'] });
    await page.getByText('3 chosen').waitFor();
    await page.getByRole('checkbox', { name: 'Choose One' }).check();
    const bar = page.getByRole('region', { name: 'Chosen tickets' });
    await bar.getByText('4 chosen').waitFor();
    expect(await tab.faults()).toEqual([]);
    await bar.getByRole('combobox', { name: 'Priority' }).click();
    await page.getByRole('option', { name: 'Critical' }).click();
    const refused = page.getByRole('dialog', { name: '1 of 4 not changed' });
    await refused.getByText('Two').waitFor();
    expect(await tab.faults()).toEqual([]);
    const priorities = async () =>
      (await dana.desk.tickets.list.query({ requester: 'ann', sort: 'created' })).tickets.map((one) => one.priority);
    await vi.waitFor(
      async () => expect(await priorities()).toEqual(['Critical', 'Critical', 'Medium', 'Critical']),
      SECOND,
    );
    await refused.getByRole('button', { name: 'Close', exact: true }).click();
    await refused.waitFor({ state: 'detached' });
    // What had the focus is gone: it is where the next key is a command.
    await vi.waitFor(async () => expect(await page.evaluate('document.activeElement.tagName')).toBe('H1'), SECOND);
    await page.keyboard.press('Escape');
    await bar.waitFor({ state: 'detached' });
  });
});
