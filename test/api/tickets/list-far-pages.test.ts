import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { insertTickets } from '../../support/many-tickets.js';
import { runSql } from '../../support/run-sql.js';
import { type OpenSurface, SURFACES, type Surface } from '../../support/surfaces.js';
import { dataOf } from '../../support/tickets.js';
import { customerToken } from '../../support/tokens.js';

type Filter = { status?: string; priority?: string };

const FILTERS: Filter[] = [
  {},
  { status: 'Closed' },
  { status: 'Open' },
  { priority: 'High' },
  { status: 'Closed', priority: 'Low' },
  { status: 'Resolved', priority: 'Critical' },
];

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
  await insertTickets(server.db, { userId: 'heavy', count: 3200 });
  // In between, so that nobody's tickets lie together.
  await insertTickets(server.db, { userId: 'other', count: 500 });
  // Old tickets change as well.
  await runSql(
    server.databaseUrl,
    `UPDATE tickets SET status = 'Open' WHERE user_id = 'heavy' AND status = 'Resolved' AND priority = 'Medium'`,
  );
});
afterAll(() => server[Symbol.asyncDispose]());

/** Counted and ordered here, from everything that there is. */
async function expectedIds({ status, priority }: Filter): Promise<string[]> {
  const rows = await server.db.reader.ticket.findMany({ where: { userId: 'heavy' } });
  return rows
    .filter((row) => (!status || row.status === status) && (!priority || row.priority === priority))
    .sort((a, b) => Number(b.createdAt) - Number(a.createdAt) || (a.id < b.id ? 1 : -1))
    .map(({ id }) => id);
}

async function expectPages(customer: Surface, filter: Filter, limit: number): Promise<void> {
  const expected = await expectedIds(filter);
  const pages = Math.ceil(expected.length / limit);
  for (let page = 1; page <= pages + 1; page += 1) {
    const outcome = await customer.list({ ...filter, page, limit });
    const ids = dataOf(outcome).map(({ ticketId }: { ticketId: string }) => ticketId);
    expect(ids, `page ${page} of ${pages}`).toEqual(expected.slice((page - 1) * limit, page * limit));
    expect(outcome.headers.get('x-total-count')).toBe(String(expected.length));
  }
}

describe.each(SURFACES)('pages of thousands of tickets over %s', (_name, open: OpenSurface) => {
  it.each(FILTERS)('hold each once, in order: %j', async (filter) => {
    await expectPages(open(server.url, customerToken('heavy')), filter, 100);
  });

  it('hold each once, in order, where a page ends within a segment', async () => {
    await expectPages(open(server.url, customerToken('heavy')), {}, 97);
  });
});
