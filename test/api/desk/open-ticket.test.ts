import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { CALLS, type Call } from '../../support/calls.js';
import { numbered } from '../../support/fill-ticket.js';
import { dataOf, NEW_TICKET, newUser, pathsOf, withoutEffect } from '../../support/tickets.js';
import { adminToken, agentToken, customerToken } from '../../support/tokens.js';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

describe.each(CALLS)('a ticket for a customer over %s', (_surface, open) => {
  let agent: Call;
  beforeAll(() => {
    agent = open(server.url, agentToken('gateway_1'));
  });
  const eventsOf = async (ticketId: string) => dataOf(await agent('desk.tickets.events', { ticketId })).events;

  it('is theirs as if they had opened it, and its event says who did', async () => {
    const requester = newUser();
    const customer = open(server.url, customerToken(requester));
    const input = { ...NEW_TICKET, priority: 'High', attachments: ['file_1'] };
    const theirs = dataOf(await customer('support.tickets.create', input));
    const created = dataOf(await agent('desk.tickets.create', { ...input, requester }));
    expect(created).toEqual({ ...theirs, ticketId: created.ticketId, createdAt: created.createdAt });

    const row = (id: string) => server.db.reader.ticket.findUniqueOrThrow({ where: { id } });
    const { createdAt } = await row(created.ticketId);
    const moved = { id: created.ticketId, createdAt, updatedAt: createdAt, waitingSince: createdAt };
    expect(await row(created.ticketId)).toEqual({ ...(await row(theirs.ticketId)), ...moved });
    const listed = await customer('support.tickets.list');
    expect(dataOf(listed).map((one: { ticketId: string }) => one.ticketId)).toEqual([
      created.ticketId,
      theirs.ticketId,
    ]);
    expect(listed.headers.get('x-total-count')).toBe('2');

    const after = { status: 'Open', priority: 'High', categoryId: NEW_TICKET.categoryId };
    expect(await eventsOf(theirs.ticketId)).toMatchObject([{ type: 'ticket.created', actor: requester, after }]);
    const [event] = await eventsOf(created.ticketId);
    expect(event).toMatchObject({
      type: 'ticket.created',
      actor: 'gateway_1',
      before: {},
      timestamp: created.createdAt,
    });
    expect(event.after).toEqual({ ...after, requester });
    expect((await eventsOf(theirs.ticketId))[0].after).toEqual(after);

    const { ticketId } = created;
    dataOf(await customer('support.messages.add', { ticketId, message: 'Thank you' }));
    dataOf(await customer('support.tickets.close', { ticketId }));
    dataOf(await customer('support.tickets.rate', { ticketId, score: 5 }));
    const stranger = open(server.url, customerToken(newUser()));
    expect(await stranger('support.tickets.get', { ticketId })).toMatchObject({ status: 404 });
  });

  it('may be an agent’s own', async () => {
    const { ticketId } = dataOf(await agent('desk.tickets.create', { ...NEW_TICKET, requester: 'gateway_1' }));
    expect((await eventsOf(ticketId))[0].after).not.toHaveProperty('requester');
  });

  it('is opened once for each key', async () => {
    const requester = newUser();
    const once = (key: string, message: string) => {
      const headers = { 'idempotency-key': key, authorization: `Bearer ${agentToken('gateway_1')}` };
      const body = JSON.stringify({ ...NEW_TICKET, requester, subject: message });
      const url = `${server.url}/desk/tickets`;
      return fetch(url, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body });
    };
    const key = `<${requester}@mail.example.com>`;
    const answers = await Promise.all(numbered(4).map(() => once(key, 'A mail')));
    const bodies = await Promise.all(answers.map((answer) => answer.json() as Promise<{ data: { ticketId: string } }>));
    expect(new Set(bodies.map(({ data }) => data.ticketId)).size).toBe(1);
    expect((await once(key, 'Another mail')).status).toBe(422);
    expect(await server.db.reader.ticket.count({ where: { userId: requester } })).toBe(1);
  });

  it('comes beside what the customer and others do at the same time', async () => {
    const requester = newUser();
    const customer = open(server.url, customerToken(requester));
    const outcomes = await Promise.all(
      numbered(12).map((index) =>
        Number(index) % 2 === 0
          ? customer('support.tickets.create', NEW_TICKET)
          : agent('desk.tickets.create', { ...NEW_TICKET, requester }),
      ),
    );
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    const listed = await customer('support.tickets.list', { limit: 100 });
    expect(dataOf(listed)).toHaveLength(12);
    expect(listed.headers.get('x-total-count')).toBe('12');
  });

  const BAD_REQUESTERS = ['', ' ', 'me', 'system', ' user_1', 'user_1\n', 'user_1\u2003', 'a\u0000', '\ud800', 5, null];
  it.each<[wrong: object, paths: string[]]>([
    ...[undefined, 'x'.repeat(256), ...BAD_REQUESTERS].map((requester): [object, string[]] => [
      { requester },
      ['requester'],
    ]),
    [{ categoryId: 'category_404' }, ['categoryId']],
    [{ subject: ' ', description: 'x'.repeat(10_001), priority: 'Urgent' }, ['description', 'priority', 'subject']],
    [{ userId: 'user_1' }, ['userId']],
  ])('refuses %j', async (wrong, paths) => {
    const outcome = await withoutEffect(server.db, () =>
      agent('desk.tickets.create', { ...NEW_TICKET, requester: 'user_1', ...wrong }),
    );
    expect(outcome).toMatchObject({ status: 400, code: 'BAD_REQUEST', message: 'Invalid ticket data' });
    expect(pathsOf(outcome)?.toSorted()).toEqual(paths);
  });

  it('is in an active category', async () => {
    const admin = open(server.url, adminToken());
    const name = `Archived ${newUser()}`;
    const { categoryId } = dataOf(await admin('desk.categories.create', { name, description: 'd' }));
    dataOf(await admin('desk.categories.archive', { categoryId }));
    const input = { ...NEW_TICKET, requester: newUser(), categoryId };
    expect(pathsOf(await withoutEffect(server.db, () => agent('desk.tickets.create', input)))).toEqual(['categoryId']);
  });

  it('is opened by the desk alone', async () => {
    const input = { ...NEW_TICKET, requester: newUser() };
    await withoutEffect(server.db, async () => {
      const customer = open(server.url, customerToken(input.requester));
      expect(await customer('desk.tickets.create', input)).toMatchObject({ status: 403, code: 'FORBIDDEN' });
      expect(await open(server.url)('desk.tickets.create', input)).toMatchObject({ status: 401 });
    });
  });
});
