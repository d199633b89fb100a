import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSupportClient, type SupportClient } from '../../src/client/index.js';
import { hasChromium, launch, Tab } from '../support/chromium.js';
import { type RunningServer, startServer } from '../support/start-server.js';
import { agentToken, customerToken, TEST_SECRET } from '../support/tokens.js';

const SECOND = { timeout: 20_000, interval: 50 };
/** What Chromium says of requests that a test has made fail, or that the server refuses. */
const REFUSED = /Failed to load resource|net::ERR_/;
const danas = agentToken('agent_dana');

describe.runIf(hasChromium)('what others write while an agent writes', () => {
  let browser: Browser;
  let server: RunningServer;
  let dana: SupportClient;
  let jonas: SupportClient;
  let ann: SupportClient;
  beforeAll(async () => {
    browser = await launch();
    server = await startServer({ env: { JWT_SECRET: TEST_SECRET } });
    const client = (token: string) => createSupportClient({ url: server.url, token });
    dana = client(danas);
    jonas = client(agentToken('agent_jonas'));
    ann = client(customerToken('ann'));
  });
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
  });

  const open = async (subject: string): Promise<string> => {
    const ticket = { subject, description: `About: ${subject}`, categoryId: 'category_001' };
    return (await ann.support.tickets.create.mutate(ticket)).ticketId;
  };
  const said = async (ticketId: string) =>
    (await dana.desk.tickets.get.query({ ticketId })).messages.map(({ content }) => content);
  /** With a draft, and cut off from what happens: what it shows is old. */
  const writeCutOff = async (ticketId: string, text: string) => {
    const tab = await Tab.open(browser);
    await tab.page.route('**/trpc/desk.events.watch*', (route) => route.abort());
    await tab.page.goto(`${server.url}/console/tickets/${ticketId}#token=${danas}`);
    const field = tab.page.getByRole('textbox', { name: 'Reply to customer' });
    await field.fill(text);
    return { tab, page: tab.page, field };
  };

  /** The page goes on trying to connect: it is closed first. */
  const complainedOfNothingElse = async (tab: Tab) => {
    await tab.page.close();
    expect(tab.complaints(REFUSED)).toEqual([]);
  };

  it('is shown before anything is sent, and holds the first try back', async () => {
    const ticketId = await open('Answered by two');
    await using tab = await Tab.open(browser);
    const { page } = tab;
    await page.goto(`${server.url}/console/tickets/${ticketId}#token=${danas}`);
    await page.getByText('Live', { exact: true }).waitFor();
    const field = page.getByRole('textbox', { name: 'Reply to customer' });
    await field.fill('My answer');
    await jonas.desk.messages.reply.mutate({ ticketId, message: 'His answer' });
    const notice = page.getByRole('status').filter({ hasText: 'agent_jonas has written since you began' });
    await notice.getByText('His answer').waitFor();
    await field.press('Control+Enter');
    await notice.getByText('Not sent yet').waitFor();
    expect(await field.inputValue()).toBe('My answer');
    expect(await said(ticketId)).toEqual(['His answer']);
    await field.press('Control+Enter');
    await vi.waitFor(async () => expect(await said(ticketId)).toEqual(['His answer', 'My answer']), SECOND);
  });

  it('is read before an answer goes out that was sent without knowing of it', async () => {
    const ticketId = await open('Overtaken');
    const { tab, page, field } = await writeCutOff(ticketId, 'Where are you?');
    await using _ = tab;
    await ann.support.messages.add.mutate({ ticketId, message: 'I am in Rome' });
    await field.press('Control+Enter');
    const held = page.getByRole('article').filter({ hasText: 'Where are you?' });
    await held.getByText('ann wrote before it arrived').waitFor();
    await page.getByRole('article').filter({ hasText: 'I am in Rome' }).waitFor();
    expect(await said(ticketId)).toEqual(['I am in Rome']);
    // Over a reload, too.
    await page.reload();
    await held.getByRole('button', { name: 'Put it back to edit' }).click();
    await vi.waitFor(async () => expect(await field.inputValue()).toBe('Where are you?'), SECOND);
    await field.fill('Enjoy Rome');
    await field.press('Control+Enter');
    await vi.waitFor(async () => expect(await said(ticketId)).toEqual(['I am in Rome', 'Enjoy Rome']), SECOND);
    await complainedOfNothingElse(tab);
  });

  it('lets what still fits be sent anyway, once', async () => {
    const ticketId = await open('Still fits');
    const { tab, page, field } = await writeCutOff(ticketId, 'We look into it');
    await using _ = tab;
    await jonas.desk.notes.add.mutate({ ticketId, content: 'Please answer her' });
    await field.press('Control+Enter');
    await page.getByText('agent_jonas wrote before it arrived').first().waitFor();
    await page.getByRole('button', { name: 'Send anyway' }).click();
    await vi.waitFor(async () => expect(await said(ticketId)).toEqual(['We look into it']), SECOND);
    await page.getByRole('button', { name: 'Send anyway' }).waitFor({ state: 'detached' });
    const shown = page.getByRole('article').filter({ hasText: 'We look into it' });
    await vi.waitFor(async () => expect(await shown.count()).toBe(1), SECOND);
    await complainedOfNothingElse(tab);
  });

  it('does not hold back what fits as before: a tag or an assignment is nobody’s word', async () => {
    const ticketId = await open('Only tagged');
    const { tab, field } = await writeCutOff(ticketId, 'Nothing new');
    await using _ = tab;
    await jonas.desk.tags.change.mutate({ ticketId, add: ['card'] });
    await jonas.desk.tickets.take.mutate({ ticketId });
    await field.press('Control+Enter');
    await field.fill('And one more');
    await field.press('Control+Enter');
    await vi.waitFor(async () => expect(await said(ticketId)).toEqual(['Nothing new', 'And one more']), SECOND);
    await complainedOfNothingElse(tab);
  });
});
