import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSupportClient } from '../../src/client/index.js';
import { hasChromium, launch, Tab } from '../support/chromium.js';
import { PNG } from '../support/files.js';
import { type Bank, startBank } from '../support/host-app.js';
import { agentToken, customerToken } from '../support/tokens.js';

const WAIT = { timeout: 20_000, interval: 50 };
/** What Chromium says of requests while the connection is cut. */
const CUT = /Failed to load resource|net::ERR_/;
const PHONE = { viewport: { width: 390, height: 844 } };

/** In the widget. */
const message = (page: Page) => page.getByRole('textbox', { name: 'Your message' });
const entry = (page: Page, text: string) => page.getByRole('listitem').filter({ hasText: text });
/** In the console. */
const article = (page: Page, text: string) => page.getByRole('article').filter({ hasText: text });

async function say(page: Page, text: string): Promise<void> {
  await message(page).fill(text);
  await message(page).press('Control+Enter');
}

async function answer(page: Page, text: string): Promise<void> {
  const field = page.getByRole('textbox', { name: 'Reply to customer' });
  await field.fill(text);
  await field.press('Control+Enter');
}

async function request(page: Page, category: string, subject: string, text: string, file?: string): Promise<void> {
  await page.getByRole('button', { name: /^Help/ }).click();
  await page.getByRole('button', { name: 'New request' }).click();
  await page.getByRole('combobox').selectOption(category);
  await page.getByRole('textbox', { name: 'Subject' }).fill(subject);
  await page.getByRole('textbox', { name: 'What has happened?' }).fill(text);
  if (file !== undefined) {
    await page.locator('input[type=file]').setInputFiles({ name: file, mimeType: 'image/png', buffer: PNG });
    await page.getByRole('list', { name: 'Files to send' }).getByText('1 kB').waitFor();
  }
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await message(page).waitFor();
}

describe.runIf(hasChromium)('a day of two customers in the widget and two agents in the console', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  it.each(['sqlite', 'postgresql'] as const)('on %s, with the connection cut in the middle', async (engine) => {
    await using bank: Bank = await startBank({ engine });
    const client = (token: string) => createSupportClient({ url: bank.server.url, token });
    const desk = client(agentToken('agent_dana'));
    const atDesk = async (agent: string) => {
      const tab = await Tab.open(browser);
      await tab.page.goto(`http://127.0.0.1:${bank.relay.port}/console#token=${agentToken(agent)}`);
      await tab.page.getByText('Live', { exact: true }).waitFor();
      return tab;
    };
    await using danaTab = await atDesk('agent_dana');
    await using jonasTab = await atDesk('agent_jonas');
    await using annTab = await bank.signIn(browser, 'ann');
    await using benTab = await bank.signIn(browser, 'ben', PHONE);
    const [dana, jonas, ann, ben] = [danaTab.page, jonasTab.page, annTab.page, benTab.page];

    // In the morning both write; each agent takes one.
    await request(ann, 'Payment Issues', 'Card refused at the till', 'It says E-42.', 'till.png');
    await request(ben, 'Loan Questions', 'Early repayment', 'What does it cost?');
    for (const [page, subject] of [
      [dana, /Card refused at the till/],
      [jonas, /Early repayment/],
    ] as const) {
      await page.getByRole('button', { name: '2 new' }).click();
      await page.getByRole('link', { name: subject }).click();
      await page.getByRole('heading', { name: subject }).waitFor();
      await page.keyboard.press('t');
    }
    await dana.getByRole('combobox', { name: 'Assigned to: Me' }).waitFor();
    await dana.getByRole('button', { name: /Open till\.png/ }).waitFor();

    // What the console says appears in the widget as it is said, and the other way.
    await answer(dana, 'Which till was it?');
    await entry(ann, 'Which till was it?').waitFor();
    await ann.getByText('In progress').waitFor();
    await say(ann, 'The third from the left.');
    await article(dana, 'The third from the left.').waitFor();
    // Ben has closed it: he sees that there is an answer.
    await ben.getByRole('button', { name: 'Close', exact: true }).click();
    await answer(jonas, 'Nothing, from the third year on.');
    await ben.getByRole('button', { name: 'Help 1 new answer' }).waitFor();
    await ben.getByRole('button', { name: 'Messages (1)' }).waitFor();

    // The network is away, for all four; three go on writing.
    await bank.relay.break();
    await ann.getByText('The connection is interrupted.').first().waitFor();
    await say(ann, 'It works at the second one.');
    await say(ann, 'But not with my phone.');
    await answer(jonas, 'Shall I send you a plan?');
    for (const page of [ann, jonas])
      await page
        .getByText(/Not sent yet/)
        .first()
        .waitFor();
    await message(ann).fill('Half of a thought');
    await bank.relay.restore();
    for (const page of [ann, jonas])
      await page
        .getByText(/Not sent yet/)
        .first()
        .waitFor({ state: 'detached' });
    await article(dana, 'But not with my phone.').waitFor();
    await answer(dana, 'We look into it.');

    // Everything is there once, on both sides.
    for (const text of ['It works at the second one.', 'But not with my phone.', 'We look into it.']) {
      await entry(ann, text).waitFor();
      await article(dana, text).waitFor();
      expect([await entry(ann, text).count(), await article(dana, text).count()]).toEqual([1, 1]);
    }
    expect(await message(ann).inputValue()).toBe('Half of a thought');
    await ben.getByRole('button', { name: 'Help 1 new answer' }).click();
    await entry(ben, 'Shall I send you a plan?').waitFor();
    await ben.getByRole('button', { name: 'Messages', exact: true }).waitFor({ state: 'attached' });
    await say(ben, 'Yes, please.');
    await article(jonas, 'Yes, please.').waitFor();

    // In the evening it is solved: Ben says how well, Ann writes once more, and closes it herself.
    for (const [page, how] of [
      [jonas, 'Sent a plan'],
      [dana, 'New card'],
    ] as const) {
      await page.getByRole('textbox', { name: 'Reply to customer' }).press('Escape');
      await page.keyboard.press('e');
      await page.getByRole('dialog').getByRole('textbox').fill(how);
      await page.getByRole('dialog').getByRole('button', { name: 'Resolve', exact: true }).click();
    }
    await ben.getByText('We think that this is solved.').waitFor();
    await ben.getByRole('radio', { name: '5, good' }).check();
    await ben.getByRole('button', { name: 'Send the rating' }).click();
    await ben.getByText('Thank you for your rating.').first().waitFor();
    await ann.getByText('We think that this is solved.').waitFor();
    await say(ann, 'The new card works.');
    await article(dana, 'The new card works.').waitFor();
    await ann.getByText('We think that this is solved.').waitFor({ state: 'detached' });
    await ann.getByRole('button', { name: 'Close this request' }).click();
    await ann.getByRole('button', { name: 'Close the request' }).click();
    await ann.getByText('This request is closed.').waitFor();

    // What the service has of it.
    const ofAnn = await client(customerToken('ann')).support.tickets.list.query();
    const ofBen = await client(customerToken('ben')).support.tickets.list.query();
    expect([ofAnn, ofBen]).toMatchObject([
      [{ subject: 'Card refused at the till', status: 'Closed' }],
      [{ subject: 'Early repayment', status: 'Resolved' }],
    ]);
    const read = async (ticketId = '') => {
      const { messages, files, ...ticket } = await desk.desk.tickets.get.query({ ticketId });
      return { ...ticket, said: messages.map(({ sender, content }) => `${sender}: ${content}`), files };
    };
    const card = await read(ofAnn[0]?.ticketId);
    expect(card).toMatchObject({ userId: 'ann', assignedAgent: 'agent_dana', files: [{ name: 'till.png' }] });
    // Of each of them in the order in which they have said it.
    const saidBy = (who: string) => card.said.filter((line) => line.startsWith(who));
    expect(saidBy('ann')).toEqual([
      'ann: The third from the left.',
      'ann: It works at the second one.',
      'ann: But not with my phone.',
      'ann: The new card works.',
    ]);
    expect(saidBy('agent_dana')).toEqual(['agent_dana: Which till was it?', 'agent_dana: We look into it.']);
    const repayment = await read(ofBen[0]?.ticketId);
    expect(repayment).toMatchObject({ userId: 'ben', assignedAgent: 'agent_jonas' });
    expect(repayment.said).toEqual([
      'agent_jonas: Nothing, from the third year on.',
      'agent_jonas: Shall I send you a plan?',
      'ben: Yes, please.',
    ]);
    expect(await desk.desk.ratings.list.query()).toMatchObject([{ requester: 'ben', score: 5, agent: 'agent_jonas' }]);
    await vi.waitFor(async () => {
      for (const page of [ann, ben]) {
        const kept = await page.evaluate('JSON.stringify(Object.keys(localStorage))');
        expect(kept).not.toContain('outbox');
      }
    }, WAIT);
    for (const tab of [annTab, benTab, danaTab, jonasTab]) expect(tab.complaints(CUT)).toEqual([]);
  });
});
