import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sql } from '../../../src/db/sql/sql.js';
import type { PageInfo } from '../../../src/procedure/context.js';
import { listTickets } from '../../../src/tickets/list-tickets.js';
import { startApp, type TestApp } from '../../support/app.js';
import { type OpenSurface, SURFACES, type Surface } from '../../support/surfaces.js';
import { dataOf, newUser, openTicket, pathsOf, setTicket, TIMESTAMP, withoutEffect } from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

const NOW = new Date('2026-01-22T16:30:00.123Z');
let now = NOW;

let server: TestApp;
beforeAll(async () => {
  server = await startApp({ clock: { now: () => now } });
});
afterAll(() => server[Symbol.asyncDispose]());

/** A customer with tickets of the same millisecond, three each: the ids are given from the newest to the oldest. */
async function customerWithTickets(open: OpenSurface, count: number): Promise<{ customer: Surface; ids: string[] }> {
  const customer = open(server.url, customerToken(newUser()));
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    now = new Date(NOW.getTime() + Math.floor(index / 3));
    ids.push(await openTicket(customer));
  }
  now = NOW;
  const created = await server.db.reader.ticket.findMany({ where: { id: { in: ids } } });
  const newestFirst = created.toSorted((a, b) => Number(b.createdAt) - Number(a.createdAt) || (a.id < b.id ? 1 : -1));
  return { customer, ids: newestFirst.map(({ id }) => id) };
}

const idsOf = (rows: { ticketId: string }[]) => rows.map(({ ticketId }) => ticketId);

describe.each(SURFACES)('list over %s', (_name, open) => {
  it('is an empty array for who has none', async () => {
    const outcome = await open(server.url, customerToken(newUser())).list();
    expect(dataOf(outcome)).toEqual([]);
    expect(outcome.headers.get('x-total-count')).toBe('0');
  });

  it('shows the documented keys', async () => {
    const customer = open(server.url, customerToken(newUser()));
    const ticketId = await openTicket(customer, { subject: 'A subject', priority: 'Low' });
    const [row] = dataOf(await customer.list());
    expect(Object.keys(row)).toEqual(['ticketId', 'subject', 'status', 'priority', 'createdAt', 'updatedAt']);
    expect(row).toEqual({
      ticketId,
      subject: 'A subject',
      status: 'Open',
      priority: 'Low',
      createdAt: '2026-01-22T16:30:00.123Z',
      updatedAt: '2026-01-22T16:30:00.123Z',
    });
  });

  it('shows their own tickets to customers and agents alike', async () => {
    const [one, other, agent] = [customerToken(newUser()), customerToken(newUser()), agentToken(newUser())].map(
      (token) => open(server.url, token),
    ) as [Surface, Surface, Surface];
    const own = await openTicket(one);
    await openTicket(other);
    expect(idsOf(dataOf(await one.list()))).toEqual([own]);
    expect(dataOf(await agent.list())).toEqual([]);
    const agents = await openTicket(agent);
    expect(idsOf(dataOf(await agent.list()))).toEqual([agents]);
  });

  it('moves updatedAt, and nothing else, with a message and with the close', async () => {
    const customer = open(server.url, customerToken(newUser()));
    const ticketId = await openTicket(customer);
    const [opened] = dataOf(await customer.list());
    const { timestamp } = dataOf(await customer.addMessage(ticketId, { message: 'Hello' }));
    expect(dataOf(await customer.list())).toEqual([{ ...opened, updatedAt: timestamp }]);
    const { closedAt } = dataOf(await customer.close(ticketId));
    expect(dataOf(await customer.list())).toEqual([{ ...opened, status: 'Closed', updatedAt: closedAt }]);
    expect(opened.updatedAt < timestamp && timestamp < closedAt).toBe(true);
    expect(closedAt).toMatch(TIMESTAMP);
  });

  describe('of many tickets', () => {
    let customer: Surface;
    let ids: string[];
    beforeAll(async () => {
      ({ customer, ids } = await customerWithTickets(open, 23));
    });

    it('has the newest first, ties broken by id, and 20 on the first page', async () => {
      const outcome = await customer.list();
      expect(idsOf(dataOf(outcome))).toEqual(ids.slice(0, 20));
      expect(outcome.headers.get('x-total-count')).toBe('23');
    });

    it.each([1, 2, 7, 11, 12, 22, 23, 24, 100])('shows each once, page by page of %i', async (limit) => {
      const seen: string[] = [];
      for (let page = 1; page <= Math.ceil(23 / limit); page++) {
        const outcome = await customer.list({ page, limit });
        expect(outcome.headers.get('x-total-count')).toBe('23');
        expect(dataOf(outcome)).toHaveLength(Math.min(limit, 23 - seen.length));
        seen.push(...idsOf(dataOf(outcome)));
      }
      expect(seen).toEqual(ids);
    });

    it.each([
      { page: 3, limit: 20 },
      { page: 24, limit: 1 },
      { page: 2, limit: 100 },
      { page: 2 ** 31 },
      { page: Number.MAX_SAFE_INTEGER, limit: 100 },
    ])('is empty behind the last page: %j', async (query) => {
      const outcome = await customer.list(query);
      expect(dataOf(outcome)).toEqual([]);
      expect(outcome.headers.get('x-total-count')).toBe('23');
    });
  });

  describe('by status and priority', () => {
    const STATUSES = ['Open', 'In Progress', 'Resolved', 'Closed'];
    const PRIORITIES = ['Low', 'Medium', 'High', 'Critical'];
    let customer: Surface;
    const byKind: Record<string, string> = {};
    beforeAll(async () => {
      customer = open(server.url, customerToken(newUser()));
      for (const status of STATUSES) {
        for (const priority of PRIORITIES) {
          const ticketId = await openTicket(customer, { priority });
          await setTicket(server.db, ticketId, { status });
          byKind[`${status}, ${priority}`] = ticketId;
        }
      }
    });
    const kinds = (match: (kind: string) => boolean) =>
      Object.entries(byKind)
        .filter(([kind]) => match(kind))
        .map(([, ticketId]) => ticketId)
        .sort();

    it.each(STATUSES)('shows those of status %s only', async (status) => {
      const outcome = await customer.list({ status });
      expect(idsOf(dataOf(outcome)).sort()).toEqual(kinds((kind) => kind.startsWith(status)));
      expect(outcome.headers.get('x-total-count')).toBe('4');
    });

    it.each(PRIORITIES)('shows those of priority %s only', async (priority) => {
      const outcome = await customer.list({ priority });
      expect(idsOf(dataOf(outcome)).sort()).toEqual(kinds((kind) => kind.endsWith(priority)));
      expect(outcome.headers.get('x-total-count')).toBe('4');
    });

    it('shows those that match both, and pages within them', async () => {
      const outcome = await customer.list({ status: 'In Progress', priority: 'Critical' });
      expect(idsOf(dataOf(outcome))).toEqual([byKind['In Progress, Critical']]);
      expect(outcome.headers.get('x-total-count')).toBe('1');
      const pages = [1, 2, 3].map((page) => customer.list({ status: 'Closed', page, limit: 2 }));
      const rows = (await Promise.all(pages)).map(dataOf);
      expect(rows.map((page) => page.length)).toEqual([2, 2, 0]);
      expect(idsOf(rows.flat()).sort()).toEqual(kinds((kind) => kind.startsWith('Closed')));
    });
  });

  it.each([
    [{ status: 'open' }, ['status']],
    [{ status: 'InProgress' }, ['status']],
    [{ status: '' }, ['status']],
    [{ priority: 'Urgent' }, ['priority']],
    [{ page: 0 }, ['page']],
    [{ page: -1 }, ['page']],
    [{ page: 1.5 }, ['page']],
    [{ limit: 0 }, ['limit']],
    [{ limit: 101 }, ['limit']],
    [{ limit: 'ten' }, ['limit']],
    [{ offset: 5, sort: 'id' }, ['offset', 'sort']],
    [{ status: 'x', priority: 'x', page: 0, limit: 0, q: 'x' }, ['status', 'priority', 'page', 'limit', 'q']],
  ])('refuses %j', async (query, paths) => {
    const outcome = await open(server.url, customerToken(newUser())).list(query);
    expect(outcome).toMatchObject({ ok: false, status: 400, code: 'BAD_REQUEST', message: 'Invalid request' });
    expect(pathsOf(outcome)).toEqual(paths);
    expect(outcome.headers.has('x-total-count')).toBe(false);
  });

  it.each([
    ['nobody', undefined],
    ['an expired token', customerToken('user_123', { exp: 1 })],
  ])('tells %s nothing', async (_case, token) => {
    const outcome = await withoutEffect(server.db, () => open(server.url, token).list());
    expect(outcome).toMatchObject({ ok: false, status: 401, code: 'UNAUTHORIZED', message: 'Unauthorized' });
    expect(outcome.headers.has('x-total-count')).toBe(false);
  });
});

it('an empty page and its total are of one moment: a ticket that comes in between is on neither', async () => {
  const [, open] = SURFACES[0] as (typeof SURFACES)[number];
  const userId = newUser();
  const customer = open(server.url, customerToken(userId));
  const { sql } = server.db;
  const interrupted: Sql = {
    row: (...asked) => sql.row(...asked),
    async rows(...asked) {
      const rows = await sql.rows(...asked);
      await openTicket(customer);
      return rows;
    },
    run: (...asked) => sql.run(...asked),
    chain: (...asked) => sql.chain(...asked),
  };
  const totals: number[] = [];
  const scope = {
    db: interrupted,
    principal: { userId, role: 'customer' },
    onPage: ({ total }: PageInfo) => void totals.push(total),
  } as const;
  // Nobody had a ticket; then there is one, and page 2 is empty.
  expect(await listTickets(scope, { page: 1, limit: 1 })).toEqual([]);
  expect(await listTickets(scope, { page: 2, limit: 1 })).toEqual([]);
  expect(totals).toEqual([0, 1]);
});
