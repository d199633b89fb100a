import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { failureOf } from '../../support/failures.js';
import { newKey, recordsOf, withKey } from '../../support/idempotency.js';
import { rawRequest } from '../../support/raw-request.js';
import { openRest, openTrpc, SURFACES, type Surface } from '../../support/surfaces.js';
import { dataOf, NEW_TICKET, newUser, openTicket, pathsOf, setTicket, withoutEffect } from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

const REUSED = {
  ok: false,
  status: 422,
  code: 'IDEMPOTENCY_KEY_REUSED',
  message: 'This Idempotency-Key belongs to another request: use a new one for each',
};
const replayed = ({ headers }: { headers: Headers }) => headers.get('idempotency-replayed');

describe.each(SURFACES)('a key over %s', (_name, open) => {
  const userId = newUser();
  const token = customerToken(userId);
  const named = (key = newKey()) => withKey(open, server.url, token, key);
  let customer: Surface;
  beforeAll(() => {
    customer = open(server.url, token);
  });

  it('gives a create its first answer again, and stores one ticket', async () => {
    const surface = named();
    const first = await surface.create(NEW_TICKET);
    expect(replayed(first)).toBeNull();
    const second = await withoutEffect(server.db, () => surface.create(NEW_TICKET));
    expect(second).toMatchObject({ ok: true, data: dataOf(first) });
    expect(JSON.stringify(dataOf(second))).toBe(JSON.stringify(dataOf(first)));
    expect(replayed(second)).toBe('true');
  });

  it('gives a message its first answer again, and stores one', async () => {
    const ticketId = await openTicket(customer);
    const surface = named();
    const first = await surface.addMessage(ticketId, { message: 'Hello ☕ \u0001 "quoted"', attachments: ['b', 'a'] });
    const send = () => surface.addMessage(ticketId, { attachments: ['b', 'a'], message: 'Hello ☕ \u0001 "quoted"' });
    const second = await withoutEffect(server.db, send);
    expect(JSON.stringify(dataOf(second))).toBe(JSON.stringify(dataOf(first)));
    expect(replayed(second)).toBe('true');
  });

  it('gives a close its first answer again', async () => {
    const ticketId = await openTicket(customer);
    const surface = named();
    const first = await surface.close(ticketId, { resolution: 'Done' });
    const second = await withoutEffect(server.db, () => surface.close(ticketId, { resolution: 'Done' }));
    expect(dataOf(second)).toEqual(dataOf(first));
    expect(replayed(second)).toBe('true');
  });

  it('gives the first answer though the ticket has changed since', async () => {
    const surface = named();
    const first = dataOf(await surface.create(NEW_TICKET));
    dataOf(await customer.close(first.ticketId));
    expect(dataOf(await surface.create(NEW_TICKET))).toEqual(first);
    expect(dataOf(await customer.get(first.ticketId))).toMatchObject({ status: 'Closed' });

    const ticketId = await openTicket(customer);
    const other = named();
    const message = dataOf(await other.addMessage(ticketId, { message: 'Hello' }));
    dataOf(await customer.close(ticketId));
    // Another message would be refused.
    expect(dataOf(await other.addMessage(ticketId, { message: 'Hello' }))).toEqual(message);
  });

  it('with another body is refused, and nothing is written', async () => {
    const surface = named();
    const { ticketId } = dataOf(await surface.create(NEW_TICKET));
    const other = await withoutEffect(server.db, () => surface.create({ ...NEW_TICKET, subject: 'Another subject' }));
    expect(other).toMatchObject(REUSED);
    expect(replayed(other)).toBeNull();
    // Nor has that changed what the key stands for.
    expect(dataOf(await surface.create(NEW_TICKET)).ticketId).toBe(ticketId);
  });

  it('for another ticket or another operation is refused, and nothing is written', async () => {
    const [one, two] = [await openTicket(customer), await openTicket(customer)];
    const surface = named();
    dataOf(await surface.addMessage(one, { message: 'Hello' }));
    await withoutEffect(server.db, async () => {
      expect(await surface.addMessage(two, { message: 'Hello' })).toMatchObject(REUSED);
      expect(await surface.close(one)).toMatchObject(REUSED);
      expect(await surface.create(NEW_TICKET)).toMatchObject(REUSED);
    });
  });

  it('is its user’s own: another one may use the same', async () => {
    const key = newKey();
    const stranger = withKey(open, server.url, customerToken(newUser()), key);
    const first = dataOf(await named(key).create(NEW_TICKET));
    const second = await stranger.create(NEW_TICKET);
    expect(replayed(second)).toBeNull();
    expect(dataOf(second).ticketId).not.toBe(first.ticketId);
    expect(dataOf(await stranger.create(NEW_TICKET))).toEqual(dataOf(second));
    // Nor does it open the other one's ticket.
    expect(await stranger.get(first.ticketId)).toMatchObject({ status: 404 });
  });

  it('holds for one role: what an agent did is not shown to who is none any more', async () => {
    const ticketId = await openTicket(customer);
    const key = newKey();
    const agent = withKey(open, server.url, agentToken('agent_1'), key);
    const asCustomer = withKey(open, server.url, customerToken('agent_1'), key);
    dataOf(await agent.addMessage(ticketId, { message: 'Hello' }));
    const answer = await withoutEffect(server.db, () => asCustomer.addMessage(ticketId, { message: 'Hello' }));
    expect(answer).toMatchObject(REUSED);
  });

  it('does not make two requests with two keys one', async () => {
    const [one, two] = [dataOf(await named().create(NEW_TICKET)), dataOf(await named().create(NEW_TICKET))];
    expect(one.ticketId).not.toBe(two.ticketId);
  });

  it('is free again after a failure: the request may be made good, or sent again', async () => {
    const surface = named();
    expect(await surface.create({ ...NEW_TICKET, categoryId: 'category_none' })).toMatchObject({ status: 400 });
    const { ticketId } = dataOf(await surface.create(NEW_TICKET));

    const closed = await openTicket(customer);
    dataOf(await customer.close(closed));
    const writer = named();
    const refused = await withoutEffect(server.db, () => writer.addMessage(closed, { message: 'Hello' }));
    expect(refused).toMatchObject({ code: 'TICKET_CLOSED' });
    await setTicket(server.db, closed, { status: 'Open', closedAt: null });
    expect(replayed(await writer.addMessage(closed, { message: 'Hello' }))).toBeNull();
    expect(dataOf(await surface.create(NEW_TICKET)).ticketId).toBe(ticketId);
  });

  it.each([
    ['empty', ''],
    ['too long', 'k'.repeat(256)],
    ['of two words', 'one two'],
    ['of other letters', 'clé'],
    ['two, as Node joins two headers', 'one, two'],
  ])('that is %s is a 400 that names the header, and nothing is written', async (_what, key) => {
    const surface = named(key);
    await withoutEffect(server.db, async () => {
      const answer = await surface.create(NEW_TICKET);
      expect(answer).toMatchObject({
        status: 400,
        code: 'BAD_REQUEST',
        message: 'Invalid ticket data',
        details: [{ path: 'Idempotency-Key', message: 'Must be 1 to 255 visible ASCII characters, sent once' }],
      });
    });
  });

  it('may be of any visible ASCII, up to 255 of it, and its case counts', async () => {
    const key = `!"#$%&'()*+,-./:;<=>?@[]^_\`{|}~${newKey()}`.padEnd(255, 'k');
    const { ticketId } = dataOf(await named(key).create(NEW_TICKET));
    expect(dataOf(await named(key).create(NEW_TICKET)).ticketId).toBe(ticketId);
    expect(dataOf(await named(key.toUpperCase()).create(NEW_TICKET)).ticketId).not.toBe(ticketId);
  });

  it('does nothing to a read', async () => {
    const surface = named('no key at all');
    const ticketId = await openTicket(customer);
    expect(dataOf(await surface.get(ticketId))).toEqual(dataOf(await customer.get(ticketId)));
    expect(dataOf(await surface.list())).toEqual(dataOf(await customer.list()));
    expect(dataOf(await surface.categories())).toHaveLength(7);
  });

  it('does not open the way to anything: no token, and another’s ticket', async () => {
    const key = newKey();
    const ticketId = await openTicket(customer);
    dataOf(await named(key).addMessage(ticketId, { message: 'Hello' }));
    const nobody = open(server.url, undefined, { headers: { 'idempotency-key': key } });
    expect(await nobody.addMessage(ticketId, { message: 'Hello' })).toMatchObject({ status: 401 });
    const stranger = withKey(open, server.url, customerToken(newUser()), key);
    expect(await stranger.addMessage(ticketId, { message: 'Hello' })).toMatchObject({ status: 404 });
  });

  it('of which the input is wrong is refused for the input, and stays free', async () => {
    const surface = named();
    expect(pathsOf(await surface.create({ ...NEW_TICKET, attachment: 'x' }))).toEqual(['attachment']);
    expect(await surface.create(NEW_TICKET)).toMatchObject({ ok: true });
  });
});

it.each([
  ['/support/tickets', 'another', ['one', 'two']],
  ['/support/tickets', 'the same', ['one', 'one']],
  ['/trpc/support.tickets.create', 'another', ['one', 'two']],
])('two keys in one request to %s, %s, are a 400, and nothing is written', async (path, _which, keys) => {
  const body = JSON.stringify(NEW_TICKET);
  const request = [
    `POST ${path} HTTP/1.1`,
    'Host: a',
    `Authorization: Bearer ${customerToken()}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    ...keys.map((key) => `Idempotency-Key: ${key}`),
    '',
    body,
  ];
  const answer = await withoutEffect(server.db, () => rawRequest(server.url, request.join('\r\n')));
  expect(failureOf(answer)).toMatchObject({ status: 400, details: [{ path: 'Idempotency-Key' }] });
});

it('stands for the same over both surfaces, and for what a default fills in', async () => {
  const [token, key] = [customerToken(newUser()), newKey()];
  const [rest, trpc] = [openRest, openTrpc].map((open) => withKey(open, server.url, token, key)) as [Surface, Surface];
  const first = dataOf(await rest.create(NEW_TICKET));
  expect(dataOf(await trpc.create({ attachments: [], priority: 'Medium', ...NEW_TICKET }))).toEqual(first);
  expect(dataOf(await rest.create(NEW_TICKET))).toEqual(first);
});

it('nothing is kept of a request without a key', async () => {
  const userId = newUser();
  await openTicket(openRest(server.url, customerToken(userId)));
  expect(await recordsOf(server.db, userId)).toEqual([]);
});

it('what is kept says what was answered, and nothing of what was sent beside it', async () => {
  const [userId, key] = [newUser(), newKey()];
  const data = dataOf(await withKey(openRest, server.url, customerToken(userId), key).create(NEW_TICKET));
  expect(await recordsOf(server.db, userId)).toEqual([
    {
      userId,
      key,
      fingerprint: expect.stringMatching(/^[\w-]{43}$/),
      response: JSON.stringify(data),
      createdAt: expect.any(Date),
    },
  ]);
});
