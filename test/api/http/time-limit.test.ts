import { describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { failureOf } from '../../support/failures.js';
import { lockTicket } from '../../support/lock-ticket.js';
import { rawRequest } from '../../support/raw-request.js';
import { SURFACES } from '../../support/surfaces.js';
import { dataOf, openTicket } from '../../support/tickets.js';
import { customerToken } from '../../support/tokens.js';

// Long enough for what isn't held up, on a busy machine too.
const LIMIT_MS = 4000;

describe.each(SURFACES)('a request that takes longer than REQUEST_TIMEOUT_MS over %s', (_name, open) => {
  it('is a 503 with Retry-After, and nothing is committed afterwards', async () => {
    await using server = await startApp({
      env: {
        REQUEST_TIMEOUT_MS: String(LIMIT_MS),
        // The other limits are out of the way: the work is still waiting when the answer leaves.
        SQLITE_BUSY_TIMEOUT_MS: '60000',
        TRANSACTION_TIMEOUT_MS: '60000',
        POOL_STATEMENT_TIMEOUT_MS: '60000',
        LOG_LEVEL: 'info',
      },
    });
    const customer = open(server.url, customerToken());
    const ticketId = await openTicket(customer);
    const before = dataOf(await customer.get(ticketId));

    const outcomes = await whileLocked(server, ticketId, () =>
      Promise.all([
        customer.addMessage(ticketId, { message: 'Too late' }),
        customer.close(ticketId, { resolution: 'Too late' }),
      ]),
    );
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({
        ok: false,
        status: 503,
        code: 'SERVICE_UNAVAILABLE',
        message: 'Not available just now: try again after the Retry-After header',
      });
      expect(Number(outcome.headers.get('retry-after'))).toBeGreaterThan(0);
      const reqId = outcome.headers.get('x-request-id');
      expect(server.logs).toContainEqual(
        expect.objectContaining({ level: 'error', code: 'SERVICE_UNAVAILABLE', reqId }),
      );
    }

    // Whoever waits for the ticket takes turns: when this one is through, so are the late ones.
    const { messageId } = dataOf(await customer.addMessage(ticketId, { message: 'In time' }));
    const after = dataOf(await customer.get(ticketId));
    expect(after).toEqual({ ...before, messages: [expect.objectContaining({ messageId, content: 'In time' })] });
  });
});

async function whileLocked<T>(server: TestApp, ticketId: string, work: () => Promise<T>): Promise<T> {
  await using _lock = await lockTicket(server, ticketId);
  return await work();
}

describe.each([
  ['REST', '/support/tickets'],
  ['tRPC', '/trpc/support.tickets.create'],
])('a body that does not arrive within REQUEST_TIMEOUT_MS over %s', (_name, path) => {
  it('is a 408 that ends the connection, stores nothing, and is no failure of ours', async () => {
    await using server = await startApp({ env: { REQUEST_TIMEOUT_MS: '300', LOG_LEVEL: 'info' } });
    const body = JSON.stringify({ subject: 'A subject', description: 'A description', categoryId: 'category_001' });
    const request = [
      `POST ${path} HTTP/1.1`,
      'Host: test',
      `Authorization: Bearer ${customerToken()}`,
      'Content-Type: application/json',
      `Content-Length: ${body.length + 1}`,
    ];
    const answer = await rawRequest(server.url, `${request.join('\r\n')}\r\n\r\n${body}`);
    expect(failureOf(answer)).toEqual({
      status: 408,
      code: 'REQUEST_TIMEOUT',
      message: 'The request did not arrive in time',
    });
    expect(answer.headers.get('connection')).toBe('close');
    expect(await server.db.reader.ticket.count()).toBe(0);
    expect(server.logs.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
