import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../../src/schema/ids.js';
import { startApp, type TestApp } from '../../support/app.js';
import { DESKS, type DeskSurface } from '../../support/desk-surfaces.js';
import { randomness } from '../../support/randomness.js';
import { dataOf, pathsOf } from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

interface Ticket {
  id: string;
  userId: string;
  status: string;
  priority: string;
  categoryId: string;
  assignedAgent: string | null;
  createdAt: Date;
  updatedAt: Date;
  waitingSince: Date | null;
  tags: string[];
}

const STATUSES = ['Open', 'In Progress', 'Resolved', 'Closed'];
const PRIORITIES = ['Critical', 'High', 'Medium', 'Low'];
const SORTS = ['waiting', 'priority', 'updated', 'created'] as const;
const ME = 'agent_me';
const CATEGORIES = ['category_001', 'category_002', 'category_003'];
const AGENTS = [ME, 'agent_2', null];
const USERS = ['user_a', 'user_b', 'user_c'];

/** Few instants, so that many tickets share one. */
const instant = fc.integer({ min: 0, max: 9 }).map((hour) => new Date(Date.UTC(2026, 0, 1, hour)));
const ticket: fc.Arbitrary<Ticket> = fc.record({
  id: fc.constant('').map(() => newId('ticket')),
  userId: fc.constantFrom(...USERS),
  status: fc.constantFrom(...STATUSES),
  priority: fc.constantFrom(...PRIORITIES),
  categoryId: fc.constantFrom(...CATEGORIES),
  assignedAgent: fc.constantFrom(...AGENTS),
  createdAt: instant,
  updatedAt: instant,
  waitingSince: fc.option(instant, { nil: null }),
  tags: fc.subarray(['a', 'b', 'é']),
});
/** RFC 3339 with an offset of so many minutes. */
function withOffset(date: Date, minutes: number): string {
  const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1);
  const size = Math.abs(minutes);
  const two = (count: number) => String(count).padStart(2, '0');
  return `${local}${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
/** As clients of all languages write them: whatever the offset, it is the same moment. */
const written = [
  (date: Date) => date.toISOString(),
  (date: Date) => withOffset(date, 330),
  (date: Date) => withOffset(date, -60),
];
const time = some(fc.tuple(instant, fc.constantFrom(...written)).map(([date, write]) => write(date)));
const filters = fc
  .record({
    status: some(fc.subarray(STATUSES, { minLength: 1 })),
    priority: some(fc.subarray(PRIORITIES, { minLength: 1 })),
    categoryId: some(fc.constantFrom(...CATEGORIES, 'category_none')),
    assignee: some(fc.constantFrom('me', 'agent_2', 'agent_none')),
    unassigned: some(fc.boolean()),
    requester: some(fc.constantFrom(...USERS, 'user_none')),
    tag: some(fc.constantFrom('a', 'B', 'É', 'none')),
    createdFrom: time,
    createdTo: time,
    updatedFrom: time,
    updatedTo: time,
  })
  .map((query) => Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)));

/** What the queue must say, by the plainest means. */
function expected(tickets: readonly Ticket[], query: Record<string, unknown>, sort: (typeof SORTS)[number]): string[] {
  const { status, priority, categoryId, assignee, unassigned, requester, tag } = query as Record<string, never>;
  const inRange = (at: Date, name: string) =>
    (query[`${name}From`] === undefined || at.getTime() >= Date.parse(String(query[`${name}From`]))) &&
    (query[`${name}To`] === undefined || at.getTime() < Date.parse(String(query[`${name}To`])));
  const matching = tickets.filter(
    (one) =>
      (status === undefined || (status as string[]).includes(one.status)) &&
      (priority === undefined || (priority as string[]).includes(one.priority)) &&
      (categoryId === undefined || one.categoryId === categoryId) &&
      (assignee === undefined || one.assignedAgent === (assignee === 'me' ? ME : assignee)) &&
      (unassigned === undefined || (one.assignedAgent === null) === unassigned) &&
      (requester === undefined || one.userId === requester) &&
      (tag === undefined || one.tags.includes((tag as string).toLowerCase())) &&
      inRange(one.createdAt, 'created') &&
      inRange(one.updatedAt, 'updated'),
  );
  const ascending = (...keys: ((one: Ticket) => string | number)[]) =>
    matching.toSorted((a, b) => {
      for (const key of keys) if (key(a) !== key(b)) return key(a) < key(b) ? -1 : 1;
      return 0;
    });
  const id = (one: Ticket) => one.id;
  const created = (one: Ticket) => one.createdAt.getTime();
  const sorted = {
    waiting: () => ascending((one) => one.waitingSince?.getTime() ?? Number.POSITIVE_INFINITY, id),
    priority: () => ascending((one) => PRIORITIES.indexOf(one.priority), created, id),
    updated: () => ascending((one) => one.updatedAt.getTime(), id).reverse(),
    created: () => ascending(created, id).reverse(),
  };
  return sorted[sort]().map(id);
}

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

async function empty(): Promise<void> {
  await server.db.transaction(async (tx) => {
    await tx.ticketTag.deleteMany();
    await tx.ticket.deleteMany();
  });
}

async function store(...tickets: Ticket[]): Promise<void> {
  const rest = { subject: 'A subject', description: 'A description', attachments: [] };
  await server.db.transaction(async (tx) => {
    await tx.ticket.createMany({ data: tickets.map(({ tags: _, ...one }) => ({ ...one, ...rest })) });
    const tags = tickets.flatMap(({ id, tags }) => tags.map((tag) => ({ tag, ticketId: id })));
    await tx.ticketTag.createMany({ data: tags });
  });
}

const change = (id: string, data: Partial<Omit<Ticket, 'tags'>>) =>
  server.db.transaction((tx) => tx.ticket.update({ where: { id }, data }));
const idsOf = (page: { tickets: { ticketId: string }[] }) => page.tickets.map(({ ticketId }) => ticketId);

/** Walks all pages. `between` runs after each. */
async function walk(desk: DeskSurface, query: Record<string, unknown>, between = async () => {}): Promise<string[]> {
  const seen: string[] = [];
  for (let after: string | undefined; ; ) {
    const page = dataOf(await desk.list({ ...query, ...(after !== undefined && { after }) }));
    seen.push(...idsOf(page));
    if (page.next === null) return seen;
    after = page.next;
    await between();
  }
}

const one = (over: Partial<Ticket> = {}): Ticket => ({
  id: newId('ticket'),
  userId: 'user_a',
  status: 'Open',
  priority: 'Medium',
  categoryId: 'category_001',
  assignedAgent: null,
  tags: [],
  createdAt: new Date('2026-01-01T00:00:00Z'),
  updatedAt: new Date('2026-01-01T00:00:00Z'),
  waitingSince: null,
  ...over,
});

describe.each(DESKS)('the queue over %s', (_surface, open) => {
  let desk: DeskSurface;
  beforeEach(async () => {
    await empty();
    desk = open(server.url, agentToken(ME));
  });

  it('filters, sorts and pages as a plain loop over all tickets would', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(ticket, { minLength: 1, maxLength: 40 }),
        fc.array(fc.tuple(filters, fc.constantFrom(...SORTS), fc.integer({ min: 1, max: 12 })), {
          minLength: 12,
          maxLength: 12,
        }),
        async (tickets, queries) => {
          await empty();
          await store(...tickets);
          for (const [query, sort, limit] of queries) {
            expect(await walk(desk, { ...query, sort, limit }), JSON.stringify({ query, sort, limit })).toEqual(
              expected(tickets, query, sort),
            );
          }
        },
      ),
      randomness('queue', 15),
    );
  });

  it('says all of a ticket that a list needs, and begins with those who wait longest', async () => {
    const waiting = one({ waitingSince: new Date('2026-01-02T10:00:00Z'), assignedAgent: ME, priority: 'High' });
    const longer = one({ waitingSince: new Date('2026-01-02T09:00:00Z') });
    await store(one({ id: newId('ticket') }), waiting, longer);
    const { tickets, next } = dataOf(await desk.list());
    expect(next).toBeNull();
    expect(tickets).toHaveLength(3);
    expect(tickets[0].ticketId).toBe(longer.id);
    expect(tickets[1]).toEqual({
      ticketId: waiting.id,
      subject: 'A subject',
      status: 'Open',
      priority: 'High',
      categoryId: 'category_001',
      requester: 'user_a',
      assignedAgent: ME,
      messageCount: 0,
      version: 1,
      waitingSince: '2026-01-02T10:00:00.000Z',
      firstResponseAt: null,
      firstResponseDueAt: '2026-01-01T04:00:00.000Z',
      resolutionDueAt: '2026-01-02T00:00:00.000Z',
      createdAt: '2026-01-01T00:00:00.000Z',
      updatedAt: '2026-01-01T00:00:00.000Z',
      presence: [],
    });
  });

  describe.each(SORTS)('walked by %s', (sort) => {
    it('shows each ticket that stays where it is exactly once, whatever others do meanwhile', async () => {
      const stay = fc.sample(ticket, 30);
      const move = fc.sample(ticket, 10);
      await store(...stay, ...move);
      let turn = 0;
      const seen = await walk(desk, { sort, limit: 4 }, async () => {
        const mover = move[turn % move.length] as Ticket;
        const [to] = fc.sample(ticket, 1) as [Ticket];
        const { id: _, tags: __, ...data } = to;
        await change(mover.id, data);
        await store(...fc.sample(ticket, 2));
        turn += 1;
      });
      const staying = new Set(stay.map(({ id }) => id));
      expect(seen.filter((id) => staying.has(id))).toEqual(expected(stay, {}, sort));
    });

    it('goes on behind a ticket that has left the list', async () => {
      const tickets = fc.sample(ticket, 9);
      await store(...tickets);
      const order = expected(tickets, {}, sort);
      const first = dataOf(await desk.list({ sort, limit: 4 }));
      const ticketId = order[3] as string;
      await server.db.transaction(async (tx) => {
        await tx.ticketTag.deleteMany({ where: { ticketId } });
        await tx.ticket.delete({ where: { id: ticketId } });
      });
      const rest = dataOf(await desk.list({ sort, after: first.next }));
      expect(idsOf(rest)).toEqual(order.slice(4));
    });
  });

  it('counts by status, exactly, and knows what is yours', async () => {
    const none = { total: 0, unassigned: 0, mine: 0, waiting: 0 };
    const nothing = { Open: none, 'In Progress': none, Resolved: none, Closed: { total: 0 } };
    expect(dataOf(await desk.counts())).toEqual(nothing);
    const waitingSince = new Date('2026-01-02T10:00:00Z');
    const [a, b] = [one({ waitingSince }), one()];
    await store(a, b, one({ status: 'In Progress', assignedAgent: ME, waitingSince }));
    await store(one({ status: 'In Progress', assignedAgent: 'agent_2' }), one({ status: 'Closed' }));
    expect(dataOf(await desk.counts())).toEqual({
      ...nothing,
      Open: { total: 2, unassigned: 2, mine: 0, waiting: 1 },
      'In Progress': { total: 2, unassigned: 0, mine: 1, waiting: 1 },
      Closed: { total: 1 },
    });
    await change(a.id, { status: 'Closed', waitingSince: null });
    await change(b.id, { status: 'Resolved' });
    expect(dataOf(await desk.counts())).toMatchObject({ Open: none, Resolved: { total: 1 }, Closed: { total: 2 } });
    await change(a.id, { status: 'Open' });
    expect(dataOf(await desk.counts())).toMatchObject({ Open: { total: 1 }, Closed: { total: 1 } });
    await empty();
    expect(dataOf(await desk.counts())).toEqual(nothing);
  });

  it('takes a cursor only where it came from', async () => {
    await store(...fc.sample(ticket, 5));
    const { next } = dataOf(await desk.list({ limit: 2 }));
    for (const query of [
      { after: next, sort: 'updated' },
      { after: next, sort: 'priority' },
      { after: 'x' },
      { after: '' },
      { after: Buffer.from('["waiting",0,"0000-01-01T00:00:00.000Z","ticket_1"]').toString('base64url') },
      { after: Buffer.from('["waiting",0,"2026-13-01T00:00:00.000Z","ticket_1"]').toString('base64url') },
      // JavaScript takes it for the next day, and PostgreSQL for none.
      { after: Buffer.from('["waiting",0,"9999-12-31T24:00:00.000Z","ticket_1"]').toString('base64url') },
      { after: Buffer.from('["waiting",0,"2026-02-30T00:00:00.000Z","ticket_1"]').toString('base64url') },
      { after: Buffer.from('["waiting",0,"2026-01-01T00:00:00.000Z","ticket_\\u0000"]').toString('base64url') },
      { after: Buffer.from('["waiting",9,"2026-01-01T00:00:00.000Z","ticket_1"]').toString('base64url') },
      { after: 'x'.repeat(1001) },
    ]) {
      const outcome = await desk.list(query);
      expect(outcome, JSON.stringify(query)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
      expect(pathsOf(outcome)).toEqual(['after']);
    }
  });

  it.each([
    [{ status: ['Open', 'open'] }, ['status.1']],
    [{ status: [''] }, ['status.0']],
    [{ priority: ['Urgent'] }, ['priority.0']],
    [{ assignee: '' }, ['assignee']],
    [{ requester: 'a\u0000' }, ['requester']],
    [{ categoryId: 'x'.repeat(256) }, ['categoryId']],
    [{ unassigned: 'yes' }, ['unassigned']],
    [{ createdFrom: 'yesterday', updatedTo: '2026-02-30T00:00:00Z' }, ['createdFrom', 'updatedTo']],
    [{ createdTo: '0000-01-01T00:00:00Z' }, ['createdTo']],
    [{ updatedFrom: '2026-01-01T00:00:00+0100' }, ['updatedFrom']],
    [{ sort: 'subject', limit: 0 }, ['sort', 'limit']],
    [{ limit: 101, page: 2 }, ['limit', 'page']],
  ])('refuses %j', async (query, paths) => {
    const outcome = await desk.list(query);
    expect(outcome).toMatchObject({ status: 400, code: 'BAD_REQUEST', message: 'Invalid request' });
    expect(pathsOf(outcome)).toEqual(paths);
  });

  it('is not for customers, nor for nobody', async () => {
    for (const call of ['list', 'counts'] as const) {
      expect(await open(server.url, customerToken('user_a'))[call]()).toMatchObject({ status: 403, code: 'FORBIDDEN' });
      expect(await open(server.url)[call]()).toMatchObject({ status: 401, code: 'UNAUTHORIZED' });
    }
  });
});
