import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { freePort } from '../support/free-port.js';
import { REPOSITORY } from '../support/project.js';
import { restClient } from '../support/rest-client.js';
import { type RunningServer, startServer } from '../support/start-server.js';
import { NEW_TICKET } from '../support/tickets.js';
import { adminToken, agentToken, customerToken, TEST_SECRET } from '../support/tokens.js';
import { ALLOW_LOOPBACK } from '../support/webhook-receiver.js';

const WAIT = { timeout: 30_000, interval: 50 };

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ env: { JWT_SECRET: TEST_SECRET, ...ALLOW_LOOPBACK } });
});
afterAll(() => server[Symbol.asyncDispose]());

/** Runs an example as its `npm start` does, until the test is over; gives the lines that it prints. */
async function start(example: string, env: Record<string, string>): Promise<string[]> {
  const { PATH = '' } = process.env;
  const child: ChildProcess = spawn(process.execPath, ['src/main.js'], {
    cwd: `${REPOSITORY}/examples/${example}`,
    env: { PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  await vi.waitFor(() => expect(lines).toContainEqual(expect.stringMatching(/^listening/)), WAIT);
  return lines;
}

async function createWebhook(input: object): Promise<{ webhookId: string; secret: string }> {
  return (await restClient(server.url, adminToken()).post('/desk/webhooks', input)).body.data;
}

async function openTicket(): Promise<string> {
  return (await restClient(server.url, customerToken('user_123')).post('/support/tickets', NEW_TICKET)).body.data
    .ticketId;
}

it('webhook-receiver prints what happens, once, and takes nothing that is not signed', async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const { webhookId, secret } = await createWebhook({ url });
  const lines = await start('webhook-receiver', { WEBHOOK_SECRET: secret, PORT: String(port) });
  const from = new Date().toISOString();
  const ticketId = await openTicket();
  const printed = () => lines.filter((line) => line.includes(ticketId));
  await vi.waitFor(
    () => expect(printed()).toEqual([expect.stringMatching(/^delivery_\S+ ticket\.created \S+ 1$/)]),
    WAIT,
  );

  // All again, and a test behind it: what is known is not printed.
  const admin = restClient(server.url, adminToken());
  await admin.post(`/desk/webhooks/${webhookId}/redeliver`, { since: from });
  await restClient(server.url, agentToken()).post(`/desk/tickets/${ticketId}/take`);
  await vi.waitFor(() => expect(printed()).toHaveLength(2), WAIT);
  expect(printed()[1]).toMatch(/ticket\.assigned/);
  const forged = { method: 'POST', body: '{}', headers: { 'webhook-id': 'a', 'webhook-timestamp': '1' } };
  expect((await fetch(url, { ...forged })).status).toBe(401);
});

it('email-bridge mails what the desk writes, and posts what the customer answers', async () => {
  const mails: { to: string; raw: string }[] = [];
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      let raw = '';
      stream.on('data', (piece: Buffer) => {
        raw += piece.toString();
      });
      stream.on('end', () => {
        mails.push({ to: session.envelope.rcptTo.map(({ address }) => address).join(), raw });
        done();
      });
    },
  });
  const smtpPort = await freePort();
  await new Promise<void>((resolve) => smtp.listen(smtpPort, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => smtp.close(() => resolve())));
  const port = await freePort();
  const bridge = `http://127.0.0.1:${port}`;
  const { secret } = await createWebhook({ url: `${bridge}/webhook`, eventTypes: ['message.added'] });
  await start('email-bridge', {
    PORT: String(port),
    BASE_URL: server.url,
    JWT_SECRET: TEST_SECRET,
    WEBHOOK_SECRET: secret,
    INBOUND_KEY: 'inbound key',
    SMTP_URL: `smtp://127.0.0.1:${smtpPort}`,
    MAIL_FROM: 'support@example.com',
    ADDRESSES: JSON.stringify({ user_123: 'ann@example.com', user_456: 'bob@example.com' }),
  });

  const ticketId = await openTicket();
  const customer = restClient(server.url, customerToken('user_123'));
  await customer.post(`/support/tickets/${ticketId}/messages`, { message: 'Words of the customer' });
  const agent = restClient(server.url, agentToken());
  await agent.post(`/desk/tickets/${ticketId}/replies`, { message: 'Words of the desk' });
  await vi.waitFor(() => expect(mails).toHaveLength(1), WAIT);
  const [mail] = mails;
  expect(mail?.to).toBe('ann@example.com');
  expect(mail?.raw).toContain('Words of the desk');
  expect(mail?.raw).not.toContain('Words of the customer');
  expect(mail?.raw).toMatch(new RegExp(`^Reply-To: support\\+${ticketId}@example\\.com`, 'im'));

  const inbound = async (over: object, key = 'inbound key') => {
    const body = {
      from: 'Ann@example.com',
      to: `support+${ticketId}@example.com`,
      text: 'It works now\n\nOn Monday Support wrote:\n> -- Please write above this line --\n> Words of the desk',
      messageId: '<1@mail.example>',
      ...over,
    };
    const answer = await fetch(`${bridge}/inbound?key=${encodeURIComponent(key)}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    return answer.status;
  };
  expect(await inbound({})).toBe(200);
  // The provider sends it once more.
  expect(await inbound({})).toBe(200);
  expect(await inbound({ from: 'bob@example.com', messageId: '<2@mail.example>' })).toBe(422);
  expect(await inbound({ to: 'support@example.com' })).toBe(422);
  expect(await inbound({}, 'another key')).toBe(401);
  const { messages } = (await customer.get(`/support/tickets/${ticketId}`)).body.data;
  expect(messages.map(({ sender, content }: Record<string, string>) => [sender, content])).toEqual([
    ['user_123', 'Words of the customer'],
    [expect.stringMatching(/^agent/), 'Words of the desk'],
    ['user_123', 'It works now'],
  ]);
  expect(mails).toHaveLength(1);
});
