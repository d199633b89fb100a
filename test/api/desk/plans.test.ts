import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { reindex } from '../../../src/search/reindex.js';
import { startApp, type TestApp } from '../../support/app.js';
import { DESKS, type DeskSurface } from '../../support/desk-surfaces.js';
import { fillQueue, tagQueue, tellPlanner } from '../../support/fill-queue.js';
import { runSql } from '../../support/run-sql.js';
import { explain, recordStatements } from '../../support/statements.js';
import { dataOf } from '../../support/tickets.js';
import { agentToken } from '../../support/tokens.js';

// What a million tickets must not make slow: no statement of the queue or the search reads or sorts a whole table.

const TICKETS = 25_000;
const engine = inject('engine');

let server: TestApp;
let desk: DeskSurface;
beforeAll(async () => {
  server = await startApp();
  await fillQueue(server.databaseUrl, TICKETS);
  await tagQueue(server.databaseUrl);
  await reindex({ db: server.db, rest: () => 0 });
  await tellPlanner(server.databaseUrl);
  const [[, open]] = DESKS as [(typeof DESKS)[number]];
  desk = open(server.url, agentToken('agent_5'));
}, 240_000);
afterAll(() => server[Symbol.asyncDispose]());

/** The plans of all statements on our tables that a call sends. */
async function plansOf(call: () => Promise<unknown>): Promise<string[]> {
  let sent: { sql: string; values: unknown[] }[];
  {
    using recording = recordStatements(engine);
    await call();
    sent = [...recording.statements];
  }
  const ours = sent.filter(({ sql }) => /\b(tickets|search_texts|search_words)\b/.test(sql));
  expect(ours).not.toEqual([]);
  return Promise.all(ours.map((statement) => explain(server.databaseUrl, statement)));
}

/** Reads a table from end to end, or makes an index of it first. */
const WHOLE_TABLE =
  /Seq Scan on (tickets|messages|search_texts|ticket_tags)\b|^SCAN (tickets|messages|search_texts|ticket_tags)\b|AUTOMATIC/m;
/** Sorts what comes from an index by status, which can be nearly all tickets. */
const SORTED_INDEX = /INDEX tickets_status_\w+ .*\nUSE TEMP B-TREE/;
/** By one status and one priority. */
const FEW = /using tickets_status_priority_created_at_first_response_at_idx/;

const ORDERS: [sort: string, index: string][] = [
  ['waiting', 'tickets_status_waiting_idx'],
  ['priority', 'tickets_status_priority_created_idx'],
  ['updated', 'tickets_status_updated_at_id_idx'],
  ['created', 'tickets_status_priority_created_idx'],
];
const FILTERS: Record<string, unknown>[] = [
  {},
  { status: ['Open', 'In Progress'] },
  { status: ['Closed'] },
  { priority: ['Critical'] },
  { priority: ['Critical'], status: ['Open'] },
  { categoryId: 'category_003' },
  { assignee: 'me' },
  { tag: 'common' },
  { tag: 'common', status: ['Open'] },
  { assignee: 'me', status: ['Open', 'In Progress', 'Resolved'] },
  { unassigned: true, status: ['Open'] },
  { createdFrom: '2026-01-05T00:00:00Z', createdTo: '2026-01-06T00:00:00Z' },
  { updatedFrom: '2026-01-05T00:00:00Z', updatedTo: '2026-01-06T00:00:00Z' },
  { categoryId: 'category_none', assignee: 'nobody', priority: ['Low'], createdTo: '2026-01-02T00:00:00Z' },
];

describe.each(ORDERS)('the queue by %s', (sort, index) => {
  it.each(FILTERS)('walks its index with %j, from the beginning and from a cursor', async (filters) => {
    const first = dataOf(await desk.list({ sort, ...filters, limit: 5 }));
    const plans = await plansOf(() => desk.list({ sort, ...filters, limit: 5 }));
    if (first.next !== null)
      plans.push(...(await plansOf(() => desk.list({ sort, ...filters, limit: 5, after: first.next }))));
    for (const plan of plans) {
      expect(plan).not.toMatch(WHOLE_TABLE);
      expect(plan).not.toMatch(SORTED_INDEX);
      // Where PostgreSQL knows by its statistics that hardly a ticket fits, it takes those, and sorts them.
      if (engine === 'sqlite' || !FEW.test(plan)) expect(plan).toContain(index);
    }
  });

  it("reads one customer's tickets by their own index, whatever else is asked", async () => {
    const query = { sort, requester: 'user_5', categoryId: 'category_001', status: ['Closed'] };
    for (const plan of await plansOf(() => desk.list(query))) {
      expect(plan).not.toMatch(WHOLE_TABLE);
      expect(plan).toMatch(/tickets_user_id_\w+_idx/);
      expect(plan).not.toContain('tickets_status');
    }
  });

  it('reads the tickets that have a rare tag by the tag', async () => {
    const query = { sort, tag: 'Rare', categoryId: 'category_001', status: ['Closed'] };
    for (const plan of await plansOf(() => desk.list(query))) {
      expect(plan).not.toMatch(WHOLE_TABLE);
      expect(plan).toMatch(/ticket_tags_pkey|sqlite_autoindex_ticket_tags_1/);
      expect(plan).toMatch(/tickets_pkey|sqlite_autoindex_tickets_1/);
      expect(plan).not.toContain('tickets_status');
    }
  });

  it.each([
    ['rare', 'user_id', 'user_7'],
    ['common', 'subject', 'payment'],
  ])('shows every ticket with a tag that is %s', async (tag, column, value) => {
    const found: string[] = [];
    const query = { sort, tag, updatedTo: '2026-01-02T00:00:00Z', limit: 100 };
    for (let after: string | null | undefined; after !== null; ) {
      const page = dataOf(await desk.list({ ...query, ...(after && { after }) }));
      found.push(...page.tickets.map(({ ticketId }: { ticketId: string }) => ticketId));
      after = page.next;
    }
    const time = engine === 'sqlite' ? '2026-01-02T00:00:00.000+00:00' : '2026-01-02T00:00:00Z';
    const all = await runSql(
      server.databaseUrl,
      `SELECT id FROM tickets WHERE ${column} = '${value}' AND updated_at < '${time}'`,
    );
    expect(all.length).toBeGreaterThan(0);
    expect(found.toSorted()).toEqual(all.map(({ id }) => String(id)).toSorted());
  });

  it('looks at so many tickets and no more, and misses none', async () => {
    const query = {
      sort,
      assignee: 'agent_5',
      categoryId: 'category_001',
      updatedTo: '2026-01-03T00:00:00Z',
      limit: 100,
    };
    const found: string[] = [];
    let pages = 0;
    for (let after: string | null | undefined; after !== null; pages++) {
      const page = dataOf(await desk.list({ ...query, ...(after && { after }) }));
      found.push(...page.tickets.map(({ ticketId }: { ticketId: string }) => ticketId));
      after = page.next;
    }
    const time = engine === 'sqlite' ? '2026-01-03T00:00:00.000+00:00' : '2026-01-03T00:00:00Z';
    const all = await runSql(
      server.databaseUrl,
      `SELECT id FROM tickets WHERE assigned_agent = 'agent_5' AND category_id = 'category_001' AND updated_at < '${time}'`,
    );
    expect(all.length).toBeGreaterThan(10);
    expect(found.toSorted()).toEqual(all.map(({ id }) => String(id)).toSorted());
    // 24,500 are closed: 10,000 of them at a time.
    if (sort === 'waiting') expect(pages).toBeGreaterThan(2);
    expect(pages).toBeLessThan(12);
  });
});

it('the counts come from an index alone, and from where the closed are kept count of', async () => {
  const counts = dataOf(await desk.counts());
  expect(counts.Closed.total + counts.Open.total + counts['In Progress'].total + counts.Resolved.total).toBe(TICKETS);
  const [plan = ''] = await plansOf(() => desk.counts());
  expect(plan).toMatch(/(COVERING INDEX|Index Only Scan using) tickets_status_waiting_idx/);
});

describe('the search', () => {
  it.each([
    [{ q: 'needle' }, true],
    [{ q: 'needle', status: ['Closed'], priority: ['Low', 'Medium', 'High'] }, true],
    [{ q: 'payment' }, false],
    [{ q: 'payment', status: ['Closed'], unassigned: true }, false],
    [{ q: '"message of" pay*' }, false],
    // Those of one customer or with a tag are all ranked, whatever others have written since.
    [{ q: 'message', requester: 'user_8' }, true],
    [{ q: 'message', tag: 'rare' }, true],
    [{ q: 'message', tag: 'common' }, false],
    [{ q: 'message', requester: 'user_8', tag: 'common' }, true],
  ])('for %j reads no table from end to end', async (query, complete) => {
    const page = dataOf(await desk.search(query));
    expect(page.complete).toBe(complete);
    expect(page.hits.length).toBeGreaterThan(0);
    for (const plan of await plansOf(() => desk.search(query))) {
      expect(plan).not.toMatch(WHOLE_TABLE);
      expect(plan).toMatch(
        /found VIRTUAL TABLE INDEX \d+:M|Bitmap Index Scan on search_texts_document_idx|Index Scan Backward using search_texts_pkey|Index Scan using search_texts_source_id_key/,
      );
      expect(plan).not.toContain('tickets_status');
    }
  });

  it('goes through what was ranked and ends there', async () => {
    let hits = 0;
    for (let after: string | null | undefined; after !== null; ) {
      const page = dataOf(await desk.search({ q: 'payment', limit: 100, ...(after && { after }) }));
      hits += page.hits.length;
      after = page.next;
    }
    // Of 2,000 texts, all of them messages, each of a ticket of its own.
    expect(hits).toBe(2000);
  });
});
