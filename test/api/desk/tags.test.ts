import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { CALLS, type Call } from '../../support/calls.js';
import { explain, recordStatements } from '../../support/statements.js';
import { dataOf, NEW_TICKET, newUser, pathsOf } from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

const eventsOf = (ticketId: string) =>
  server.db.reader.event.findMany({ where: { ticketId, type: 'ticket.tagged' }, orderBy: { id: 'asc' } });

describe.each(CALLS)('tags over %s', (surface, open) => {
  let agent: Call;
  let customer: Call;
  beforeAll(() => {
    agent = open(server.url, agentToken());
    customer = open(server.url, customerToken(newUser()));
  });
  const newTicket = async (): Promise<string> => dataOf(await customer('support.tickets.create', NEW_TICKET)).ticketId;
  const get = async (ticketId: string) => dataOf(await agent('desk.tags.get', { ticketId }));

  it('are added and removed, once each, in lower case', async () => {
    const ticketId = await newTicket();
    const added = dataOf(await agent('desk.tags.change', { ticketId, add: ['Refund', 'REFUND', 'card_1', 'É-x'] }));
    expect(added).toEqual({ ticketId, tags: ['card_1', 'refund', 'é-x'], version: 2 });
    const changed = dataOf(
      await agent('desk.tags.change', {
        ticketId,
        add: ['new', 'card_1'],
        remove: ['REFUND', 'e\u0301-X', 'Card_1', 'no'],
      }),
    );
    expect(changed).toEqual({ ticketId, tags: ['card_1', 'new'], version: 3 });
    expect(await get(ticketId)).toEqual(changed);
  });

  it('write an event with what was and what is, and move the version, but nothing that a customer sees', async () => {
    const ticketId = await newTicket();
    const before = await server.db.reader.ticket.findUniqueOrThrow({ where: { id: ticketId } });
    await agent('desk.tags.change', { ticketId, add: ['a'] });
    await agent('desk.tags.change', { ticketId, add: ['b'], remove: ['a'] });
    expect(await eventsOf(ticketId)).toMatchObject([
      { actor: 'agent_123', before: { tags: [] }, after: { tags: ['a'] } },
      { actor: 'agent_123', before: { tags: ['a'] }, after: { tags: ['b'] } },
    ]);
    const after = await server.db.reader.ticket.findUniqueOrThrow({ where: { id: ticketId } });
    expect(after).toEqual({ ...before, version: before.version + 2, annotatedAt: expect.any(Date) });
    expect(JSON.stringify(dataOf(await customer('support.tickets.get', { ticketId })))).not.toContain('tag');
  });

  it('that change nothing are no change', async () => {
    const ticketId = await newTicket();
    await agent('desk.tags.change', { ticketId, add: ['a'] });
    for (const input of [{}, { add: ['A'] }, { remove: ['b'] }, { add: ['a'], remove: ['a'] }]) {
      expect(dataOf(await agent('desk.tags.change', { ticketId, ...input }))).toEqual({
        ticketId,
        tags: ['a'],
        version: 2,
      });
    }
    expect(await eventsOf(ticketId)).toHaveLength(1);
  });

  it('of several agents at once are all there, and so is each event', async () => {
    const ticketId = await newTicket();
    const names = Array.from({ length: 12 }, (_, index) => `tag-${index}`);
    const outcomes = await Promise.all(names.map((tag) => agent('desk.tags.change', { ticketId, add: [tag] })));
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    expect(await get(ticketId)).toEqual({ ticketId, tags: [...names].sort(), version: 13 });
    const events = await eventsOf(ticketId);
    expect(events).toHaveLength(12);
    for (const [index, event] of events.entries()) {
      expect((event.after as { tags: string[] }).tags).toHaveLength(index + 1);
    }
  });

  it('are 20 at most, also where two agents come at once', async () => {
    const ticketId = await newTicket();
    const many = (from: number, count: number) => Array.from({ length: count }, (_, index) => `t${from + index}`);
    await agent('desk.tags.change', { ticketId, add: many(0, 10) });
    const outcomes = await Promise.all(
      [100, 200].map((from) => agent('desk.tags.change', { ticketId, add: many(from, 10) })),
    );
    expect(outcomes.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(outcomes.find(({ ok }) => !ok)).toMatchObject({ code: 'TOO_MANY_TAGS' });
    expect((await get(ticketId)).tags).toHaveLength(20);
    // What goes makes room for what comes.
    expect((await agent('desk.tags.change', { ticketId, add: ['x'], remove: ['t0'] })).ok).toBe(true);
  });

  it('are found by what they begin with', async () => {
    const word = `${surface.toLowerCase()}word`;
    const [one, other] = [await newTicket(), await newTicket()];
    await agent('desk.tags.change', { ticketId: one, add: [`${word}-b`, `${word}-a`, word] });
    await agent('desk.tags.change', { ticketId: other, add: [`${word}-a`, `${word}-é`, `x${word}`] });
    const list = async (input: object) => dataOf(await agent('desk.tags.list', { ...input }));
    expect(await list({ prefix: word.toUpperCase() })).toEqual([word, `${word}-a`, `${word}-b`, `${word}-é`]);
    expect(await list({ prefix: word, limit: 2 })).toEqual([word, `${word}-a`]);
    expect(await list({ prefix: `${word}-É` })).toEqual([`${word}-é`]);
    expect(await list({ prefix: `${word}-c` })).toEqual([]);
    expect(await list({ limit: 100 })).toEqual(expect.arrayContaining([`${word}-a`, `x${word}`]));
    await agent('desk.tags.change', { ticketId: one, remove: [`${word}-b`] });
    expect(await list({ prefix: `${word}-b` })).toEqual([]);
  });

  it('come page by page, with how many there are', async () => {
    const word = `${surface.toLowerCase()}page`;
    const all = Array.from({ length: 7 }, (_, n) => `${word}-${n}`);
    await agent('desk.tags.change', { ticketId: await newTicket(), add: all });
    await agent('desk.tags.change', { ticketId: await newTicket(), add: all.slice(3) });
    const page = async (number: number, limit: number) => {
      const outcome = await agent('desk.tags.list', { prefix: `${word}-`, page: number, limit });
      return [dataOf(outcome), outcome.headers.get('x-total-count')];
    };
    for (const [limit, pages] of [
      [3, 3],
      [7, 1],
      [8, 1],
      [1, 7],
    ] as const) {
      for (let number = 1; number <= pages; number += 1) {
        expect(await page(number, limit)).toEqual([all.slice((number - 1) * limit, number * limit), '7']);
      }
      expect(await page(pages + 1, limit)).toEqual([[], '7']);
      expect(await page(Number.MAX_SAFE_INTEGER, limit)).toEqual([[], '7']);
    }
    expect(pathsOf(await agent('desk.tags.list', { page: 0, limit: 101 }))).toEqual(['page', 'limit']);
  });

  it.each([
    [{ add: ['two words'] }, ['add.0']],
    [{ add: [''], remove: ['x'.repeat(51)] }, ['add.0', 'remove.0']],
    [{ add: ['a,b', 'ok', 'a\0'] }, ['add.0', 'add.2']],
    [{ add: Array(21).fill('a') }, ['add']],
    [{ add: 'a' }, ['add']],
    [{ set: [] }, ['set']],
  ])('refuse %j', async (input, paths) => {
    const ticketId = await newTicket();
    const outcome = await agent('desk.tags.change', { ticketId, ...input });
    expect(outcome.status).toBe(400);
    expect(pathsOf(outcome)).toEqual(paths);
    expect(await get(ticketId)).toEqual({ ticketId, tags: [], version: 1 });
  });

  it('are for agents, and of tickets that are there', async () => {
    const ticketId = await newTicket();
    for (const id of ['ticket_1', ticketId.replace(/.$/, (last) => (last === '0' ? '1' : '0'))]) {
      const missing = { status: 404, code: 'NOT_FOUND', message: 'Ticket not found' };
      expect(await agent('desk.tags.change', { ticketId: id, add: ['a'] })).toMatchObject(missing);
      expect(await agent('desk.tags.get', { ticketId: id })).toMatchObject(missing);
    }
    for (const [procedure, input] of [
      ['desk.tags.change', { ticketId, add: ['a'] }],
      ['desk.tags.get', { ticketId }],
      ['desk.tags.list', {}],
    ] as const) {
      expect(await customer(procedure, input)).toMatchObject({ status: 403, code: 'FORBIDDEN' });
      expect(await open(server.url)(procedure, input)).toMatchObject({ status: 401 });
    }
    expect((await get(ticketId)).tags).toEqual([]);
  });
});

it('neither the list, page and total in one statement, nor the tags of a ticket read a whole table', async () => {
  const [[, open]] = CALLS as [(typeof CALLS)[number]];
  const agent = open(server.url, agentToken());
  const ticketId = dataOf(await agent('support.tickets.create', NEW_TICKET)).ticketId;
  await agent('desk.tags.change', { ticketId, add: ['plan-a', 'plan-b'] });
  using recording = recordStatements(server.db.engine);
  const [first, beyond] = [{ limit: 1 }, { page: 3 }];
  for (const page of [first, beyond]) await agent('desk.tags.list', { prefix: 'plan', ...page });
  await agent('desk.tags.get', { ticketId });
  const statements = recording.statements.filter(({ sql }) => /^(with|select).*ticket_tags/is.test(sql));
  expect(statements).toHaveLength(3);
  for (const statement of statements) {
    const plan = await explain(server.databaseUrl, statement, { preferIndexes: true });
    expect(plan).not.toMatch(/Seq Scan|SCAN (ticket_tags|tickets)/);
  }
});
