import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, it, onTestFinished } from 'vitest';
import type { Database } from '../../src/db/database.js';
import { createTestDatabase } from '../support/databases.js';
import { insertTickets } from '../support/many-tickets.js';
import { migrateUrl } from '../support/migration-folder.js';
import { newTestDatabase, openTestDatabase } from '../support/open-database.js';
import { runSql } from '../support/run-sql.js';
import { expectExactCounts, segmentSizes } from '../support/ticket-counts.js';

const engine = inject('engine');

async function open(env: Record<string, string> = {}) {
  const database = await newTestDatabase(env);
  onTestFinished(() => database[Symbol.asyncDispose]());
  return database;
}

/** The ids of a user's tickets, oldest first. */
async function idsOf(db: Database, userId: string): Promise<string[]> {
  const rows = await db.reader.ticket.findMany({
    where: { userId },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    select: { id: true },
  });
  return rows.map(({ id }) => id);
}

const list = (ids: string[]) => ids.map((id) => `'${id}'`).join(', ');

it('starts a segment for each thousand tickets, and none for who has few', async () => {
  const { db, url } = await open();
  await insertTickets(db, { userId: 'heavy', count: 3500 });
  await insertTickets(db, { userId: 'light', count: 999 });
  expect(await segmentSizes(url, 'heavy')).toEqual([expect.any(Number), expect.any(Number), expect.any(Number)]);
  // A few more where the thousandth has the time of the next.
  const sizes = await segmentSizes(url, 'heavy');
  for (const size of sizes.slice(0, -1)) expect(size === 1000 || size === 1001, String(size)).toBe(true);
  expect(await segmentSizes(url, 'light')).toEqual([]);
  await expectExactCounts(url);
});

it('counts exactly what any statement changes, also of many users at once', async () => {
  const { db, url } = await open();
  for (const userId of ['a', 'b']) await insertTickets(db, { userId, count: 2200 });
  await insertTickets(db, { userId: 'c', count: 10 });
  await runSql(url, `UPDATE tickets SET status = 'Closed' WHERE status = 'Open' AND priority <> 'Low'`);
  await expectExactCounts(url);
  await runSql(url, `UPDATE tickets SET status = 'Resolved', priority = 'Critical' WHERE priority = 'Low'`);
  await expectExactCounts(url);
  await runSql(url, `UPDATE tickets SET status = status, priority = priority`);
  await expectExactCounts(url);
  const ids = await idsOf(db, 'a');
  // To somebody who has more, who has fewer, and who has none.
  await runSql(url, `UPDATE tickets SET user_id = 'b' WHERE id IN (${list(ids.slice(900, 1300))})`);
  await runSql(url, `UPDATE tickets SET user_id = 'c' WHERE id IN (${list(ids.slice(0, 50))})`);
  await runSql(url, `UPDATE tickets SET user_id = 'd', status = 'Open' WHERE id IN (${list(ids.slice(2000, 2100))})`);
  await expectExactCounts(url);
  await runSql(url, `UPDATE tickets SET created_at = (SELECT max(created_at) FROM tickets) WHERE id = '${ids[1500]}'`);
  await expectExactCounts(url);
  await runSql(url, `DELETE FROM tickets WHERE id IN (${list(ids.slice(1400, 1900))})`);
  await expectExactCounts(url);
  await runSql(url, `DELETE FROM tickets WHERE user_id = 'b'`);
  await expectExactCounts(url);
});

it('puts a ticket whose time is older, by a clock that is behind, where it belongs', async () => {
  const { db, url } = await open();
  await insertTickets(db, { userId: 'u', count: 2300 });
  const [{ created_at: oldest } = {}] = await runSql(url, 'SELECT min(created_at) AS created_at FROM tickets');
  const start = new Date(oldest as string).getTime();
  // Before all, in the middle, and at the time of tickets that are there.
  await insertTickets(db, { userId: 'u', count: 40, createdAt: (n) => new Date(start - 1000 * (n + 1)) });
  await insertTickets(db, { userId: 'u', count: 900, createdAt: (n) => new Date(start + 20_000 * n) });
  await expectExactCounts(url);
  // The newest segment is full; a clock that is behind does not start the next one.
  const before = await segmentSizes(url, 'u');
  await insertTickets(db, { userId: 'u', count: 1000, createdAt: (n) => new Date(start + 2250 * 20_000 + n) });
  await expectExactCounts(url);
  expect(await segmentSizes(url, 'u')).toHaveLength(before.length);
});

it('leaves the counts as they were where a change is taken back', async () => {
  const { db, url } = await open();
  await insertTickets(db, { userId: 'u', count: 1000 });
  const failing = db.write(async (sql) => {
    await insertTickets({ write: (work: (on: typeof sql) => unknown) => work(sql) } as unknown as Database, {
      userId: 'u',
      count: 50,
      createdAt: (n) => new Date(Date.UTC(2027, 0, 1) + n),
    });
    throw new Error('changed its mind');
  });
  await expect(failing).rejects.toThrow('changed its mind');
  await expectExactCounts(url);
  expect(await segmentSizes(url, 'u')).toEqual([]);
});

it('stays exact while many write at once for one user, over the start of segments', async () => {
  // They wait for one another: on a busy machine longer than requests may.
  const { db, url } = await open({ POOL_CONNECT_TIMEOUT_MS: '20000', TRANSACTION_TIMEOUT_MS: '20000' });
  await insertTickets(db, { userId: 'u', count: 990 });
  const start = Date.UTC(2027, 0, 1);
  const writers = Array.from({ length: 20 }, (_, writer) =>
    // Times that go back and forth between them.
    insertTickets(db, { userId: 'u', count: 20, createdAt: (n) => new Date(start + ((n * 37 + writer * 11) % 500)) }),
  );
  await Promise.all(writers);
  expect((await segmentSizes(url, 'u')).length).toBeGreaterThan(0);
  await expectExactCounts(url);
});

it('stays exact while tickets of one kind move there and back', async () => {
  const { db, url } = await open();
  await insertTickets(db, { userId: 'u', count: 1200 });
  const ids = await idsOf(db, 'u');
  await Promise.all(
    ids.slice(-40).map((id, n) => {
      const [first, second] = n % 2 === 0 ? ['Open', 'Closed'] : ['Closed', 'Open'];
      return (async () => {
        for (const status of [first, second, first] as string[]) {
          await db.transaction((tx) => tx.ticket.update({ where: { id }, data: { status } }));
        }
      })();
    }),
  );
  await expectExactCounts(url);
});

it('the migration counts what is there', async () => {
  const database = await createTestDatabase(engine);
  onTestFinished(() => database[Symbol.asyncDispose]());
  const migrationsDir = mkdtempSync(join(tmpdir(), 'support-api-counts-'));
  onTestFinished(() => rmSync(migrationsDir, { recursive: true }));
  const real = join(import.meta.dirname, '../../prisma/migrations', engine);
  mkdirSync(join(migrationsDir, engine));
  for (const name of readdirSync(real).filter((name) => /^\d/.test(name) && name < '20261124120000')) {
    cpSync(join(real, name), join(migrationsDir, engine, name), { recursive: true });
  }
  await migrateUrl(database.url, { migrationsDir });
  const { db, ...opened } = await openTestDatabase(database.url);
  onTestFinished(() => opened[Symbol.asyncDispose]());
  await insertTickets(db, { userId: 'heavy', count: 3500 });
  await insertTickets(db, { userId: 'light', count: 5 });

  await migrateUrl(database.url);
  await expectExactCounts(database.url);
  expect(await segmentSizes(database.url, 'heavy')).toHaveLength(3);
  await insertTickets(db, { userId: 'heavy', count: 600, createdAt: (n) => new Date(Date.UTC(2027, 0, 1) + n) });
  await expectExactCounts(database.url);
  expect(await segmentSizes(database.url, 'heavy')).toHaveLength(4);
});
