import type { Database } from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ModelReader, Transaction } from '../../../src/db/models/models.js';
import { sqlitePath } from '../../../src/db/sqlite/connection.js';
import { SqliteConnections } from '../../../src/db/sqlite/connections.js';
import { openSqlite } from '../../../src/db/sqlite/open.mjs';
import { createMigratedDatabase } from '../../support/databases.js';
import { newTestDatabase, openTestDatabase, ticketRow } from '../../support/open-database.js';

async function open(env: Record<string, string> = {}) {
  const database = await newTestDatabase(env);
  onTestFinished(() => database[Symbol.asyncDispose]());
  return database;
}

/** Another process's view of the file: a connection of its own, without anything of ours. */
function otherProcess(url: string): Database {
  const database = openSqlite(url.replace(/^file:/, ''), { timeout: 0 });
  onTestFinished(() => void database.close());
  return database;
}

async function pragma(on: Pick<ModelReader | Transaction, '$queryRawUnsafe'>, name: string): Promise<unknown> {
  const rows = await on.$queryRawUnsafe<Record<string, unknown>[]>(`PRAGMA ${name}`);
  return Object.values(rows[0] ?? {})[0];
}

const settings = async (on: Pick<ModelReader | Transaction, '$queryRawUnsafe'>) => ({
  journal: await pragma(on, 'journal_mode'),
  foreignKeys: Number(await pragma(on, 'foreign_keys')),
  synchronous: Number(await pragma(on, 'synchronous')),
  busyTimeout: Number(await pragma(on, 'busy_timeout')),
  readOnly: Number(await pragma(on, 'query_only')),
});

const FULL = 2;
const NORMAL = 1;

describe.each([
  ['FULL', FULL],
  ['NORMAL', NORMAL],
] as const)('with SQLITE_SYNCHRONOUS=%s', (option, synchronous) => {
  const common = { journal: 'wal', foreignKeys: 1, synchronous, busyTimeout: 0 };

  it('sets what SQLite keeps per connection on both: the writer and the reader', async () => {
    const { db } = await open({ SQLITE_SYNCHRONOUS: option });
    await db.transaction(async (tx) => {
      expect(await settings(tx)).toEqual({ ...common, readOnly: 0 });
    });
    expect(await settings(db.reader)).toEqual({ ...common, readOnly: 1 });
  });

  it('sets it anew on a writer that had to be replaced', async () => {
    await using file = await createMigratedDatabase('sqlite');
    const options = { synchronous: option, busyTimeoutMs: 50 };
    const connections = await SqliteConnections.open(sqlitePath(file.url), options, () => {});
    onTestFinished(() => connections.close());
    const first = await connections.takeWriter();
    // A transaction that nobody ends: the connection is closed, not handed on inside of it.
    first.writer.database.exec('BEGIN');
    first.release();
    const { writer, release } = await connections.takeWriter();
    onTestFinished(release);
    expect(first.writer.database.open).toBe(false);
    const value = (name: string) => writer.database.pragma(name, { simple: true });
    expect([value('journal_mode'), value('foreign_keys'), value('synchronous')]).toEqual(['wal', 1, synchronous]);
  });
});

describe('while another process writes', () => {
  it('waits for it, answers readers meanwhile, and then goes on', async () => {
    const { db, url } = await open({ SQLITE_BUSY_TIMEOUT_MS: '60000' });
    const other = otherProcess(url);
    other.exec('BEGIN IMMEDIATE');
    let committed = false;
    const attempt = db
      .transaction((tx) => tx.ticket.create({ data: ticketRow() }))
      .then(() => {
        committed = true;
      });
    // Reads and timers go on: a busy wait inside of SQLite would hold up the event loop, and this test with it.
    for (let read = 0; read < 20; read++) {
      expect(await db.reader.ticket.count()).toBe(0);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(committed).toBe(false);
    other.exec('COMMIT');
    await attempt;
    expect(await db.reader.ticket.count()).toBe(1);
  });

  it('gives up after the busy timeout with SERVICE_UNAVAILABLE, and works again when the other has ended', async () => {
    const { db, url } = await open({ SQLITE_BUSY_TIMEOUT_MS: '50' });
    const other = otherProcess(url);
    other.exec('BEGIN IMMEDIATE');
    const write = () => db.transaction((tx) => tx.ticket.create({ data: ticketRow() }));
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(write()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    }
    other.exec('COMMIT');
    await write();
    expect(await db.reader.ticket.count()).toBe(1);
  });

  // A transaction that begins with a read has a snapshot. With a plain BEGIN its write then fails at once, with
  // SQLITE_BUSY_SNAPSHOT, if anybody has written in between.
  it('takes the lock before it reads, so that what it read is still so when it writes', async () => {
    const { db, url } = await open();
    const other = otherProcess(url);
    await db.transaction(async (tx) => {
      const before = await tx.ticket.count();
      expect(() => other.exec(`UPDATE categories SET description = 'x'`)).toThrow(
        expect.objectContaining({ code: 'SQLITE_BUSY' }),
      );
      await tx.ticket.create({ data: ticketRow(`ticket_${before}`) });
    });
    other.exec(`UPDATE categories SET description = 'x'`);
  });

  it('lets two handles on one file change the same row, and loses none of their changes', async () => {
    const { db, url } = await open({ SQLITE_BUSY_TIMEOUT_MS: '60000', TRANSACTION_TIMEOUT_MS: '60000' });
    await using second = await openTestDatabase(url, { SQLITE_BUSY_TIMEOUT_MS: '60000' });
    await db.transaction((tx) => tx.ticket.create({ data: ticketRow('ticket_a') }));
    const increment = (database: typeof db) =>
      database.transaction(async (tx) => {
        const { messageCount } = await tx.ticket.findFirstOrThrow({ where: { id: 'ticket_a' } });
        // A turn for the other one, in the middle of it.
        await new Promise((resolve) => setImmediate(resolve));
        await tx.ticket.update({ where: { id: 'ticket_a' }, data: { messageCount: messageCount + 1 } });
      });
    await Promise.all(Array.from({ length: 40 }, (_, index) => increment(index % 2 ? db : second.db)));
    expect(await db.reader.ticket.findFirst({ select: { messageCount: true } })).toEqual({ messageCount: 40 });
  });
});

describe('dates', () => {
  const date = new Date('2024-01-22T16:30:00.000Z');
  const row = { ...ticketRow('ticket_a'), createdAt: date };

  it('are text as Prisma writes it: UTC, three digits, +00:00', async () => {
    const { db, url } = await open();
    await db.transaction((tx) => tx.ticket.create({ data: row }));
    const stored = otherProcess(url).prepare('SELECT created_at, typeof(created_at) AS type FROM tickets').get();
    expect(stored).toEqual({ created_at: '2024-01-22T16:30:00.000+00:00', type: 'text' });
  });

  it('are the same text when a raw query binds one, so that it compares', async () => {
    const { db } = await open();
    await db.transaction((tx) => tx.ticket.create({ data: row }));
    const since = (when: Date) => db.reader.$queryRaw`SELECT id, created_at FROM tickets WHERE created_at >= ${when}`;
    expect(await since(date)).toEqual([{ id: 'ticket_a', created_at: date }]);
    expect(await since(new Date(date.getTime() + 1))).toEqual([]);
  });
});
