import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { lockTicket } from '../../support/lock-ticket.js';
import { rawRequest } from '../../support/raw-request.js';
import { send } from '../../support/send.js';
import { openRest, SURFACES } from '../../support/surfaces.js';
import { openTicket } from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

/** Stands in everything that customers write here, and in nothing else. */
const SECRET = 'zebra';
const INPUT = { subject: SECRET, description: SECRET, categoryId: 'category_001', attachments: [SECRET] };

/** The line of an answer. It is written when the answer has left, which a client may see before. */
async function requestLine({ logs }: TestApp, reqId: string | null) {
  return vi.waitFor(() => {
    const lines = logs.filter((line) => line.reqId === reqId && line.msg === 'request');
    expect(lines).toHaveLength(1);
    return lines[0];
  }, 30_000);
}

/** Makes the engine refuse every new message with an error of its own, which may hold the row. */
async function refuseMessages({ db }: TestApp): Promise<void> {
  const statement =
    db.engine === 'sqlite'
      ? `CREATE TRIGGER refuse BEFORE INSERT ON messages BEGIN SELECT RAISE(ABORT, 'refused'); END`
      : 'ALTER TABLE messages ADD CONSTRAINT refuse CHECK (position < 0) NOT VALID';
  await db.transaction((tx) => tx.$executeRawUnsafe(statement));
}

const METRICS = 'metrics-token-of-tests';

describe('a request', () => {
  it.each([
    ['200', 'GET', '/support/tickets?status=Open', '/support/tickets', 200],
    ['404', 'GET', '/support/tickets/ticket_123', '/support/tickets/:ticketId', 404],
    ['400', 'POST', '/support/tickets', '/support/tickets', 400],
    ['404 of no route', 'GET', '/nowhere', 'unknown', 404],
    ['405', 'DELETE', '/support/tickets', 'unknown', 405],
  ])(
    'that came to a %s has one line, with route, status, time, user and id',
    async (_case, method, path, route, status) => {
      await using server = await startApp({ env: { LOG_LEVEL: 'info' } });
      const { headers } = await send(server.url + path, { method, token: customerToken('user_123') });
      const line = await requestLine(server, headers.get('x-request-id'));
      expect(line).toMatchObject({ level: 'info', method, route, status, ms: expect.any(Number) });
      if (route !== 'unknown') expect(line).toHaveProperty('user', 'user_123');
      expect(server.logs.filter(({ level }) => level === 'error')).toEqual([]);
    },
  );

  it.each([
    ['before its answer', false],
    ['in the middle of its body', true],
  ])('whose client leaves %s has one line, and says so', async (_when, half) => {
    await using server = await startApp({ env: { LOG_LEVEL: 'info', METRICS_TOKEN: METRICS } });
    const ticketId = await openTicket(openRest(server.url, customerToken('user_123')));
    const lock = await lockTicket(server, ticketId);
    const arrived = once(server.app.server, 'request');
    const body = JSON.stringify({ message: 'hello' });
    const client = connect({ host: '127.0.0.1', port: Number(new URL(server.url).port) });
    client.write(
      [
        `POST /support/tickets/${ticketId}/messages HTTP/1.1`,
        'host: x',
        `authorization: Bearer ${customerToken('user_123')}`,
        'content-type: application/json',
        'x-request-id: left-early',
        `content-length: ${Buffer.byteLength(body)}`,
        '',
        half ? body.slice(1) : body,
      ].join('\r\n'),
    );
    await arrived;
    const headers = { authorization: `Bearer ${METRICS}` };
    const metrics = async () => (await fetch(`${server.url}/metrics`, { headers })).text();
    if (!half) await vi.waitFor(async () => expect(await metrics()).toContain('support_calls{state="used"} 1'), 30_000);
    client.resetAndDestroy();
    const lines = () => server.logs.filter(({ reqId }) => reqId === 'left-early');
    await vi.waitFor(() => expect(lines()).toHaveLength(1), 30_000);
    await lock[Symbol.asyncDispose]();
    // What was begun is done, and has no line of its own.
    const agent = openRest(server.url, agentToken());
    await vi.waitFor(async () => expect((await agent.desk.get(ticketId)).status).toBe(200), 30_000);
    expect(lines()).toEqual([
      expect.objectContaining({
        level: 'info',
        msg: 'request aborted by its client',
        user: 'user_123',
        method: 'POST',
      }),
    ]);
  });

  it('over tRPC has one line that names the calls', async () => {
    await using server = await startApp({ env: { LOG_LEVEL: 'info' } });
    const path = '/trpc/support.tickets.list,support.categories.list?batch=1';
    const { headers } = await send(server.url + path, { token: agentToken('agent_7') });
    expect(await requestLine(server, headers.get('x-request-id'))).toMatchObject({
      method: 'GET',
      route: '/trpc/:path',
      calls: 'support.tickets.list,support.categories.list',
      status: 200,
      user: 'agent_7',
    });
  });
});

describe.each(SURFACES)('the log over %s, at its most talkative', (_name, open) => {
  it('holds no token and nothing that a customer wrote, whatever happens', async () => {
    await using server = await startApp({
      env: {
        LOG_LEVEL: 'trace',
        REQUEST_TIMEOUT_MS: '4000',
        SQLITE_BUSY_TIMEOUT_MS: '60000',
        TRANSACTION_TIMEOUT_MS: '60000',
      },
    });
    const token = customerToken('user_123');
    const customer = open(server.url, token);

    const ticketId = await openTicket(customer, INPUT);
    const statuses = [
      await customer.addMessage(ticketId, { message: SECRET, attachments: [SECRET] }),
      await customer.get(ticketId),
      await customer.get(`ticket_${SECRET}`),
      await customer.list({ status: SECRET }),
      await customer.create({ ...INPUT, categoryId: SECRET, priority: SECRET }),
      await customer.addMessage(ticketId, { message: SECRET, attachments: SECRET }),
      await open(server.url, `${token}x`).create(INPUT),
    ].map(({ status }) => status);
    expect(statuses).toEqual([200, 200, 404, 400, 400, 400, 401]);

    {
      await using _lock = await lockTicket(server, ticketId);
      expect((await customer.addMessage(ticketId, { message: SECRET })).status).toBe(503);
    }
    await refuseMessages(server);
    const defect = await customer.addMessage(ticketId, { message: SECRET, attachments: [SECRET] });
    expect(defect.status).toBe(500);
    expect((await customer.close(ticketId, { resolution: SECRET })).status).toBe(200);
    await requestLine(server, defect.headers.get('x-request-id'));

    const text = JSON.stringify(server.logs);
    expect(text).toContain(defect.headers.get('x-request-id'));
    expect(text).not.toContain(SECRET);
    for (const part of token.split('.')) expect(text).not.toContain(part);
    // As a header: why a token was refused may well be said.
    expect(text).not.toMatch(/bearer|"authorization"/i);
  });
});

it('holds nothing of what could not be read', async () => {
  await using server = await startApp({ env: { LOG_LEVEL: 'trace' } });
  const token = customerToken();
  const headers = { 'content-type': 'application/json' };
  const requests = [
    send(`${server.url}/support/tickets`, { method: 'POST', token, headers, body: `{"subject":"${SECRET}"` }),
    send(`${server.url}/trpc/support.tickets.create`, {
      method: 'POST',
      token,
      headers,
      body: `{"subject":"${SECRET}"`,
    }),
    send(`${server.url}/trpc/support.tickets.get?input=${SECRET}`, { token }),
    send(`${server.url}/support/tickets?${SECRET}=1`, { token }),
    send(`${server.url}/support/tickets/${SECRET}%zz`, { token }),
    send(`${server.url}/${SECRET}`, { token }),
    rawRequest(server.url, `${SECRET} HTTP/1.1\r\nAuthorization: Bearer ${token}\r\n\r\n`),
    send(`${server.url}/health/live`, { headers: { authorization: `Basic ${SECRET}` } }),
  ];
  const answers = await Promise.all(requests);
  expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400, 404, 400, 200]);
  await openRest(server.url, token).categories();
  const text = JSON.stringify(server.logs);
  expect(text).not.toContain(SECRET);
  expect(text).not.toContain(token);
});
