import { describe, expect, it, vi } from 'vitest';
import { failureOf } from '../../support/failures.js';
import { startFragileApp } from '../../support/fragile-app.js';
import { send } from '../../support/send.js';
import { type Outcome, SURFACES } from '../../support/surfaces.js';
import { dataOf, NEW_TICKET, openTicket } from '../../support/tickets.js';
import { customerToken } from '../../support/tokens.js';

const AWAY = {
  status: 503,
  code: 'SERVICE_UNAVAILABLE',
  message: 'Not available just now: try again after the Retry-After header',
};

describe.each(SURFACES)('while the database is away, over %s', (_name, open) => {
  it('every operation is a 503 with Retry-After; all is well when it comes back, and nothing was stored', async () => {
    await using fragile = await startFragileApp({ LOG_LEVEL: 'info' });
    const { server } = fragile;
    const customer = open(server.url, customerToken());
    const ticketId = await openTicket(customer);
    const before = dataOf(await customer.get(ticketId));

    await fragile.takeAway();
    const outcomes: [string, Outcome][] = [
      ['create', await customer.create(NEW_TICKET)],
      ['list', await customer.list()],
      ['get', await customer.get(ticketId)],
      ['add message', await customer.addMessage(ticketId, { message: 'Hello?' })],
      ['close', await customer.close(ticketId)],
      ['categories', await customer.categories()],
    ];
    for (const [operation, outcome] of outcomes) {
      expect(outcome, operation).toMatchObject({ ok: false, ...AWAY });
      expect(outcome, operation).not.toHaveProperty('details');
      expect(Number(outcome.headers.get('retry-after')), operation).toBeGreaterThan(0);
      // Why it is away is in the log alone, under the id that the client has.
      const line = server.logs.find(
        ({ reqId, level }) => reqId === outcome.headers.get('x-request-id') && level === 'error',
      );
      expect(line, operation).toMatchObject({ code: 'SERVICE_UNAVAILABLE', err: { message: expect.any(String) } });
    }
    // What needs no database goes on: the token and the input are looked at first.
    expect(await customer.create({})).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    expect(await customer.get('ticket_123')).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    expect(await open(server.url).list()).toMatchObject({ status: 401, code: 'UNAUTHORIZED' });

    await fragile.giveBack();
    await vi.waitFor(async () => expect(await customer.get(ticketId)).toMatchObject({ ok: true }), 30_000);
    expect(dataOf(await customer.get(ticketId))).toEqual(before);
    const listed = await customer.list();
    expect(dataOf(listed)).toHaveLength(1);
    expect(dataOf(await customer.addMessage(ticketId, { message: 'Back again' })).content).toBe('Back again');
  });
});

describe('health', () => {
  const ok = (status: string) => ({
    status: 200,
    body: { success: true, statusCode: 200, data: { status }, error: null },
  });

  it('is live and ready, to everybody, without a log line', async () => {
    await using fragile = await startFragileApp({ LOG_LEVEL: 'info' });
    const { url, logs } = fragile.server;
    expect(await send(`${url}/health/live`)).toMatchObject(ok('live'));
    expect(await send(`${url}/health/ready`)).toMatchObject(ok('ready'));
    expect(await send(`${url}/health/ready`, { token: 'not.a.token' })).toMatchObject(ok('ready'));
    expect(logs.filter(({ msg }) => msg === 'request')).toEqual([]);
  });

  it('is live but not ready while the database is away, and ready when it is back', async () => {
    await using fragile = await startFragileApp({ LOG_LEVEL: 'info' });
    const { url, logs } = fragile.server;
    await fragile.takeAway();
    expect(await send(`${url}/health/live`)).toMatchObject(ok('live'));
    const answer = await send(`${url}/health/ready`);
    expect(failureOf(answer)).toEqual(AWAY);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    const reqId = answer.headers.get('x-request-id');
    expect(logs).toContainEqual(expect.objectContaining({ level: 'error', reqId, code: 'SERVICE_UNAVAILABLE' }));

    await fragile.giveBack();
    await vi.waitFor(async () => expect(await send(`${url}/health/ready`)).toMatchObject(ok('ready')), 30_000);
  });
});
