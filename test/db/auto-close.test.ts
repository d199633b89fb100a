import { expect, it, onTestFinished } from 'vitest';
import type { Database } from '../../src/db/database.js';
import { autoClose } from '../../src/jobs/auto-close.js';
import { newTestDatabase, openTestDatabase, ticketRow } from '../support/open-database.js';
import { explain, recordStatements } from '../support/statements.js';
import { TestClock } from '../support/test-clock.js';

const DAY = 86_400_000;
const NOW = Date.parse('2026-11-24T12:00:00Z');

async function open() {
  const database = await newTestDatabase();
  onTestFinished(() => database[Symbol.asyncDispose]());
  return database;
}

/** A ticket that was resolved so long before NOW. */
function resolved(id: string, agoMs: number, over: object = {}) {
  const at = new Date(NOW - agoMs);
  return {
    ...ticketRow(id),
    status: 'Resolved',
    resolution: 'Done',
    resolvedAt: at,
    updatedAt: at,
    version: 4,
    ...over,
  };
}

const add = (db: Database, rows: ReturnType<typeof resolved>[]) =>
  db.transaction((tx) => tx.ticket.createMany({ data: rows }));
const job = (db: Database, days = 7) => autoClose({ db, clock: new TestClock(NOW), days });
const run = (db: Database, days?: number) => job(db, days).run(new AbortController().signal);
const statusOf = async (db: Database, id: string) => (await db.reader.ticket.findUnique({ where: { id } }))?.status;

it('closes what has been resolved for so many days, with an event, and nothing else', async () => {
  const { db } = await open();
  await add(db, [
    resolved('due', 7 * DAY),
    resolved('fresh', 7 * DAY - 1),
    resolved('reopened', 30 * DAY, { status: 'In Progress', resolvedAt: null }),
    resolved('closed', 30 * DAY, { status: 'Closed', closedAt: new Date(NOW - 20 * DAY) }),
  ]);
  const before = await db.reader.ticket.findMany({ orderBy: { id: 'asc' } });
  expect(await run(db)).toBe(1);
  const after = await db.reader.ticket.findMany({ orderBy: { id: 'asc' } });
  const now = new Date(NOW);
  expect(after).toEqual(
    before.map((row) =>
      row.id === 'due' ? { ...row, status: 'Closed', closedAt: now, updatedAt: now, version: 5 } : row,
    ),
  );
  expect(await db.reader.event.findMany({ omit: { id: true, transactionId: true } })).toEqual([
    {
      ticketId: 'due',
      type: 'ticket.closed',
      actor: 'system',
      before: { status: 'Resolved' },
      after: { status: 'Closed' },
      version: 5,
      createdAt: now,
    },
  ]);
  expect(await run(db)).toBe(0);
});

it('goes on, batch by batch, until nothing is due', async () => {
  const { db } = await open();
  await add(
    db,
    Array.from({ length: 120 }, (_, index) => resolved(`t${index}`, 8 * DAY)),
  );
  expect(await run(db)).toBe(120);
  expect(await db.reader.ticket.count({ where: { status: 'Closed' } })).toBe(120);
});

it('ends between two batches when it is told to stop, and what it has closed stays closed', async () => {
  const { db } = await open();
  await add(
    db,
    Array.from({ length: 120 }, (_, index) => resolved(`t${index}`, 8 * DAY)),
  );
  const stopping = new AbortController();
  const running = job(db).run(stopping.signal);
  stopping.abort();
  expect(await running).toBe(50);
  expect(await db.reader.ticket.count({ where: { status: 'Closed' } })).toBe(50);
  // Whoever starts next goes on there.
  expect(await run(db)).toBe(70);
});

it('several instances at once close each ticket once', async () => {
  const { db, url } = await open();
  await add(
    db,
    Array.from({ length: 200 }, (_, index) => resolved(`t${index}`, 8 * DAY)),
  );
  const others = await Promise.all([openTestDatabase(url), openTestDatabase(url)]);
  for (const other of others) onTestFinished(() => other[Symbol.asyncDispose]());
  const counts = await Promise.all([db, ...others.map((other) => other.db)].map((each) => run(each)));
  // One that found all of what was left taken by the others may have ended before them.
  expect(counts.reduce((sum, count) => sum + count)).toBe(200);
  const tickets = await db.reader.ticket.findMany({ select: { status: true, version: true } });
  expect(tickets).toEqual(Array(200).fill({ status: 'Closed', version: 5 }));
  const events = await db.reader.event.findMany({ select: { ticketId: true } });
  expect(new Set(events.map(({ ticketId }) => ticketId)).size).toBe(200);
  expect(events).toHaveLength(200);
});

it('a batch that fails changes nothing, and the next run does it', async () => {
  const { db } = await open();
  await add(db, [resolved('a', 9 * DAY), resolved('b', 8 * DAY)]);
  const clock = new TestClock(NOW);
  let calls = 0;
  const failing = autoClose({
    db,
    days: 7,
    clock: {
      now() {
        calls += 1;
        if (calls === 3) throw new Error('a defect');
        return clock.now();
      },
    },
  });
  await expect(failing.run(new AbortController().signal)).rejects.toThrow('a defect');
  expect([await statusOf(db, 'a'), await statusOf(db, 'b')]).toEqual(['Resolved', 'Resolved']);
  expect(await db.reader.event.count()).toBe(0);
  expect(await run(db)).toBe(2);
});

it('finds them by an index', async () => {
  const { db, url } = await open();
  using recording = recordStatements(db.engine);
  await run(db);
  const [taking] = recording.statements.filter(({ sql }) => /^with "due"/.test(sql));
  const plan = await explain(url, taking as NonNullable<typeof taking>, { preferIndexes: true });
  expect(plan).toMatch(/tickets_status_resolved_at_idx/);
  expect(plan).not.toMatch(/Sort|TEMP B-TREE/);
});
