import { existsSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { type LogState, SqliteCheckpoints } from '../../../src/db/sqlite/checkpoints.js';
import { sqlitePath } from '../../../src/db/sqlite/connection.js';
import { openSqlite } from '../../../src/db/sqlite/open.mjs';
import { newTestDatabase, ticketRow } from '../../support/open-database.js';
import { waitFor } from '../../support/wait-for.js';

const PAGE = 4096;
const MIB = 2 ** 20;

/** A database as the service opens it, a way to write some pages to it, and somebody else's look at its log. */
async function open() {
  const database = await newTestDatabase();
  onTestFinished(() => database[Symbol.asyncDispose]());
  const other = openSqlite(sqlitePath(database.url), { timeout: 0 });
  onTestFinished(() => void other.close());
  let written = 0;
  return {
    ...database,
    other,
    /** One commit of at least so many pages. */
    async write(pages: number) {
      const row = { ...ticketRow(), description: 'x'.repeat(pages * PAGE) };
      await database.db.transaction((tx) => tx.ticket.create({ data: row }));
      written += 1;
    },
    /** Without moving anything. */
    log: () => other.prepare('PRAGMA wal_checkpoint(NOOP)').get() as LogState,
    /** What a database says of itself that has lost nothing. */
    intact: async () =>
      other.pragma('integrity_check', { simple: true }) === 'ok' &&
      (await database.db.reader.ticket.count()) === written,
  };
}

it('moves the log into the database without a commit that waits for it, and begins it anew', async () => {
  const { write, log, intact } = await open();
  await write(900);
  expect(log()).toMatchObject({ checkpointed: 0 });
  await write(900);
  // Nobody writes any more: it is not a commit that does it.
  await waitFor(() => log().checkpointed === log().log);
  expect(log().log).toBeGreaterThan(1800);
  await write(1);
  expect(log().log).toBeLessThan(900);
  expect(await intact()).toBe(true);
});

it('keeps the log within 64 MiB and a commit while one write follows the other', async () => {
  const { write, log, intact } = await open();
  let longest = 0;
  for (let pages = 0; pages * PAGE < 192 * MIB; pages += 400) {
    await write(400);
    longest = Math.max(longest, log().log);
  }
  expect(longest * PAGE).toBeLessThan(66 * MIB);
  expect(await intact()).toBe(true);
});

it('waits for somebody who reads what was before, and goes on when they have ended', async () => {
  const { write, log, url, backgroundErrors, intact } = await open();
  await write(1);
  const reader = openSqlite(sqlitePath(url), { readonly: true });
  onTestFinished(() => void reader.close());
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM tickets').get();
  const { log: seen } = log();
  for (let commits = 0; commits < 10; commits += 1) await write(400);
  await waitFor(() => log().checkpointed === seen);
  expect(log().log).toBeGreaterThan(4000);
  reader.exec('COMMIT');
  // It is tried again after another 1,000 pages, and the log begins anew with the write that comes next.
  await write(1100);
  await waitFor(async () => {
    await write(1);
    return log().log < 1000;
  });
  expect(backgroundErrors).toEqual([]);
  expect(await intact()).toBe(true);
});

it('ends with the database: its thread holds no connection, and no log is left', async () => {
  const { db, url, other, write, log } = await open();
  await write(1100);
  await waitFor(() => log().checkpointed === log().log);
  other.close();
  await db.close();
  expect(existsSync(`${sqlitePath(url)}-wal`)).toBe(false);
});

it('tells what it fails with, and tries again when as much has been written again', async () => {
  await using database = await newTestDatabase();
  const writer = openSqlite(sqlitePath(database.url));
  onTestFinished(() => void writer.close());
  writer.pragma('wal_autocheckpoint = 0');
  writer.exec('CREATE TABLE pages (page BLOB)');
  const write = (pages: number) => writer.exec(`INSERT INTO pages VALUES (zeroblob(${pages * PAGE}))`);
  const failures: Error[] = [];
  const path = `${sqlitePath(database.url)}-elsewhere`;
  const checkpoints = new SqliteCheckpoints({ path, pragmas: [] }, (error) => failures.push(error));
  let threads = 0;
  const count = () => {
    threads += 1;
  };
  process.on('worker', count);
  onTestFinished(() => void process.off('worker', count));
  /** How many threads have been started when so many pages more have been written. */
  const startedAfter = async (pages: number) => {
    write(pages);
    checkpoints.afterWrite(writer);
    await nextTurn();
    return threads;
  };
  /** The thread has ended when a new one can begin. */
  const failed = async (times: number) => {
    await waitFor(() => failures.length === times);
    await checkpoints.close();
  };

  writer.exec('BEGIN');
  write(1);
  // It can't look at the log inside of a transaction: the commit before it has happened all the same.
  checkpoints.afterWrite(writer);
  expect(failures.splice(0)).toMatchObject([{ code: 'SQLITE_LOCKED' }]);
  writer.exec('COMMIT');

  expect(await startedAfter(1100)).toBe(1);
  await failed(1);
  expect(failures[0]).toMatchObject({ code: 'SQLITE_CANTOPEN' });
  expect(await startedAfter(500)).toBe(1);
  expect(await startedAfter(600)).toBe(2);
  await failed(2);
});
