import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../../src/schema/ids.js';
import { countWork } from '../../../src/sla/count-work.js';
import type { SlaBreach } from '../../../src/sla/schemas.js';
import { startApp, type TestApp } from '../../support/app.js';
import { CALLS, type Call } from '../../support/calls.js';
import { ticketRow } from '../../support/open-database.js';
import { administer } from '../../support/postgresql-server.js';
import { explain, recordStatements } from '../../support/statements.js';
import { TestClock } from '../../support/test-clock.js';
import { dataOf, newUser, pathsOf } from '../../support/tickets.js';
import { adminToken, agentToken, customerToken } from '../../support/tokens.js';

const MINUTE = 60_000;
const NOW = Date.parse('2026-11-24T12:00:00Z');
const SEEDED = [
  { priority: 'Critical', firstResponseMinutes: 60, resolutionMinutes: 480 },
  { priority: 'High', firstResponseMinutes: 240, resolutionMinutes: 1440 },
  { priority: 'Medium', firstResponseMinutes: 480, resolutionMinutes: 4320 },
  { priority: 'Low', firstResponseMinutes: 1440, resolutionMinutes: 10_080 },
];

let server: TestApp;
beforeAll(async () => {
  server = await startApp({ clock: new TestClock(NOW) });
});
afterAll(() => server[Symbol.asyncDispose]());

/** A ticket that was opened so many minutes ago. */
async function opened(id: string, minutesAgo: number, over: object = {}): Promise<void> {
  const createdAt = new Date(NOW - minutesAgo * MINUTE);
  const data = { ...ticketRow(id), createdAt, updatedAt: createdAt, ...over };
  await server.db.transaction((tx) => tx.ticket.create({ data }));
}

describe.each(CALLS)('service levels over %s', (_surface, open) => {
  let admin: Call;
  let agent: Call;
  let customer: Call;
  beforeAll(() => {
    admin = open(server.url, adminToken());
    agent = open(server.url, agentToken());
    customer = open(server.url, customerToken(newUser()));
  });
  beforeEach(async () => {
    await server.db.transaction((tx) => tx.ticket.deleteMany());
    for (const target of SEEDED) await admin('desk.sla.setTarget', target);
  });
  const breaches = async (input: object = {}): Promise<SlaBreach[]> =>
    dataOf(await agent('desk.sla.breaches', { ...input }));
  const shown = async (input?: object) => (await breaches(input)).map((one) => `${one.ticketId} ${one.target}`);

  it('have sensible targets, which admins change one priority at a time', async () => {
    expect(dataOf(await agent('desk.sla.targets'))).toEqual(SEEDED);
    const target = { priority: 'High', firstResponseMinutes: 30, resolutionMinutes: 0 };
    expect(dataOf(await admin('desk.sla.setTarget', target))).toEqual(target);
    expect(dataOf(await agent('desk.sla.targets'))).toEqual([SEEDED[0], target, SEEDED[2], SEEDED[3]]);
  });

  it('tell what is overdue and what is due soon, most overdue first', async () => {
    await opened('critical-61', 61, { priority: 'Critical' });
    await opened('critical-1', 1, { priority: 'Critical', assignedAgent: 'agent_1', status: 'In Progress' });
    await opened('low-1500', 1500, { priority: 'Low' });
    await opened('high-239', 239, { priority: 'High' });
    await opened('medium-1', 1);
    expect(await breaches()).toEqual([
      {
        ticketId: 'low-1500',
        subject: 'Unable to make payment',
        status: 'Open',
        priority: 'Low',
        assignedAgent: null,
        target: 'firstResponse',
        dueAt: new Date(NOW - 60 * MINUTE).toISOString(),
        breached: true,
      },
      expect.objectContaining({ ticketId: 'critical-61', breached: true }),
      expect.objectContaining({ ticketId: 'high-239', breached: false }),
      expect.objectContaining({
        ticketId: 'critical-1',
        status: 'In Progress',
        assignedAgent: 'agent_1',
        breached: false,
        dueAt: new Date(NOW + 59 * MINUTE).toISOString(),
      }),
    ]);
    expect(await shown({ within: 0 })).toEqual(['low-1500 firstResponse', 'critical-61 firstResponse']);
    expect(await shown({ within: 1 })).toEqual([
      'low-1500 firstResponse',
      'critical-61 firstResponse',
      'high-239 firstResponse',
    ]);
    expect(await shown({ limit: 1 })).toEqual(['low-1500 firstResponse']);
  });

  it('come page by page with their number, in one order where several are due at once', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    // Both targets of Medium are the same: each ticket is there twice, and all of them are due at once.
    await admin('desk.sla.setTarget', { priority: 'Medium', firstResponseMinutes: 60, resolutionMinutes: 60 });
    for (const id of ids.toReversed()) await opened(id, 100, { status: id < 'd' ? 'Open' : 'In Progress' });
    const all = ids.flatMap((id) => [`${id} firstResponse`, `${id} resolution`]);
    const walked: string[] = [];
    for (let page = 1; page <= 5; page += 1) {
      const outcome = await agent('desk.sla.breaches', { page, limit: 3 });
      expect(outcome.headers.get('x-total-count')).toBe('14');
      walked.push(...dataOf(outcome).map((one: SlaBreach) => `${one.ticketId} ${one.target}`));
    }
    expect(walked).toEqual(all);
    for (const page of [6, Number.MAX_SAFE_INTEGER]) {
      const beyond = await agent('desk.sla.breaches', { page, limit: 3 });
      expect([dataOf(beyond), beyond.headers.get('x-total-count')]).toEqual([[], '14']);
    }
  });

  it('are those of an agent, of a category, of priorities, or of nobody', async () => {
    await opened('mine', 100, { priority: 'Critical', assignedAgent: 'agent_1', status: 'In Progress' });
    await opened('theirs', 90, { priority: 'Critical', assignedAgent: 'agent_2', categoryId: 'category_002' });
    await opened('nobody', 80, { priority: 'Critical', categoryId: 'category_002' });
    await opened('high', 300, { priority: 'High', assignedAgent: 'agent_1' });
    const filters: [filter: object, ids: string[]][] = [
      [{}, ['high', 'mine', 'theirs', 'nobody']],
      [{ assignee: 'me' }, ['high', 'mine']],
      [{ assignee: 'agent_2' }, ['theirs']],
      [{ assignee: 'agent_3' }, []],
      [{ unassigned: true }, ['nobody']],
      [{ unassigned: false }, ['high', 'mine', 'theirs']],
      [{ assignee: 'me', unassigned: true }, []],
      [{ categoryId: 'category_002' }, ['theirs', 'nobody']],
      [{ priority: ['Critical'] }, ['mine', 'theirs', 'nobody']],
      [{ priority: ['High', 'Low'] }, ['high']],
      [{ priority: ['Critical'], assignee: 'agent_1', categoryId: 'category_001' }, ['mine']],
    ];
    const mine = open(server.url, agentToken('agent_1'));
    for (const [filter, ids] of filters) {
      const outcome = await mine('desk.sla.breaches', { ...filter });
      expect(dataOf(outcome).map((one: SlaBreach) => `${one.ticketId} ${one.target}`)).toEqual(
        ids.map((id) => `${id} firstResponse`),
      );
      expect(outcome.headers.get('x-total-count')).toBe(String(ids.length));
    }
    expect(pathsOf(await agent('desk.sla.breaches', { priority: ['Urgent'], assignee: '', page: 0 }))?.sort()).toEqual([
      'assignee',
      'page',
      'priority.0',
    ]);
  });

  it('are breached at the very moment when something is due', async () => {
    await opened('exact', 60, { priority: 'Critical' });
    expect(await breaches({ within: 0 })).toMatchObject([{ breached: true, dueAt: new Date(NOW).toISOString() }]);
  });

  it('count the first response until there is one, the resolution until the ticket is resolved', async () => {
    const answered = { priority: 'Critical', firstResponseAt: new Date(NOW - 5 * MINUTE) };
    await opened('both', 500, { priority: 'Critical' });
    await opened('answered', 490, { ...answered, status: 'In Progress' });
    await opened('resolved', 9999, { ...answered, status: 'Resolved', resolvedAt: new Date(NOW) });
    await opened('closed', 9999, { priority: 'Critical', status: 'Closed', closedAt: new Date(NOW) });
    expect(await shown()).toEqual(['both firstResponse', 'both resolution', 'answered resolution']);
  });

  it('hold at once when a target changes, for open tickets too; 0 is no target', async () => {
    await opened('medium-100', 100);
    expect(await shown()).toEqual([]);
    await admin('desk.sla.setTarget', { priority: 'Medium', firstResponseMinutes: 90, resolutionMinutes: 95 });
    expect(await shown()).toEqual(['medium-100 firstResponse', 'medium-100 resolution']);
    await admin('desk.sla.setTarget', { priority: 'Medium', firstResponseMinutes: 0, resolutionMinutes: 95 });
    expect(await shown()).toEqual(['medium-100 resolution']);
  });

  it('are the due times of tickets and of the queue, for as long as somebody awaits it', async () => {
    const states: [id: string, over: object, firstResponse: number | null, resolution: number | null][] = [
      [newId('ticket'), {}, 90, 95],
      [newId('ticket'), { status: 'In Progress', firstResponseAt: new Date(NOW) }, null, 95],
      [newId('ticket'), { status: 'Resolved', resolvedAt: new Date(NOW) }, null, null],
      [newId('ticket'), { status: 'Closed' }, null, null],
      [newId('ticket'), { priority: 'Low' }, null, 10],
    ];
    await admin('desk.sla.setTarget', { priority: 'Medium', firstResponseMinutes: 90, resolutionMinutes: 95 });
    await admin('desk.sla.setTarget', { priority: 'Low', firstResponseMinutes: 0, resolutionMinutes: 10 });
    for (const [id, over] of states) await opened(id, 100, over);
    const { tickets } = dataOf(await agent('desk.tickets.list'));
    const due = (minutes: number | null) =>
      minutes === null ? null : new Date(NOW + (minutes - 100) * MINUTE).toISOString();
    for (const [ticketId, , firstResponse, resolution] of states) {
      const expected = { ticketId, firstResponseDueAt: due(firstResponse), resolutionDueAt: due(resolution) };
      expect(dataOf(await agent('desk.tickets.get', { ticketId }))).toMatchObject(expected);
      expect(tickets).toContainEqual(expect.objectContaining(expected));
    }
  });

  it.each([
    [
      { priority: 'High', firstResponseMinutes: -1, resolutionMinutes: 1.5 },
      ['firstResponseMinutes', 'resolutionMinutes'],
    ],
    [
      { priority: 'High', firstResponseMinutes: 525_601, resolutionMinutes: null },
      ['firstResponseMinutes', 'resolutionMinutes'],
    ],
    [{ priority: 'High', firstResponseMinutes: 1 }, ['resolutionMinutes']],
  ])('refuse %j', async (input, paths) => {
    const outcome = await admin('desk.sla.setTarget', input);
    expect(outcome.status).toBe(400);
    expect(pathsOf(outcome)).toEqual(paths);
    expect(dataOf(await agent('desk.sla.targets'))).toEqual(SEEDED);
  });

  it('know the four priorities', async () => {
    for (const priority of ['Urgent', 'high', 'a\0']) {
      const input = { priority, firstResponseMinutes: 1, resolutionMinutes: 1 };
      expect(await admin('desk.sla.setTarget', input)).toMatchObject({ status: 404, message: 'No such priority' });
    }
    expect(pathsOf(await agent('desk.sla.breaches', { within: 43_201, limit: 101 }))).toEqual(['within', 'limit']);
  });

  it('are set by admins, seen by agents, and none of a customer’s business', async () => {
    const input = { priority: 'High', firstResponseMinutes: 1, resolutionMinutes: 1 };
    expect(await agent('desk.sla.setTarget', input)).toMatchObject({ status: 403 });
    for (const [procedure, sent] of [
      ['desk.sla.setTarget', input],
      ['desk.sla.targets', {}],
      ['desk.sla.breaches', {}],
    ] as const) {
      expect(await customer(procedure, sent)).toMatchObject({ status: 403, code: 'FORBIDDEN' });
      expect(await open(server.url)(procedure, sent)).toMatchObject({ status: 401 });
    }
    expect(dataOf(await agent('desk.sla.targets'))).toEqual(SEEDED);
  });
});

it('the work that is left is counted for the metrics: open tickets, those who wait, and missed targets', async () => {
  await server.db.transaction((tx) => tx.ticket.deleteMany());
  const waiting = { waitingSince: new Date(NOW) };
  // Of Medium: the answer is due after 480 minutes, the resolution after 4,320.
  await opened(newId('ticket'), 5_000, waiting);
  await opened(newId('ticket'), 5_000, { firstResponseAt: new Date(NOW) });
  await opened(newId('ticket'), 500, waiting);
  await opened(newId('ticket'), 479, { ...waiting, status: 'In Progress' });
  await opened(newId('ticket'), 50_000, { status: 'Closed', closedAt: new Date(NOW) });
  const scope = { db: server.db.reader, clock: new TestClock(NOW) };
  expect(await countWork(scope)).toEqual({ open: 4, waiting: 3, breached: 4 });

  const admin = CALLS[0]?.[1](server.url, adminToken());
  await admin?.('desk.sla.setTarget', { priority: 'Medium', firstResponseMinutes: 0, resolutionMinutes: 4320 });
  expect(await countWork(scope)).toMatchObject({ breached: 2 });
  for (const target of SEEDED) await admin?.('desk.sla.setTarget', target);
});

it('the breaches are read from an index, in its order', async () => {
  const [[, open]] = CALLS as [(typeof CALLS)[number]];
  if (server.db.engine === 'postgresql') await fill(server.databaseUrl);
  using recording = recordStatements(server.db.engine);
  await open(server.url, agentToken())('desk.sla.breaches');
  // What was opened first, for the calendar; then the page and its total, of one moment.
  const [terms, statement, ...others] = recording.statements.filter(({ sql }) => /\btickets\b/.test(sql));
  expect(others).toEqual([]);
  const planOf = (one: typeof statement) =>
    explain(server.databaseUrl, one as NonNullable<typeof one>, { preferIndexes: true });
  const ofTerms = await planOf(terms);
  expect(ofTerms.match(/tickets_status_priority_created_at/g)).toHaveLength(2);
  expect(ofTerms).not.toMatch(/Seq Scan on tickets|SCAN tickets\b(?! USING)/);
  const plan = await planOf(statement);
  // For the page, and for the total.
  expect(plan.match(/tickets_status_priority_created_at/g)).toHaveLength(32);
  expect(plan).not.toMatch(/Seq Scan|SCAN tickets\b(?! USING)/);
  // Sorted by id is what was opened at once, and no more; and what is on the pages so far.
  const ofTies = { sqlite: /USE TEMP B-TREE FOR (RIGHT PART|LAST TERM) OF ORDER BY/g, postgresql: /Incremental Sort/g };
  expect(plan.match(ofTies[server.db.engine])).toHaveLength(16);
});

/** As many of each status and priority as make sorting them all a bad plan, and what the planner wants to know of them. */
async function fill(databaseUrl: string): Promise<void> {
  await administer(
    databaseUrl,
    `INSERT INTO tickets (id, user_id, subject, description, status, priority, category_id, attachments, created_at, updated_at)
    SELECT 'ticket_' || n, 'user_' || n, 's', 'd', (ARRAY['Open', 'In Progress'])[1 + n % 2],
      (ARRAY['Low', 'Medium', 'High', 'Critical'])[1 + (n / 2) % 4], 'category_001', '[]', at, at
    FROM generate_series(1, 8000) n, LATERAL (SELECT TIMESTAMPTZ '2026-11-01T00:00:00Z' + n * interval '1 minute' AS at) opened`,
  );
  await administer(databaseUrl, 'ANALYZE tickets');
}
