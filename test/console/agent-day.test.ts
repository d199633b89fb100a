import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSupportClient, type SupportClient } from '../../src/client/index.js';
import { hasChromium, launch, Tab } from '../support/chromium.js';
import { createMigratedDatabase, type TestDatabase } from '../support/databases.js';
import { type RunningServer, startServer } from '../support/start-server.js';
import { adminToken, agentToken, customerToken, TEST_SECRET } from '../support/tokens.js';

const SECOND = { timeout: 20_000, interval: 50 };
/** What Chromium says of requests that a test has made fail. */
const REFUSED = /Failed to load resource|net::ERR_/;

describe.runIf(hasChromium)('an agent in the console', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  describe.each(['sqlite', 'postgresql'] as const)('on %s', (engine) => {
    let database: TestDatabase;
    let server: RunningServer;
    let dana: SupportClient;
    let jonas: SupportClient;
    let ann: SupportClient;
    const client = (token: string) => createSupportClient({ url: server.url, token });
    const danas = agentToken('agent_dana');
    beforeAll(async () => {
      database = await createMigratedDatabase(engine);
      server = await startServer({ env: { DATABASE_URL: database.url, JWT_SECRET: TEST_SECRET } });
      dana = client(danas);
      jonas = client(agentToken('agent_jonas'));
      ann = client(customerToken('ann'));
      const { desk } = client(adminToken());
      await desk.macros.create.mutate({ name: 'Looking into it', text: 'Thank you for "{{ticket.subject}}".' });
    });
    afterAll(async () => {
      await server[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    });

    const open = async (subject: string, customer = ann): Promise<string> => {
      const ticket = { subject, description: `About: ${subject}`, categoryId: 'category_001' };
      return (await customer.support.tickets.create.mutate(ticket)).ticketId;
    };
    const read = (ticketId: string) => dana.desk.tickets.get.query({ ticketId });
    const signIn = async (path = '', token = danas) => {
      const tab = await Tab.open(browser);
      await tab.page.goto(`${server.url}/console${path}#token=${token}`);
      return tab;
    };
    /** With what is told about it having arrived, so that nothing is asked for meanwhile. */
    const signInLive = async (path: string) => {
      const tab = await signIn(path);
      await tab.page.getByText('Live', { exact: true }).waitFor();
      return tab;
    };

    it('signs in by a link whose token leaves the address, and stays signed in over a reload', async () => {
      await open('A first ticket');
      await using tab = await signIn();
      const { page } = tab;
      await page.getByRole('link', { name: /A first ticket/ }).waitFor();
      expect(page.url()).toBe(`${server.url}/console/?status=Open,In+Progress`);
      await page.reload();
      await page.getByRole('link', { name: /A first ticket/ }).waitFor();
    });

    it('takes a ticket, answers it and resolves it by the keyboard alone', async () => {
      const first = await open('Resolve me');
      const second = await open('Then me');
      await using tab = await signInLive('/?requester=ann&sort=created');
      const { page } = tab;
      // What is typed before would be keys of the page.
      const focused = (role: 'combobox' | 'textbox') => page.getByRole(role).and(page.locator(':focus')).waitFor();
      await page.getByRole('link', { name: /Then me/ }).waitFor();
      await page.keyboard.press('j');
      await page.getByRole('heading', { name: 'Then me' }).waitFor();
      await page.keyboard.press('j');
      await page.getByRole('heading', { name: 'Resolve me' }).waitFor();
      await page.keyboard.press('t');
      await vi.waitFor(async () => {
        expect(await read(first)).toMatchObject({ assignedAgent: 'agent_dana', status: 'In Progress' });
      }, SECOND);

      await page.keyboard.press('p');
      await focused('combobox');
      await page.keyboard.type('crit');
      await page.keyboard.press('Enter');
      await vi.waitFor(async () => expect((await read(first)).priority).toBe('Critical'), SECOND);
      await page.keyboard.press('l');
      await focused('combobox');
      await page.keyboard.type('Late Refund');
      await page.keyboard.press('Enter');
      await vi.waitFor(async () => expect((await read(first)).tags).toEqual(['late-refund']), SECOND);
      await page.keyboard.press('Escape');
      // Until it is gone, keys are the list's.
      await page.getByRole('listbox').waitFor({ state: 'detached' });

      await page.keyboard.press('r');
      await focused('textbox');
      await page.keyboard.press('/');
      await focused('combobox');
      await page.keyboard.type('look');
      await page.getByRole('option', { name: 'Looking into it' }).waitFor();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      const field = page.getByRole('textbox', { name: 'Reply to customer' });
      await vi.waitFor(async () => expect(await field.inputValue()).toBe('Thank you for "Resolve me".'), SECOND);
      await page.keyboard.press('Control+Enter');
      await vi.waitFor(async () => {
        expect((await read(first)).messages).toMatchObject([
          { sender: 'agent_dana', content: 'Thank you for "Resolve me".' },
        ]);
      }, SECOND);
      expect(await field.inputValue()).toBe('');

      await page.keyboard.press('Escape');
      await page.keyboard.press('e');
      await page.getByRole('dialog').waitFor();
      await focused('textbox');
      await page.keyboard.type('New card');
      // Backwards in the list there is something to go on with.
      await page.keyboard.press('Tab');
      await page.getByRole('button', { name: 'Resolve', exact: true }).press('Enter');
      await vi.waitFor(async () => {
        expect(await read(first)).toMatchObject({ status: 'Resolved', resolution: 'New card' });
      }, SECOND);
      await page.keyboard.press('k');
      await page.getByRole('heading', { name: 'Then me' }).waitFor();
      expect(await read(second)).toMatchObject({ status: 'Open', assignedAgent: null });
    });

    it('keeps reply and note apart, each with its draft, over a reload; no customer sees a note', async () => {
      const ticketId = await open('Two drafts');
      await using tab = await signIn(`/tickets/${ticketId}`);
      const { page } = tab;
      await page.getByRole('heading', { name: 'Two drafts' }).waitFor();
      await page.keyboard.press('n');
      await page.getByRole('textbox', { name: 'Internal note' }).fill('They have called twice');
      await page.getByRole('button', { name: /Reply to customer/ }).click();
      await page.getByRole('textbox', { name: 'Reply to customer' }).fill('Dear Ann');
      await page.reload();
      await page.getByRole('heading', { name: 'Two drafts' }).waitFor();
      const reply = page.getByRole('textbox', { name: 'Reply to customer' });
      expect(await reply.inputValue()).toBe('Dear Ann');
      await page.keyboard.press('n');
      expect(await page.getByRole('textbox', { name: 'Internal note' }).inputValue()).toBe('They have called twice');
      await page.getByRole('button', { name: 'Add note' }).click();
      await vi.waitFor(
        async () => expect((await read(ticketId)).notes).toMatchObject([{ content: 'They have called twice' }]),
        SECOND,
      );
      expect((await ann.support.tickets.get.query({ ticketId })).messages).toEqual([]);
      expect(await page.getByRole('article').filter({ hasText: 'They have called twice' }).textContent()).toContain(
        'Internal note',
      );
    });

    it('follows what happens: a message where it belongs, new tickets without a jump of the list', async () => {
      const ticketId = await open('Watched');
      await using tab = await signInLive(`/tickets/${ticketId}?requester=ann&sort=created`);
      const { page } = tab;
      await page.getByRole('link', { name: /Watched/ }).waitFor();
      const subjects = () => page.locator('ol a [class*=subject]').allTextContents();
      const before = await subjects();
      await ann.support.messages.add.mutate({ ticketId, message: 'Are you there?' });
      await page.getByRole('article').filter({ hasText: 'Are you there?' }).waitFor();
      await open('Brand new');
      const news = page.getByRole('button', { name: '1 new' });
      await news.waitFor();
      expect(await subjects()).toEqual(before);
      await news.click();
      await page.getByRole('link', { name: /Brand new/ }).waitFor();
      expect(await subjects()).toEqual(['Brand new', ...before]);
    });

    it('takes back what the server refuses, and says why', async () => {
      const ticketId = await open('Wanted by two');
      const tab = await Tab.open(browser);
      await using _ = tab;
      const { page } = tab;
      // Cut off from what happens: what it shows is old.
      await page.route('**/trpc/desk.events.watch*', (route) => route.abort());
      await page.goto(`${server.url}/console/tickets/${ticketId}#token=${danas}`);
      await page.getByRole('heading', { name: 'Wanted by two' }).waitFor();
      await jonas.desk.tickets.take.mutate({ ticketId });
      await page.keyboard.press('t');
      const notice = page.getByRole('region', { name: 'Notifications' });
      await notice.getByText('Take: not changed').waitFor();
      await notice.getByText(/agent_jonas/).waitFor();
      await page.getByRole('combobox', { name: 'Assigned to: agent_jonas' }).waitFor();
      expect(tab.complaints(REFUSED)).toEqual([]);
    });

    it('sends what was written without a network once it is back, once', async () => {
      const ticketId = await open('Under the bridge');
      await using tab = await signIn(`/tickets/${ticketId}`);
      const { page } = tab;
      await page.getByRole('heading', { name: 'Under the bridge' }).waitFor();
      await page.context().setOffline(true);
      await page.keyboard.press('r');
      await page.getByRole('textbox', { name: 'Reply to customer' }).fill('From the train');
      await page.keyboard.press('Control+Enter');
      await page.getByText('Not sent yet, it is tried again by itself.').waitFor();
      await page.context().setOffline(false);
      await vi.waitFor(
        async () => expect((await read(ticketId)).messages).toMatchObject([{ content: 'From the train' }]),
        SECOND,
      );
      await page.getByText('Not sent yet').waitFor({ state: 'detached' });
      expect(await page.getByRole('article').filter({ hasText: 'From the train' }).count()).toBe(1);
      expect(tab.complaints(REFUSED)).toEqual([]);
    });

    it('puts back what was refused, to be edited', async () => {
      const ticketId = await open('Closed meanwhile');
      const tab = await Tab.open(browser);
      await using _ = tab;
      const { page } = tab;
      await page.route('**/trpc/desk.events.watch*', (route) => route.abort());
      await page.goto(`${server.url}/console/tickets/${ticketId}#token=${danas}`);
      const field = page.getByRole('textbox', { name: 'Reply to customer' });
      await field.fill('One more thing');
      await ann.support.tickets.close.mutate({ ticketId });
      await field.press('Control+Enter');
      await page.getByText('The ticket has been closed meanwhile').first().waitFor();
      await page.getByRole('button', { name: 'Put it back to edit' }).click();
      await vi.waitFor(async () => {
        const kept = await page.evaluate(() =>
          JSON.stringify(Object.values((globalThis as never as { localStorage: object }).localStorage)),
        );
        expect(kept).toContain('One more thing');
      }, SECOND);
      expect(tab.complaints(REFUSED)).toEqual([]);
    });

    it('asks for a new token when the old one has expired, and loses nothing', async () => {
      const ticketId = await open('Long thoughts');
      const exp = Math.floor(Date.now() / 1000) + 4;
      await using tab = await signIn(`/tickets/${ticketId}`, agentToken('agent_dana', { exp }));
      const { page } = tab;
      const field = page.getByRole('textbox', { name: 'Reply to customer' });
      await field.fill('A long answer');
      await page.getByRole('dialog', { name: 'Your sign-in has expired' }).waitFor();
      await page.getByRole('textbox', { name: 'Token' }).fill('not.a.token');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByText('This token is not good').waitFor();
      await page.getByRole('textbox', { name: 'Token' }).fill(danas);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(await field.inputValue()).toBe('A long answer');
      await field.press('Control+Enter');
      await vi.waitFor(
        async () => expect((await read(ticketId)).messages).toMatchObject([{ content: 'A long answer' }]),
        SECOND,
      );
      expect(tab.complaints(REFUSED)).toEqual([]);
    });

    it('finds words, and shows where they stand; the address is the view', async () => {
      const ticketId = await open('About a zebra');
      await dana.desk.notes.add.mutate({ ticketId, content: 'The zebra is called Fritz' });
      await using tab = await signIn();
      const { page } = tab;
      await page.getByRole('link', { name: /About a zebra/ }).waitFor();
      await page.keyboard.press('/');
      await page.keyboard.type('fritz');
      await page.keyboard.press('Enter');
      await page.locator('mark', { hasText: 'Fritz' }).waitFor();
      expect(page.url()).toBe(`${server.url}/console/?q=fritz`);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+k');
      await page
        .getByRole('textbox')
        .or(page.getByRole('combobox', { name: 'Commands' }))
        .last()
        .fill('mine');
      await page.keyboard.press('Enter');
      await vi.waitFor(
        () => expect(page.url()).toBe(`${server.url}/console/?status=Open,In+Progress&assignee=me`),
        SECOND,
      );
    });
  });
});
