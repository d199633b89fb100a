import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSupportClient } from '../../src/client/index.js';
import { hasChromium, launch, Tab } from '../support/chromium.js';
import { type RunningServer, startServer } from '../support/start-server.js';
import { adminToken, agentToken, customerToken, TEST_SECRET } from '../support/tokens.js';

const SOON = { timeout: 20_000, interval: 50 };
const token = agentToken('agent_dana');

describe.runIf(hasChromium)('in a narrow window', () => {
  let browser: Browser;
  let server: RunningServer;
  let ticketId: string;
  beforeAll(async () => {
    browser = await launch();
    server = await startServer({ env: { JWT_SECRET: TEST_SECRET } });
    const { support } = createSupportClient({ url: server.url, token: customerToken('ann') });
    const ticket = { description: 'd', categoryId: 'category_001' };
    await support.tickets.create.mutate({ ...ticket, subject: 'Another one' });
    ({ ticketId } = await support.tickets.create.mutate({ ...ticket, subject: 'Card declined' }));
    const { desk } = createSupportClient({ url: server.url, token });
    await desk.tickets.take.mutate({ ticketId });
  });
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
  });

  const focusedText = (page: Page) => page.evaluate('document.activeElement.textContent');

  it.each([390, 1024])("a ticket's details are a dialog, by key and button, at %i pixels", async (width) => {
    await using tab = await Tab.open(browser, { viewport: { width, height: 844 } });
    const { page } = tab;
    await page.goto(`${server.url}/console/tickets/${ticketId}?requester=ann#token=${token}`);
    await page.getByRole('heading', { name: 'Card declined' }).waitFor();
    const details = page.getByRole('dialog', { name: 'Details' });
    await page.keyboard.press('i');
    await details
      .getByText(/agent_dana took it|agent_dana/)
      .first()
      .waitFor();
    await details.getByRole('heading', { name: 'History' }).waitFor();
    // Nothing behind it is reached.
    for (let presses = 0; presses < 5; presses += 1) {
      await page.keyboard.press('Tab');
      await vi.waitFor(async () => {
        expect(await page.evaluate('document.activeElement.closest("[role=dialog]") !== null')).toBe(true);
      }, SOON);
    }
    expect(await tab.faults()).toEqual([]);
    await page.keyboard.press('Escape');
    await details.waitFor({ state: 'detached' });
    await vi.waitFor(async () => expect(await focusedText(page)).toBe('Card declined'), SOON);

    await page.keyboard.press('i');
    await details.waitFor();
    await page.keyboard.press('i');
    await details.waitFor({ state: 'detached' });

    const button = page.getByRole('button', { name: 'Details' });
    await button.click();
    await details.getByRole('button', { name: 'Close' }).click();
    await details.waitFor({ state: 'detached' });
    await vi.waitFor(async () => expect(await focusedText(page)).toBe('Details'), SOON);

    await button.click();
    await details.getByRole('link', { name: 'Another one' }).click();
    await page.getByRole('heading', { name: 'Another one' }).waitFor();
    await details.waitFor({ state: 'detached' });
    await vi.waitFor(async () => expect(await focusedText(page)).toBe('Another one'), SOON);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  });

  it('they stand beside it where there is room, and the key leads to them', async () => {
    await using tab = await Tab.open(browser, { viewport: { width: 1440, height: 900 } });
    const { page } = tab;
    await page.goto(`${server.url}/console/tickets/${ticketId}?requester=ann#token=${token}`);
    await page.getByRole('heading', { name: 'History' }).waitFor();
    expect(await page.getByRole('button', { name: 'Details' }).count()).toBe(0);
    await page.getByRole('heading', { name: 'Card declined' }).waitFor();
    await page.keyboard.press('i');
    await vi.waitFor(
      async () => expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toBe('Details'),
      SOON,
    );
  });

  // 400 % of 1280 pixels.
  it.each([
    ['/?status=Open', 'Another one'],
    ['/?q=card', 'Card declined'],
    ['/tickets/{ticketId}', 'Card declined'],
    ['/figures', 'Figures'],
    ['/settings/categories', 'Categories'],
    ['/settings/macros', 'Saved replies'],
    ['/settings/sla', 'Business hours'],
    ['/settings/webhooks', 'Webhooks'],
  ])('at 320 pixels nothing of %s is cut off', async (path, says) => {
    await using tab = await Tab.open(browser, { viewport: { width: 320, height: 640 } });
    const { page } = tab;
    const address = path.replace('{ticketId}', ticketId);
    await page.goto(`${server.url}/console${address}#token=${adminToken()}`);
    await page.getByText(says).locator('visible=true').first().waitFor();
    // What is wider scrolls in itself: the page doesn't, and neither does what the page scrolls.
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    expect(
      await page.evaluate(
        '[...document.querySelectorAll("main, [role=main]")].map((one) => one.scrollWidth - one.clientWidth)',
      ),
    ).toEqual([0]);
  });
});
