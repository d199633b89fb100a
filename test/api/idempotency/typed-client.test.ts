import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSupportClient, supportError, withIdempotencyKey } from '../../../src/client/index.js';
import { startApp, type TestApp } from '../../support/app.js';
import { newKey } from '../../support/idempotency.js';
import { NEW_TICKET, newUser } from '../../support/tickets.js';
import { customerToken } from '../../support/tokens.js';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

/** A client, and what it sends: path and key of each request. */
function watchedClient(answer: typeof fetch = fetch) {
  const sent: [path: string, key: string | null][] = [];
  const { support } = createSupportClient({
    url: server.url,
    token: customerToken(newUser()),
    headers: { 'x-request-id': 'of-the-client' },
    fetch: (input, init) => {
      const { pathname } = new URL(String(input));
      const headers = new Headers(init?.headers);
      expect(headers.get('x-request-id')).toBe('of-the-client');
      sent.push([pathname.slice('/trpc/'.length), headers.get('idempotency-key')]);
      return answer(input, init);
    },
  });
  return { support, sent };
}

it('a call with a key leaves in a request of its own, with it; the others go together, without', async () => {
  const { support, sent } = watchedClient();
  const [one, two] = [newKey(), newKey()];
  await Promise.all([
    support.tickets.create.mutate(NEW_TICKET),
    support.tickets.create.mutate(NEW_TICKET, withIdempotencyKey(one)),
    support.tickets.create.mutate(NEW_TICKET),
    support.tickets.create.mutate(NEW_TICKET, withIdempotencyKey(two)),
  ]);
  expect(sent.sort()).toEqual(
    [
      ['support.tickets.create', one],
      ['support.tickets.create', two],
      ['support.tickets.create,support.tickets.create', null],
    ].sort(),
  );
  expect(await support.tickets.list.query({})).toHaveLength(4);
});

it('a call whose answer got lost is sent again, and done once', async () => {
  let lost = 0;
  const { support } = watchedClient(async (input, init) => {
    const answer = await fetch(input, init);
    if (lost === 2) return answer;
    lost += 1;
    throw new TypeError('fetch failed');
  });
  const key = newKey();
  const send = () => support.tickets.create.mutate(NEW_TICKET, withIdempotencyKey(key));
  const { ticketId } = await send().catch(send).catch(send);
  expect(lost).toBe(2);
  const list = await support.tickets.list.query({});
  expect(list.map((ticket) => ticket.ticketId)).toEqual([ticketId]);
});

it('a key that is used for something else is an error with a code', async () => {
  const { support } = watchedClient();
  const options = withIdempotencyKey(newKey());
  const { ticketId } = await support.tickets.create.mutate(NEW_TICKET, options);
  const failure = await support.messages.add.mutate({ ticketId, message: 'Hello' }, options).catch(supportError);
  expect(failure).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED', httpStatus: 422 });
});
