import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSupportClient, type SupportClient } from '../../src/client/index.js';
import { hasChromium, launch, Tab } from '../support/chromium.js';
import { createMigratedDatabase, type TestDatabase } from '../support/databases.js';
import { type RunningServer, startServer } from '../support/start-server.js';
import { adminToken, agentToken, customerToken, TEST_SECRET } from '../support/tokens.js';
import { ALLOW_LOOPBACK, startReceiver } from '../support/webhook-receiver.js';

const SOON = { timeout: 20_000, interval: 50 };
/** What Chromium says of requests that the server has refused, as they should be. */
const REFUSED = /Failed to load resource/;

describe.runIf(hasChromium)('an admin in the console', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  describe.each(['sqlite', 'postgresql'] as const)('on %s', (engine) => {
    let database: TestDatabase;
    let server: RunningServer;
    let admin: SupportClient;
    beforeAll(async () => {
      database = await createMigratedDatabase(engine);
      server = await startServer({
        env: { DATABASE_URL: database.url, JWT_SECRET: TEST_SECRET, ...ALLOW_LOOPBACK },
      });
      admin = createSupportClient({ url: server.url, token: adminToken() });
    });
    afterAll(async () => {
      await server[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    });

    const signIn = async (path: string, token = adminToken()) => {
      const tab = await Tab.open(browser);
      await tab.page.goto(`${server.url}/console${path}#token=${token}`);
      return tab;
    };
    const active = async () =>
      (await admin.desk.categories.list.query())
        .filter(({ archivedAt }) => archivedAt === null)
        .map(({ name }) => name);
    const handle = (page: Page, name: string) => page.getByRole('button', { name: `Move ${name}:` });

    it('orders categories by mouse and keyboard, adds, renames, archives and restores one', async () => {
      const before = await active();
      const [first = '', second = '', third = ''] = before;
      await using tab = await signIn('/settings');
      const { page } = tab;
      await handle(page, first).focus();
      await page.keyboard.press('ArrowDown');
      await vi.waitFor(async () => expect((await active()).slice(0, 3)).toEqual([second, first, third]), SOON);
      await page.getByText(`${first}: 2 of ${before.length}`).waitFor({ state: 'attached' });
      await page.keyboard.press('ArrowDown');
      await vi.waitFor(async () => expect((await active()).slice(0, 3)).toEqual([second, third, first]), SOON);

      const from = await handle(page, first).boundingBox();
      const to = await handle(page, second).boundingBox();
      if (from === null || to === null) throw new Error('Not on the screen');
      await page.mouse.move(from.x + 5, from.y + 5);
      await page.mouse.down();
      await page.mouse.move(to.x + 5, to.y + 5, { steps: 5 });
      await page.mouse.up();
      await vi.waitFor(async () => expect((await active()).slice(0, 3)).toEqual([first, second, third]), SOON);

      await page.getByRole('button', { name: 'Add a category' }).click();
      await page.getByLabel('Name', { exact: true }).fill(first.toUpperCase());
      await page.getByLabel('Description', { exact: true }).fill('About cards');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Another one has this name').waitFor();
      expect(await page.getByLabel('Description', { exact: true }).inputValue()).toBe('About cards');
      await page.getByLabel('Name', { exact: true }).fill('Cards');
      await page.getByRole('button', { name: 'Save' }).click();
      await vi.waitFor(async () => expect(await active()).toEqual([...before, 'Cards']), SOON);
      await page.getByRole('button', { name: 'Edit Cards' }).click();
      await page.getByLabel('Name', { exact: true }).fill('');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.locator('input[aria-invalid=true]:focus').waitFor();
      await page.getByLabel('Name', { exact: true }).fill('Bank cards');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('button', { name: 'Archive Bank cards' }).click();
      await page.getByRole('button', { name: 'Restore Bank cards' }).waitFor();
      expect(await active()).toEqual(before);
      await page.getByRole('button', { name: 'Restore Bank cards' }).click();
      await vi.waitFor(async () => expect(await active()).toEqual([...before, 'Bank cards']), SOON);
      expect(tab.complaints(REFUSED)).toEqual([]);
    });

    it('writes a saved reply with a preview, uses it, and deletes it', async () => {
      const ann = createSupportClient({ url: server.url, token: customerToken('ann') });
      const ticket = { subject: 'Card declined', description: 'd', categoryId: 'category_001' };
      const { ticketId } = await ann.support.tickets.create.mutate(ticket);
      await using tab = await signIn('/settings/macros');
      const { page } = tab;
      await page.getByRole('button', { name: 'Add a saved reply' }).click();
      await page.getByLabel('Name', { exact: true }).fill('Thanks');
      await page.getByLabel('Text', { exact: true }).fill('Thank you, {{who}}');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Must not hold {{ but in one of').waitFor();
      await page.getByLabel('Text', { exact: true }).fill('Thank you, ');
      await page.getByRole('button', { name: '{{requester}}' }).click();
      await page.getByText('Thank you, user_123').waitFor();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('button', { name: 'Edit Thanks' }).waitFor();
      expect(await admin.desk.macros.list.query({})).toMatchObject([
        { name: 'Thanks', text: 'Thank you, {{requester}}' },
      ]);

      await page.goto(`${server.url}/console/tickets/${ticketId}`);
      const field = page.getByRole('textbox', { name: 'Reply to customer' });
      await field.press('/');
      await page.getByRole('option', { name: 'Thanks' }).click();
      await vi.waitFor(async () => expect(await field.inputValue()).toBe('Thank you, ann'), SOON);

      await page.goto(`${server.url}/console/settings/macros`);
      await page.getByRole('searchbox', { name: 'Search by name' }).fill('nothing');
      await page.getByText('No saved reply has this in its name').waitFor();
      await page.getByRole('searchbox', { name: 'Search by name' }).fill('thank');
      await page.getByRole('button', { name: 'Delete Thanks' }).click();
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await vi.waitFor(async () => expect(await admin.desk.macros.list.query({})).toEqual([]), SOON);
      expect(tab.complaints(REFUSED)).toEqual([]);
    });

    it('sets a target and business hours, and is told at its field what is wrong', async () => {
      await using tab = await signIn('/settings/sla');
      const { page } = tab;
      const high = page.getByRole('form', { name: 'High' });
      await high.getByLabel('First answer within', { exact: true }).fill('90');
      await high.getByLabel('First answer within: unit').selectOption('minutes');
      await page.getByRole('button', { name: 'Save the targets of High' }).click();
      await vi.waitFor(async () => {
        const targets = await admin.desk.sla.targets.query();
        expect(targets.find(({ priority }) => priority === 'High')).toMatchObject({ firstResponseMinutes: 90 });
      }, SOON);

      await page.getByRole('button', { name: 'Monday to Friday, 9 to 17' }).click();
      await page.getByLabel('Time zone').fill('Europe/Nowhere');
      await page.getByLabel('Monday: until').fill('08:00');
      await page.getByRole('button', { name: 'Save the business hours' }).click();
      await page.getByText('Must be the name of a time zone').waitFor();
      await page.getByText('Must be later than opens').waitFor();
      await page.getByLabel('Time zone').fill('Europe/Berlin');
      await page.getByLabel('Monday: until').fill('12:30');
      await page.getByRole('button', { name: 'Add a holiday' }).click();
      await page.getByLabel('Date').fill('2026-12-25');
      await page.getByLabel('What the day is called').fill('Christmas Day');
      await page.getByRole('button', { name: 'Save the business hours' }).click();
      await vi.waitFor(async () => {
        const calendar = await admin.desk.sla.calendar.query();
        expect(calendar).toMatchObject({
          timeZone: 'Europe/Berlin',
          holidays: [{ date: '2026-12-25', name: 'Christmas Day' }],
        });
        expect(calendar.weeklyHours).toContainEqual({ day: 'Monday', opens: '09:00', closes: '12:30' });
        expect(calendar.weeklyHours).toHaveLength(5);
      }, SOON);
      expect(tab.complaints(REFUSED)).toEqual([]);
    });

    it('adds a webhook, sees its secret once, and what was delivered to its receiver', async () => {
      await using receiver = await startReceiver();
      await using tab = await signIn('/settings/webhooks');
      const { page } = tab;
      await page.getByRole('button', { name: 'Add a webhook' }).click();
      await page.getByLabel('URL', { exact: true }).fill('ftp://nowhere');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Must be a URL that begins with https://').waitFor();
      await page.getByLabel('URL', { exact: true }).fill(receiver.url);
      await page.getByLabel('ticket.created').check();
      await page.getByRole('button', { name: 'Save' }).click();
      const secret = await page.getByRole('textbox', { name: 'Secret' }).inputValue();
      expect(secret).toMatch(/^whsec_/);
      await page.getByRole('button', { name: 'I have kept it' }).click();
      await page.getByRole('link', { name: receiver.url }).click();
      await page.getByText('Nothing was sent yet').waitFor();
      expect(await page.content()).not.toContain(secret);

      await page.getByRole('button', { name: 'Send a test' }).click();
      await page.getByText('Delivered', { exact: true }).locator('visible=true').waitFor();
      await page.getByRole('button', { name: '1 attempt' }).click();
      await page.getByText('Delivered (204)').waitFor();
      await page.getByRole('button', { name: 'Send again: Test' }).click();
      await vi.waitFor(() => expect(receiver.received.length).toBe(2), SOON);

      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByText('An admin has paused it.').waitFor();
      await page.getByRole('button', { name: 'Resume…' }).click();
      await page.getByRole('button', { name: 'Leave it out' }).click();
      await page.getByRole('button', { name: 'Send a test' }).waitFor();
      await page.getByRole('button', { name: 'New secret…' }).click();
      await page.getByRole('button', { name: 'Make a new secret' }).click();
      expect(await page.getByRole('textbox', { name: 'Secret' }).inputValue()).not.toBe(secret);
      await page.getByRole('button', { name: 'I have kept it' }).click();
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
      await page.getByText('No webhooks').waitFor();
      expect(await admin.desk.webhooks.list.query({})).toEqual([]);
      expect(tab.complaints(REFUSED)).toEqual([]);
    });

    it('is the only one who sees settings', async () => {
      await using tab = await signIn('/settings/categories', agentToken('agent_dana'));
      const { page } = tab;
      await page.getByText('Settings are for admins').waitFor();
      expect(await page.getByRole('link', { name: 'Settings' }).count()).toBe(0);
      await page.keyboard.press('Control+k');
      await page.getByRole('option', { name: 'Go to figures' }).waitFor();
      expect(await page.getByRole('option', { name: 'Go to settings' }).count()).toBe(0);
    });
  });

  it.each(['light', 'dark'] as const)(
    'finds nothing wrong by axe in %s',
    async (colorScheme) => {
      await using server = await startServer({
        env: { JWT_SECRET: TEST_SECRET, ...ALLOW_LOOPBACK },
      });
      const { desk } = createSupportClient({ url: server.url, token: adminToken() });
      const categoryId = (await desk.categories.list.query())[1]?.categoryId ?? '';
      await desk.categories.archive.mutate({ categoryId });
      await desk.macros.create.mutate({ name: 'Thanks', text: 'Thank you' });
      const { webhookId } = await desk.webhooks.create.mutate({ url: 'http://127.0.0.1:9/' });
      await desk.webhooks.test.mutate({ webhookId });
      const ann = createSupportClient({ url: server.url, token: customerToken('ann') });
      const ticket = { subject: 'Card', description: 'd', categoryId: 'category_001' };
      const { ticketId } = await ann.support.tickets.create.mutate(ticket);
      await desk.tickets.resolve.mutate({ ticketId });
      await ann.support.tickets.rate.mutate({ ticketId, score: 4 });
      await using tab = await Tab.open(browser, { colorScheme });
      const { page } = tab;
      await page.goto(`${server.url}/console/figures#token=${adminToken()}`);
      for (const [path, there] of [
        ['figures', 'By agent'],
        ['settings/categories', 'Archived'],
        ['settings/macros', 'Thanks'],
        ['settings/sla', 'Holidays'],
        ['settings/webhooks', 'Failing'],
        [`settings/webhooks/${webhookId}`, '1 attempt'],
      ] as const) {
        await page.setViewportSize({ width: 1440, height: 900 });
        await page.goto(`${server.url}/console/${path}`);
        await page.getByText(there, { exact: true }).first().waitFor();
        expect([path, await tab.faults()]).toEqual([path, []]);
        await page.setViewportSize({ width: 390, height: 844 });
        expect([path, await tab.faults()]).toEqual([path, []]);
        // Nothing is cut off at 400 % of 1280 pixels.
        await page.setViewportSize({ width: 320, height: 640 });
        expect([path, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([path, 320]);
      }
    },
    180_000,
  );
});
