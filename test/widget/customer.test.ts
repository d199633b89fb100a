import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSupportClient, type SupportClient, withIdempotencyKey } from '../../src/client/index.js';
import { hasChromium, launch } from '../support/chromium.js';
import { PNG } from '../support/files.js';
import { type Bank, signInTo, startBank } from '../support/host-app.js';
import { agentToken, customerToken } from '../support/tokens.js';

const WAIT = { timeout: 20_000, interval: 50 };
/** What Chromium says of requests that a test has made fail. */
const REFUSED = /Failed to load resource|net::ERR_/;

const launcher = (page: Page) => page.getByRole('button', { name: /^Help/ });
const field = (page: Page) => page.getByRole('textbox', { name: 'Your message' });
const send = (page: Page) => page.getByRole('button', { name: 'Send', exact: true });
/** All that the page's storage has. */
const kept = (page: Page) =>
  page.evaluate(() => JSON.stringify((globalThis as never as { localStorage: object }).localStorage));

async function openTicket(page: Page, subject: string): Promise<void> {
  await launcher(page).click();
  await page.getByRole('button', { name: subject }).click();
  await page.getByRole('heading', { name: subject }).waitFor();
}

async function write(page: Page, subject: string, text = `About: ${subject}`): Promise<void> {
  await page.getByRole('button', { name: 'New request' }).click();
  await page.getByRole('combobox', { name: 'What is it about?' }).selectOption('Payment Issues');
  await page.getByRole('textbox', { name: 'Subject' }).fill(subject);
  await page.getByRole('textbox', { name: 'What has happened?' }).fill(text);
}

describe.runIf(hasChromium)('a customer in the widget', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  describe.each(['sqlite', 'postgresql'] as const)('on %s', (engine) => {
    let bank: Bank;
    let dana: SupportClient;
    let ann: SupportClient;
    const client = (token: string) => createSupportClient({ url: bank.server.url, token });
    beforeAll(async () => {
      bank = await startBank({ engine });
      dana = client(agentToken('agent_dana'));
      ann = client(customerToken('ann'));
    });
    afterAll(() => bank[Symbol.asyncDispose]());

    const create = async (subject: string, customer = ann): Promise<string> => {
      const ticket = { subject, description: `About: ${subject}`, categoryId: 'category_001' };
      return (await customer.support.tickets.create.mutate(ticket)).ticketId;
    };
    const reply = (ticketId: string, message: string) => dana.desk.messages.reply.mutate({ ticketId, message });
    const said = async (ticketId: string) =>
      (await dana.desk.tickets.get.query({ ticketId })).messages.map(({ sender, content }) => `${sender}: ${content}`);

    it('opens a request with a file, reads the answer as it comes, answers, closes and rates', async () => {
      await using tab = await bank.signIn(browser, 'ann');
      const { page } = tab;
      await launcher(page).click();
      await page.getByText('How can we help?').waitFor();
      await write(page, 'Card refused', 'At the till.\nIt says E-42.');
      await page.locator('input[type=file]').setInputFiles([
        { name: 'till.png', mimeType: 'image/png', buffer: PNG },
        { name: 'wrong.txt', mimeType: 'text/plain', buffer: Buffer.from('not this') },
      ]);
      const toSend = page.getByRole('list', { name: 'Files to send' });
      await vi.waitFor(async () => expect(await toSend.getByText('1 kB').count()).toBe(2), WAIT);
      await toSend.getByRole('button', { name: 'Remove wrong.txt' }).click();
      await send(page).click();
      await field(page).waitFor();
      const [{ ticketId, subject } = { ticketId: '' }] = await ann.support.tickets.list.query();
      expect(subject).toBe('Card refused');
      const ticket = await dana.desk.tickets.get.query({ ticketId });
      expect(ticket).toMatchObject({
        userId: 'ann',
        categoryId: 'category_001',
        description: 'At the till.\nIt says E-42.',
        files: [{ name: 'till.png', stored: true }],
      });
      const [opened] = await Promise.all([
        page.context().waitForEvent('page'),
        page.getByRole('button', { name: 'Open till.png' }).click(),
      ]);
      await opened.waitForURL(/\/support\/files\/.*\/content/);
      await opened.close();

      await reply(ticketId, 'Which till was it?');
      await page.getByRole('listitem').filter({ hasText: 'Which till was it?' }).waitFor();
      await page.getByText('In progress').waitFor();
      await page.getByRole('status').filter({ hasText: 'There is a new answer. Which till was it?' }).waitFor();
      await field(page).fill('The third');
      await field(page).press('Control+Enter');
      await vi.waitFor(async () => {
        expect(await said(ticketId)).toEqual(['agent_dana: Which till was it?', 'ann: The third']);
      }, WAIT);
      expect(await field(page).inputValue()).toBe('');

      await dana.desk.tickets.resolve.mutate({ ticketId });
      await page.getByText('We think that this is solved.').waitFor();
      await page.getByRole('button', { name: 'Close this request' }).click();
      await page.getByRole('textbox', { name: /What has helped/ }).fill('Another till');
      await page.getByRole('button', { name: 'Close the request' }).click();
      await page.getByText('This request is closed.').waitFor();
      expect(await field(page).count()).toBe(0);
      await page.getByRole('radio', { name: '5, good' }).check();
      await page.getByRole('textbox', { name: /say more/ }).fill('Quick');
      await page.getByRole('button', { name: 'Send the rating' }).click();
      await page.getByText('Thank you for your rating.').first().waitFor();
      expect(await dana.desk.tickets.get.query({ ticketId })).toMatchObject({
        status: 'Closed',
        resolution: 'Another till',
      });
      expect(await dana.desk.ratings.get.query({ ticketId })).toMatchObject({ score: 5, comment: 'Quick' });
    });

    it('sees which requests have an answer that was not looked at, over a reload and in all tabs', async () => {
      const ticketId = await create('Which fees?');
      await using tab = await bank.signIn(browser, 'ann');
      const { page } = tab;
      const button = (name: string) => page.getByRole('button', { name, exact: true });
      await launcher(page).waitFor();
      const second = await page.context().newPage();
      await second.goto(`${bank.url}/cards`);
      await launcher(second).waitFor();
      await reply(ticketId, 'None at all');
      // The host's own button says what onUnread() has told it.
      await button('Messages (1)').waitFor();
      await button('Help 1 new answer').waitFor();
      await second.getByRole('button', { name: 'Messages (1)' }).waitFor();
      await page.reload();
      await button('Messages (1)').waitFor();
      await launcher(page).click();
      await page.getByRole('button', { name: /Which fees\?.*New answer/ }).click();
      await page.getByText('None at all').first().waitFor();
      await button('Messages').waitFor();
      await second.getByRole('button', { name: 'Messages', exact: true }).waitFor();
      await page.reload();
      // It is open where it was.
      await page.getByText('None at all').first().waitFor();
      await button('Messages').waitFor();
    });

    it('sees nothing of another customer, not even on the same computer', async () => {
      const ticketId = await create('Only for Ann');
      await using tab = await bank.signIn(browser, 'ann');
      const { page } = tab;
      await openTicket(page, 'Only for Ann');
      await field(page).fill('A draft of Ann');
      await page.getByRole('button', { name: 'Sign out' }).click();
      await signInTo(tab, bank.url, 'ben');
      await launcher(page).click();
      await page.getByText('How can we help?').waitFor();
      await page.evaluate(
        (id) => (globalThis as never as { SupportWidget: { open(id: string): void } }).SupportWidget.open(id),
        ticketId,
      );
      await page.getByText('This is not there any more.').waitFor();
      expect(await page.getByText(/Only for Ann|A draft of Ann/).count()).toBe(0);
      await page.getByRole('button', { name: 'Close', exact: true }).click();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await signInTo(tab, bank.url, 'ann');
      await openTicket(page, 'Only for Ann');
      expect(await field(page).inputValue()).toBe('A draft of Ann');
      expect(tab.complaints(REFUSED)).toEqual([]);
    });

    it('loses nothing when the connection is cut: what is written goes out once, what was answered is read', async () => {
      const ticketId = await create('Cut off');
      await using tab = await bank.signIn(browser, 'ann');
      const { page } = tab;
      await openTicket(page, 'Cut off');
      await bank.relay.break();
      await page.getByText('The connection is interrupted.').first().waitFor();
      await field(page).fill('Written meanwhile');
      await field(page).press('Control+Enter');
      await field(page).fill('And more');
      await field(page).press('Control+Enter');
      await page.getByText('Not sent yet.').first().waitFor();
      await field(page).fill('Not finished');
      await reply(ticketId, 'Answered meanwhile');
      await bank.relay.restore();
      await page.getByRole('listitem').filter({ hasText: 'Answered meanwhile' }).waitFor();
      await vi.waitFor(async () => {
        expect(await said(ticketId)).toEqual([
          'agent_dana: Answered meanwhile',
          'ann: Written meanwhile',
          'ann: And more',
        ]);
      }, WAIT);
      await page.getByText('Not sent yet.').first().waitFor({ state: 'detached' });
      await page.getByText('The connection is interrupted.').waitFor({ state: 'detached' });
      expect(await field(page).inputValue()).toBe('Not finished');
      expect(tab.complaints(REFUSED)).toEqual([]);
    });

    it('loses nothing by a reload: a request on its way is sent once, a draft with its file stays', async () => {
      await using tab = await bank.signIn(browser, 'ann');
      const { page } = tab;
      await launcher(page).click();
      await write(page, 'Sent twice?');
      // It arrives, and the answer is lost.
      await page.route('**/trpc/support.tickets.create**', async (route) => {
        await route.fetch();
        await route.abort();
      });
      await send(page).click();
      await page.getByText('Not sent yet.').waitFor();
      await page.unroute('**/trpc/support.tickets.create**');
      await page.getByRole('button', { name: 'Back' }).click();
      await write(page, 'A draft', 'Half of a thought');
      await page.locator('input[type=file]').setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: PNG });
      await page.getByText(/are not taken|1 kB/).waitFor();
      await page.getByRole('button', { name: 'Remove a.txt' }).click();
      await page.locator('input[type=file]').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: PNG });
      await page.getByText('1 kB').waitFor();
      await page.reload();
      await page.getByText('a.png').waitFor();
      expect(await page.getByRole('textbox', { name: 'What has happened?' }).inputValue()).toBe('Half of a thought');
      expect(await page.getByRole('textbox', { name: 'Subject' }).inputValue()).toBe('A draft');
      await vi.waitFor(async () => expect(await kept(page)).not.toContain('outbox'), WAIT);
      const tickets = await ann.support.tickets.list.query({ limit: 100 });
      expect(tickets.filter(({ subject }) => subject === 'Sent twice?')).toHaveLength(1);
      expect(tab.complaints(REFUSED)).toEqual([]);
    });

    it('is told what is refused, and has it back to change', async () => {
      const ticketId = await create('Closed meanwhile');
      await using tab = await bank.signIn(browser, 'ann');
      const { page } = tab;
      await openTicket(page, 'Closed meanwhile');
      await field(page).fill('One more thing');
      await bank.relay.break();
      await send(page).click();
      await page.getByText('Not sent yet.').waitFor();
      await field(page).fill('And another');
      await ann.support.tickets.close.mutate({ ticketId });
      await bank.relay.restore();
      await page.getByText('Not sent. This request has been closed meanwhile.').waitFor();
      await page.getByText('This request is closed.').waitFor();
      await page.getByRole('alert').getByRole('button', { name: 'Open a new request' }).click();
      const description = page.getByRole('textbox', { name: 'What has happened?' });
      expect(await description.inputValue()).toBe('One more thing\n\nAnd another');
      expect(await page.getByRole('textbox', { name: 'Subject' }).inputValue()).toBe('Closed meanwhile');
      expect(await kept(page)).not.toContain('outbox');
      expect(await said(ticketId)).toEqual([]);
      expect(tab.complaints(REFUSED)).toEqual([]);
    });

    it('is told that a key was used before with another text', async () => {
      const ticketId = await create('Sent before');
      const id = 'a-key-of-another-text';
      await ann.support.messages.add.mutate({ ticketId, message: 'Before' }, withIdempotencyKey(id));
      await using tab = await bank.signIn(browser, 'ann');
      const { page } = tab;
      await launcher(page).waitFor();
      const at = new Date().toISOString();
      const item = { kind: 'message', ticketId, text: 'After', files: [], id, at, state: 'waiting' };
      await page.evaluate(
        ([key, value]) =>
          (globalThis as never as { localStorage: { setItem(key: string, value: string): void } }).localStorage.setItem(
            key,
            value,
          ),
        [`support-widget/ann/outbox/${id}`, JSON.stringify(item)] as const,
      );
      await page.reload();
      await openTicket(page, 'Sent before');
      await page.getByText('This was sent before with another text.').waitFor();
      await page.getByRole('button', { name: 'Edit it' }).click();
      await field(page).press('Control+Enter');
      await vi.waitFor(async () => expect(await said(ticketId)).toEqual(['ann: Before', 'ann: After']), WAIT);
      expect(tab.complaints(REFUSED)).toEqual([]);
    });

    it('works by the keyboard alone', async () => {
      const ticketId = await create('By keys');
      await reply(ticketId, 'Hello');
      await using tab = await bank.signIn(browser, 'ann');
      const { page } = tab;
      const { keyboard } = page;
      await launcher(page).waitFor();
      /** Goes on with Tab until this has the focus. */
      const tabTo = async (what: ReturnType<Page['getByRole']>) => {
        await what.waitFor();
        for (let presses = 0; presses < 30; presses += 1) {
          if (await what.evaluate((element) => element.matches(':focus'))) return;
          await keyboard.press('Tab');
        }
        throw new Error('Tab never comes there');
      };
      await tabTo(launcher(page));
      await keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Help' }).and(page.locator(':focus')).waitFor();
      await tabTo(page.getByRole('button', { name: /By keys/ }));
      await keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Your request' }).and(page.locator(':focus')).waitFor();
      await tabTo(field(page));
      // The host's page hears nothing of what is typed.
      await page.evaluate(`addEventListener('keydown', ({ key }) => { document.title += key; })`);
      await keyboard.type('jk?');
      expect(await page.title()).toBe('Accounts – Little Bank');
      await keyboard.press('Control+Enter');
      await vi.waitFor(async () => expect(await said(ticketId)).toEqual(['agent_dana: Hello', 'ann: jk?']), WAIT);
      await tabTo(page.getByRole('button', { name: 'Close this request' }));
      await keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Close this request?' }).and(page.locator(':focus')).waitFor();
      await tabTo(page.getByRole('button', { name: 'Close the request' }));
      await keyboard.press('Enter');
      await page.getByText('This request is closed.').waitFor();
      await page.getByRole('heading', { name: 'Your request' }).and(page.locator(':focus')).waitFor();
      await tabTo(page.getByRole('radio').first());
      await keyboard.press('Space');
      await keyboard.press('ArrowRight');
      await tabTo(page.getByRole('button', { name: 'Send the rating' }));
      await keyboard.press('Enter');
      await vi.waitFor(
        async () => expect(await dana.desk.ratings.get.query({ ticketId })).toMatchObject({ score: 2 }),
        WAIT,
      );
      await page.getByText('Thank you for your rating.').first().waitFor();
      await page.getByRole('heading', { name: 'Your request' }).and(page.locator(':focus')).waitFor();
      // From wherever it is closed, one goes on where it was opened.
      for (const place of [
        page.getByRole('button', { name: 'Back' }),
        page.getByRole('button', { name: 'Open a new request' }),
      ]) {
        await tabTo(place);
        await keyboard.press('Escape');
        await launcher(page).and(page.locator(':focus')).waitFor();
        expect(await page.getByRole('dialog').count()).toBe(0);
        await keyboard.press('Enter');
        await page.getByRole('heading', { name: 'Your request' }).and(page.locator(':focus')).waitFor();
      }
    });

    it('reads text as text, whatever is written in it', async () => {
      const hostile =
        '<img src=x onerror=alert(1)><b>bold</b> javascript:alert(1) https://bank.example/a?b=1. \u202Eabc';
      const ticketId = await create('<u>Markup</u>');
      await reply(ticketId, hostile);
      await using tab = await bank.signIn(browser, 'ann');
      const { page } = tab;
      await openTicket(page, '<u>Markup</u>');
      const entry = page.getByRole('listitem').filter({ hasText: 'onerror' });
      expect(await entry.locator('[dir=auto]').textContent()).toBe(hostile);
      expect(await entry.locator('img, b:has-text("bold")').count()).toBe(0);
      const link = entry.getByRole('link');
      expect(await link.count()).toBe(1);
      expect(await link.getAttribute('href')).toBe('https://bank.example/a?b=1');
      expect(await link.getAttribute('rel')).toBe('noopener noreferrer nofollow');
    });

    it('reads a long conversation from its end, and what was before when asked for', async () => {
      const ticketId = await create('Long');
      for (let index = 1; index <= 60; index += 1) await reply(ticketId, `Message ${index}.`);
      await using tab = await bank.signIn(browser, 'ann');
      const { page } = tab;
      await openTicket(page, 'Long');
      const entries = page.getByRole('list', { name: 'Conversation' }).getByRole('listitem');
      await entries.getByText('Message 60.').waitFor();
      const bottom = () => entries.getByText('Message 60.').evaluate((one) => one.getBoundingClientRect().bottom);
      await vi.waitFor(async () => expect(await bottom()).toBeLessThan(768), WAIT);
      expect(await entries.getByText('Message 1.', { exact: true }).count()).toBe(0);
      await page.getByRole('button', { name: 'Show older messages' }).click();
      await entries.getByText('Message 1.', { exact: true }).waitFor();
      const texts = await entries.locator('[dir=auto]').allTextContents();
      expect(texts).toEqual(['About: Long', ...Array.from({ length: 60 }, (_, index) => `Message ${index + 1}.`)]);
    });
  });
});
