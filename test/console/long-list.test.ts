import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSupportClient, type SupportClient } from '../../src/client/index.js';
import { hasChromium, launch, Tab } from '../support/chromium.js';
import { createMigratedDatabase, type TestDatabase } from '../support/databases.js';
import { fillQueue } from '../support/fill-queue.js';
import { runSql } from '../support/run-sql.js';
import { type RunningServer, startServer } from '../support/start-server.js';
import { agentToken, TEST_SECRET } from '../support/tokens.js';

const SOON = { timeout: 20_000, interval: 50 };
const TICKETS = 10_000;
/** More than fit into a window of 900 pixels, above and below it too. */
const MOST_ROWS = 40;
const LIST = '/?sort=created';

describe.runIf(hasChromium)('a list of 10,000 tickets', () => {
  let browser: Browser;
  let database: TestDatabase;
  let server: RunningServer;
  let jonas: SupportClient;
  const token = agentToken('agent_dana');
  beforeAll(async () => {
    browser = await launch();
    database = await createMigratedDatabase('sqlite');
    await fillQueue(database.url, TICKETS, { realIds: true });
    // Closed ones, of which most are, can't be changed.
    await runSql(database.url, "UPDATE tickets SET status = 'Open'");
    server = await startServer({ env: { DATABASE_URL: database.url, JWT_SECRET: TEST_SECRET } });
    jonas = createSupportClient({ url: server.url, token: agentToken('agent_jonas') });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
  });

  const openList = async (tab: Tab) => {
    await tab.page.goto(`${server.url}/console${LIST}#token=${token}`);
    await tab.page.getByText('Live', { exact: true }).waitFor();
    await rows(tab.page).first().waitFor();
  };

  it('is scrolled to its end with few rows in the page, and nothing of it is read again when the window comes back', async () => {
    await using tab = await Tab.open(browser);
    const { page } = tab;
    const asked = countLists(page);
    await openList(tab);
    let most = 0;
    await vi.waitFor(
      async () => {
        most = Math.max(most, await rows(page).count());
        await scrollTo(page, Number.MAX_SAFE_INTEGER);
        expect(await rows(page).last().getAttribute('aria-posinset')).toBe(String(TICKETS));
      },
      { timeout: 100_000, interval: 10 },
    );
    expect(most).toBeLessThan(MOST_ROWS);
    expect(asked()).toBe(TICKETS / 100);
    await page.evaluate('dispatchEvent(new Event("visibilitychange")); dispatchEvent(new Event("focus"))');
    // What comes after the focus: only what has changed.
    const ticketId = (await rows(page).first().getAttribute('data-ticket-id')) ?? '';
    await jonas.desk.tickets.update.mutate({ ticketId, priority: 'Critical' });
    await rows(page).first().getByText('Critical').waitFor();
    await vi.waitFor(() => expect(asked()).toBe(TICKETS / 100 + 1), SOON);
    expect(await rows(page).count()).toBeLessThan(MOST_ROWS);
  }, 120_000);

  it.each([1440, 390])('is where it was when one comes back, at %i pixels', async (width) => {
    await using tab = await Tab.open(browser, { viewport: { width, height: 900 } });
    const { page } = tab;
    await openList(tab);
    await vi.waitFor(async () => {
      await scrollTo(page, 20_017);
      expect((await place(page)).scrolled).toBe(20_017);
    }, SOON);
    const before = await place(page);
    const isBack = () => vi.waitFor(async () => expect(await place(page)).toEqual(before), SOON);
    const openTicket = async () => {
      await page.locator(`[data-ticket-id="${before.ticketId}"] a`).click();
      await page.getByRole('textbox', { name: 'Reply to customer' }).waitFor();
    };
    await openTicket();
    await page.keyboard.press('u');
    await isBack();
    await openTicket();
    await page.goBack();
    await isBack();
    await page.getByRole('link', { name: 'Figures' }).click();
    await page.getByRole('heading', { name: 'Figures' }).waitFor();
    await page.goBack();
    await isBack();
    await page.getByRole('link', { name: 'Figures' }).click();
    await page.getByRole('heading', { name: 'Figures' }).waitFor();
    // What happens while it is not shown is there when it is.
    await jonas.desk.tickets.update.mutate({ ticketId: before.ticketId, priority: 'Critical' });
    await page.keyboard.press('u');
    await isBack();
    expect(page.url()).toBe(`${server.url}/console${LIST}`);
    await page.locator(`[data-ticket-id="${before.ticketId}"]`).getByText('Critical').waitFor();
  });

  it('gets what changed while the sign-in had ended, without being read again', async () => {
    const tab = await Tab.open(browser);
    await using _ = tab;
    const { page } = tab;
    await openList(tab);
    await vi.waitFor(async () => {
      await scrollTo(page, 40_000);
      expect((await place(page)).scrolled).toBe(40_000);
    }, SOON);
    const before = await place(page);
    const row = page.locator(`[data-ticket-id="${before.ticketId}"]`);
    await page.route('**/trpc/*desk.tickets.counts*', (route) =>
      route.continue({ headers: { ...route.request().headers(), authorization: 'Bearer no.longer.good' } }),
    );
    // The counts are asked for at each event.
    await jonas.desk.notes.add.mutate({ ticketId: before.ticketId, content: 'Expires' });
    await page.getByRole('dialog', { name: 'Your sign-in has expired' }).waitFor();
    await page.unrouteAll();
    await jonas.desk.tickets.update.mutate({ ticketId: before.ticketId, priority: 'High' });
    expect(await row.getByText('High').count()).toBe(0);
    const asked = countLists(page);
    await page.getByRole('textbox', { name: 'Token' }).fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await row.getByText('High').waitFor();
    expect(asked()).toBeLessThan(4);
    expect(await place(page)).toEqual(before);
    expect(tab.complaints(/Failed to load resource.*401/)).toEqual([]);
  });
});

const rows = (page: Page) => page.locator('ol > [data-ticket-id]');

function countLists(page: Page): () => number {
  let asked = 0;
  page.on('request', (request) => {
    asked += request.url().match(/desk\.tickets\.list\b/g)?.length ?? 0;
  });
  return () => asked;
}

const scrollTo = (page: Page, top: number) =>
  page.evaluate(`document.querySelector('[class*=scroller]').scrollTop = ${top}`);

/** How far the list is scrolled, and which ticket is the first one in sight, how far from the top. */
function place(page: Page): Promise<{ scrolled: number; ticketId: string; at: number }> {
  return page.evaluate(`(() => {
    const scroller = document.querySelector('[class*=scroller]');
    const { top } = scroller.getBoundingClientRect();
    const row = [...scroller.querySelectorAll('[data-ticket-id]')].find((one) => one.getBoundingClientRect().top >= top);
    return { scrolled: scroller.scrollTop, ticketId: row.dataset.ticketId, at: row.getBoundingClientRect().top - top };
  })()`);
}
