import { describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { failureOf } from '../../support/failures.js';
import { send } from '../../support/send.js';
import { openRest, SURFACES } from '../../support/surfaces.js';
import { dataOf, NEW_TICKET, openTicket, stored } from '../../support/tickets.js';
import { customerToken } from '../../support/tokens.js';

const MESSAGE = 'Something failed on our side: it is logged under this request id';
const token = customerToken();

/** The one error line of a request. */
function errorLine({ logs }: TestApp, reqId: string | null) {
  const lines = logs.filter((line) => line.reqId === reqId && line.level === 'error');
  expect(lines).toHaveLength(1);
  return lines[0] as { err: { stack: string; message: string }; code: string };
}

describe.each([
  ['REST', (id: string) => `/support/tickets/${id}`],
  ['tRPC', (id: string) => `/trpc/support.tickets.get?input=${encodeURIComponent(JSON.stringify({ ticketId: id }))}`],
])('a defect over %s', (_name, path) => {
  it('is a 500 with a fixed message and the request id; the stack is in the log under that id', async () => {
    await using server = await startApp({ env: { LOG_LEVEL: 'info' } });
    const ticketId = await openTicket(openRest(server.url, token));
    await server.db.transaction((tx) => tx.$executeRawUnsafe('DROP TABLE messages'));

    const answer = await send(server.url + path(ticketId), { token });
    const requestId = answer.headers.get('x-request-id');
    expect(failureOf(answer)).toEqual({ status: 500, code: 'INTERNAL_SERVER_ERROR', message: MESSAGE, requestId });
    expect(answer.headers.has('retry-after')).toBe(false);
    const said = JSON.stringify([answer.body, [...answer.headers]]);
    expect(said).not.toMatch(/prisma|select|messages|\.ts|\.js|node_modules|\bat \w/i);

    const { err, code } = errorLine(server, requestId);
    expect(code).toBe('INTERNAL_SERVER_ERROR');
    expect(err.stack).toMatch(/\n\s+at .*get-ticket/);
    expect(err.message).toContain('messages');
  });
});

describe.each(SURFACES)('a defect in the middle of a write over %s', (_name, open) => {
  it('is rolled back whole, and tells nothing of itself', async () => {
    const defect = 'SELECT secret FROM /etc/passwd';
    let broken = false;
    let asked = 0;
    const clock = {
      now() {
        // A request asks it twice: for its token, and then in the middle of its write.
        asked += 1;
        if (broken && asked % 2 === 0) throw new Error(defect);
        return new Date();
      },
    };
    await using server = await startApp({ env: { LOG_LEVEL: 'info' }, clock });
    const customer = open(server.url, token);
    const ticketId = await openTicket(customer);
    const before = await stored(server.db);

    broken = true;
    asked = 0;
    for (const outcome of [
      await customer.create(NEW_TICKET),
      await customer.addMessage(ticketId, { message: 'Hello' }),
      await customer.close(ticketId),
    ]) {
      expect(outcome).toMatchObject({ ok: false, status: 500, code: 'INTERNAL_SERVER_ERROR', message: MESSAGE });
      const requestId = outcome.headers.get('x-request-id');
      expect(outcome).toHaveProperty('requestId', requestId);
      expect(outcome).not.toHaveProperty('details');
      expect(errorLine(server, requestId).err.message).toBe(defect);
    }
    expect(await stored(server.db)).toEqual(before);

    broken = false;
    expect(dataOf(await customer.addMessage(ticketId, { message: 'Hello' })).content).toBe('Hello');
  });
});

describe('an answer that would not be what is documented', () => {
  it.each(SURFACES)('is a defect and not sent over %s', async (_name, open) => {
    await using server = await startApp({ env: { LOG_LEVEL: 'info' } });
    const customer = open(server.url, token);
    const ticketId = await openTicket(customer);
    // SQLite takes any text for a time; PostgreSQL any text for a status, once nothing checks it.
    await server.db.transaction(async (tx) => {
      if (server.db.engine === 'sqlite') {
        await tx.$executeRawUnsafe(`UPDATE tickets SET created_at = 'never'`);
        return;
      }
      await tx.$executeRawUnsafe('ALTER TABLE tickets DROP CONSTRAINT tickets_status_check');
      await tx.$executeRawUnsafe(`UPDATE tickets SET status = 'never'`);
    });
    const outcome = await customer.get(ticketId);
    expect(outcome).toMatchObject({ ok: false, status: 500, code: 'INTERNAL_SERVER_ERROR', message: MESSAGE });
    expect(JSON.stringify(outcome)).not.toContain('never');
  });
});
