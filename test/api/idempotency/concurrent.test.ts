import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { blockNewTickets } from '../../support/blocked-writes.js';
import { newKey, recordsOf, withKey } from '../../support/idempotency.js';
import { openRest, openTrpc, SURFACES } from '../../support/surfaces.js';
import { dataOf, NEW_TICKET, newUser, openTicket } from '../../support/tickets.js';
import { customerToken } from '../../support/tokens.js';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

const indices = (count: number) => Array.from({ length: count }, (_, index) => index);
const ticketsOf = (userId: string) => server.db.reader.ticket.count({ where: { userId } });

describe.each(SURFACES)('at once over %s', (_name, open) => {
  it('the same request gives one ticket and one answer', async () => {
    const userId = newUser();
    for (const round of indices(5)) {
      const surface = withKey(open, server.url, customerToken(userId), newKey());
      const outcomes = await Promise.all(indices(12).map(() => surface.create(NEW_TICKET)));
      expect(new Set(outcomes.map((outcome) => JSON.stringify(dataOf(outcome)))).size, `round ${round}`).toBe(1);
      const replayed = outcomes.filter(({ headers }) => headers.get('idempotency-replayed') === 'true');
      expect(replayed).toHaveLength(11);
    }
    expect(await ticketsOf(userId)).toBe(5);
  });

  it('the same message gives one, between others that are stored all the same', async () => {
    const customer = open(server.url, customerToken(newUser()));
    const ticketId = await openTicket(customer);
    const token = customerToken(newUser(), { role: 'agent' });
    const keys = indices(4).map(newKey);
    const outcomes = await Promise.all(
      [...keys, ...keys, ...keys].map((key) =>
        withKey(open, server.url, token, key).addMessage(ticketId, { message: `Message ${key}` }),
      ),
    );
    const ids = new Set(outcomes.map((outcome) => dataOf(outcome).messageId));
    const { messages } = dataOf(await customer.get(ticketId));
    expect(messages.map(({ messageId }: { messageId: string }) => messageId).sort()).toEqual([...ids].sort());
    expect(ids.size).toBe(4);
  });

  it('of two bodies with one key, one is stored and the other refused', async () => {
    const userId = newUser();
    const surface = withKey(open, server.url, customerToken(userId), newKey());
    const outcomes = await Promise.all(
      indices(8).map((index) => surface.create({ ...NEW_TICKET, subject: `Subject ${index % 2}` })),
    );
    const stored = new Set(outcomes.filter(({ ok }) => ok).map((outcome) => dataOf(outcome).ticketId));
    expect(stored.size).toBe(1);
    expect(outcomes.filter((outcome) => !outcome.ok).map(({ status }) => status)).toEqual([422, 422, 422, 422]);
    expect(await ticketsOf(userId)).toBe(1);
  });

  it('requests that fail, and one after them that does not, give what that one does', async () => {
    const userId = newUser();
    const surface = withKey(open, server.url, customerToken(userId), newKey());
    const bad = indices(6).map(() => surface.create({ ...NEW_TICKET, categoryId: 'category_none' }));
    const good = indices(6).map(() => surface.create(NEW_TICKET));
    // Neither a failure of the others, nor a key that one of them has left behind, stands in their way.
    const ids = (await Promise.all(good)).map((outcome) => dataOf(outcome).ticketId);
    expect(new Set(ids).size).toBe(1);
    for (const { status } of await Promise.all(bad)) expect([400, 422]).toContain(status);
    expect(await ticketsOf(userId)).toBe(1);
  });
});

it('the same request over both surfaces gives one ticket', async () => {
  const [userId, key] = [newUser(), newKey()];
  const surfaces = [openRest, openTrpc].map((open) => withKey(open, server.url, customerToken(userId), key));
  const outcomes = await Promise.all(indices(10).map((index) => surfaces[index % 2]?.create(NEW_TICKET)));
  expect(new Set(outcomes.map((outcome) => outcome && dataOf(outcome).ticketId)).size).toBe(1);
  expect(await ticketsOf(userId)).toBe(1);
});

it('the time of a request is over while its write waits: nothing is kept, and the same key does it afterwards', async () => {
  await using slow = await startApp({ env: { REQUEST_TIMEOUT_MS: '3000', SQLITE_BUSY_TIMEOUT_MS: '2900' } });
  const userId = newUser();
  const surface = withKey(openRest, slow.url, customerToken(userId), newKey());
  const release = await blockNewTickets(slow.databaseUrl);
  const outcomes = await Promise.all([surface.create(NEW_TICKET), surface.create(NEW_TICKET)]);
  expect(outcomes.map(({ status }) => status)).toEqual([503, 503]);
  await release();
  const done = await surface.create(NEW_TICKET);
  expect(done.headers.get('idempotency-replayed')).toBeNull();
  const { ticketId } = dataOf(done);
  expect((await slow.db.reader.ticket.findMany({ where: { userId } })).map(({ id }) => id)).toEqual([ticketId]);
  expect(await recordsOf(slow.db, userId)).toHaveLength(1);
});
