import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { CALLS, type Call } from '../../support/calls.js';
import { dataOf, NEW_TICKET, newUser, pathsOf, setTicket, TIMESTAMP } from '../../support/tickets.js';
import { adminToken, agentToken, customerToken } from '../../support/tokens.js';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

const kept = (ticketId: string) => server.db.reader.rating.findMany({ where: { ticketId } });

describe.each(CALLS)('ratings over %s', (_surface, open) => {
  let customer: Call;
  let agent: Call;
  beforeAll(() => {
    customer = open(server.url, customerToken(newUser()));
    agent = open(server.url, agentToken());
  });
  const newTicket = async (): Promise<string> => dataOf(await customer('support.tickets.create', NEW_TICKET)).ticketId;
  const closedTicket = async () => {
    const ticketId = await newTicket();
    await customer('support.tickets.close', { ticketId });
    return ticketId;
  };

  it('are kept once a ticket is closed, for agents to see', async () => {
    const ticketId = await closedTicket();
    const before = await server.db.reader.ticket.findUniqueOrThrow({ where: { id: ticketId } });
    const rated = dataOf(await customer('support.tickets.rate', { ticketId, score: 4, comment: ' Fine, thanks ' }));
    expect(rated).toEqual({ ticketId, score: 4, comment: ' Fine, thanks ', ratedAt: expect.stringMatching(TIMESTAMP) });
    expect(dataOf(await agent('desk.ratings.get', { ticketId }))).toEqual(rated);

    const after = await server.db.reader.ticket.findUniqueOrThrow({ where: { id: ticketId } });
    expect(after).toEqual({ ...before, version: before.version + 1 });
    const events = await server.db.reader.event.findMany({ where: { ticketId, type: 'ticket.rated' } });
    expect(events).toMatchObject([{ before: {}, after: { score: 4 }, createdAt: new Date(rated.ratedAt) }]);
  });

  it('are kept for a resolved ticket too, and stay when it is reopened', async () => {
    const ticketId = await newTicket();
    await setTicket(server.db, ticketId, { status: 'Resolved' });
    const rated = dataOf(await customer('support.tickets.rate', { ticketId, score: 1, comment: '  ' }));
    expect(rated).toMatchObject({ score: 1, comment: null });
    expect((await customer('support.messages.add', { ticketId, message: 'Not solved' })).ok).toBe(true);
    expect(dataOf(await agent('desk.ratings.get', { ticketId }))).toEqual(rated);
    await customer('support.tickets.close', { ticketId });
    expect(await customer('support.tickets.rate', { ticketId, score: 5 })).toMatchObject({ code: 'ALREADY_RATED' });
  });

  it('come once: of several at the same time, one is kept', async () => {
    const ticketId = await closedTicket();
    const outcomes = await Promise.all(
      [1, 2, 3, 4, 5].map((score) => customer('support.tickets.rate', { ticketId, score })),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409]);
    expect(outcomes.filter(({ ok }) => !ok).every((one) => !one.ok && one.code === 'ALREADY_RATED')).toBe(true);
    const winner = outcomes.find(({ ok }) => ok);
    expect(await kept(ticketId)).toMatchObject([{ score: winner?.ok && winner.data.score }]);
    const events = await server.db.reader.event.findMany({ where: { ticketId, type: 'ticket.rated' } });
    expect(events).toHaveLength(1);
  });

  it.each(['Open', 'In Progress'])('are too early for a ticket that is %s', async (status) => {
    const ticketId = await newTicket();
    await setTicket(server.db, ticketId, { status });
    expect(await customer('support.tickets.rate', { ticketId, score: 3 })).toMatchObject({
      status: 409,
      code: 'NOT_RESOLVED',
    });
    expect(await kept(ticketId)).toEqual([]);
  });

  it("are the requester's alone", async () => {
    const ticketId = await closedTicket();
    const other = open(server.url, customerToken(newUser()));
    expect(await other('support.tickets.rate', { ticketId, score: 1 })).toMatchObject({
      status: 404,
      message: 'Ticket not found',
    });
    for (const token of [agentToken(), adminToken()]) {
      expect(await open(server.url, token)('support.tickets.rate', { ticketId, score: 5 })).toMatchObject({
        status: 403,
        code: 'FORBIDDEN',
      });
    }
    expect(await open(server.url)('support.tickets.rate', { ticketId, score: 5 })).toMatchObject({ status: 401 });
    expect(await kept(ticketId)).toEqual([]);
    expect(await agent('desk.ratings.get', { ticketId })).toMatchObject({ status: 404 });
    expect(await customer('desk.ratings.get', { ticketId })).toMatchObject({ status: 403 });
  });

  it.each([
    [{}, ['score']],
    [{ score: 0 }, ['score']],
    [{ score: 6 }, ['score']],
    [{ score: 4.5 }, ['score']],
    [{ score: '5' }, ['score']],
    [{ score: 5, comment: 'x'.repeat(2001) }, ['comment']],
    [{ score: 5, stars: 5 }, ['stars']],
  ])('refuse %j', async (input, paths) => {
    const ticketId = await closedTicket();
    const outcome = await customer('support.tickets.rate', { ticketId, ...input });
    expect(outcome.status).toBe(400);
    expect(pathsOf(outcome)).toEqual(paths);
    expect(await kept(ticketId)).toEqual([]);
  });
});
