import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSupportClient, type SupportClient } from '../../src/client/index.js';
import { hasChromium, launch, Tab } from '../support/chromium.js';
import { type RunningServer, startServer } from '../support/start-server.js';
import { agentToken, customerToken, TEST_SECRET } from '../support/tokens.js';

const SECOND = { timeout: 20_000, interval: 50 };
/** Localhost counts as secure without TLS; this name doesn't. */
const NAME = 'support.test';
/** What Chromium says of headers that mean something with TLS alone. */
const HEADERS = /Cross-Origin-Opener-Policy|Origin-Agent-Cluster/;

describe.runIf(hasChromium)('the console without TLS, at a name of its own', () => {
  let browser: Browser;
  let server: RunningServer;
  let dana: SupportClient;
  beforeAll(async () => {
    browser = await launch([`--host-resolver-rules=MAP ${NAME} 127.0.0.1`]);
    server = await startServer({ env: { JWT_SECRET: TEST_SECRET } });
    dana = createSupportClient({ url: server.url, token: agentToken('agent_dana') });
  });
  afterAll(async () => {
    await browser.close();
    await server[Symbol.asyncDispose]();
  });

  it('takes a ticket, attaches a file and replies', async () => {
    const ann = createSupportClient({ url: server.url, token: customerToken('ann') });
    const ticket = { subject: 'Without TLS', description: 'Does it work?', categoryId: 'category_001' };
    const { ticketId } = await ann.support.tickets.create.mutate(ticket);
    await using tab = await Tab.open(browser);
    const { page } = tab;
    const { port } = new URL(server.url);
    await page.goto(`http://${NAME}:${port}/console/tickets/${ticketId}#token=${agentToken('agent_dana')}`);
    const field = page.getByRole('textbox', { name: 'Reply to customer' });
    await field.waitFor();
    expect(await page.evaluate('isSecureContext')).toBe(false);

    await page.getByRole('button', { name: 'Take' }).click();
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'steps.txt', mimeType: 'text/plain', buffer: Buffer.from('Do this, then that') });
    await page.getByRole('list', { name: 'Files to send' }).getByText('1 kB').waitFor();
    await field.fill('It does');
    await field.press('Control+Enter');
    const told = async () => {
      const { messages, assignedAgent } = await dana.desk.tickets.get.query({ ticketId });
      return { assignedAgent, said: messages.map(({ content, files }) => [content, files.map(({ name }) => name)]) };
    };
    await vi.waitFor(
      async () => expect(await told()).toEqual({ assignedAgent: 'agent_dana', said: [['It does', ['steps.txt']]] }),
      SECOND,
    );
    expect(tab.complaints(HEADERS)).toEqual([]);
  });
});
