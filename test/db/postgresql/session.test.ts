import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../../src/db/migrations/migrate.js';
import { createTestDatabase, type TestDatabase } from '../../support/databases.js';
import { openTestDatabase, ticketRow } from '../../support/open-database.js';
import { administer } from '../../support/postgresql-server.js';

/** What an administrator may have set for the database or the role, and what must make no difference. */
const SETTINGS = [
  `timezone = 'Asia/Kolkata'`,
  `datestyle = 'German, DMY'`,
  `search_path = 'elsewhere'`,
  `default_transaction_isolation = 'serializable'`,
  `jit = on`,
];

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase('postgresql');
  await administer(database.url, 'CREATE SCHEMA elsewhere');
  for (const setting of SETTINGS) {
    await administer(
      database.url,
      `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET ${setting.replaceAll("'", "''")}', current_database()); END $$`,
    );
  }
  await migrate({
    url: database.url,
    pool: { connectTimeoutMs: 10_000 },
    sqlite: { synchronous: 'NORMAL', busyTimeoutMs: 5_000 },
  });
});
afterAll(() => database[Symbol.asyncDispose]());

const createdAt = new Date('2024-01-02T03:04:05.006Z');

describe('whatever the server, the database or the role has set', () => {
  it('makes the tables in public', async () => {
    await using opened = await openTestDatabase(database.url);
    expect(
      await opened.db.reader.$queryRaw`
        SELECT DISTINCT schemaname FROM pg_tables WHERE tablename IN ('tickets', '_prisma_migrations')`,
    ).toEqual([{ schemaname: 'public' }]);
  });

  it('stores and gives the same instants, by models and by raw SQL', async () => {
    await using opened = await openTestDatabase(database.url);
    const { db } = opened;
    await db.transaction((tx) => tx.ticket.create({ data: { ...ticketRow('ticket_a'), createdAt } }));
    const where = { id: 'ticket_a', createdAt };
    expect(await db.reader.ticket.findFirst({ where, select: { createdAt: true } })).toEqual({ createdAt });
    expect(
      await db.reader.$queryRaw`
        SELECT created_at, created_at::text AS text FROM tickets WHERE created_at = ${createdAt}`,
    ).toEqual([{ created_at: createdAt, text: '2024-01-02 03:04:05.006+00' }]);
  });

  it('compiles no statements', async () => {
    await using opened = await openTestDatabase(database.url);
    expect(await opened.db.reader.$queryRaw`SHOW jit`).toEqual([{ jit: 'off' }]);
  });

  it('runs transactions in READ COMMITTED: who waited for a lock sees what the other one left', async () => {
    await using opened = await openTestDatabase(database.url);
    const isolation = await opened.db.transaction((tx) => tx.$queryRaw`SHOW transaction_isolation`);
    expect(isolation).toEqual([{ transaction_isolation: 'read committed' }]);
  });

  it('keeps options that the URL brings, except for these', async () => {
    const url = new URL(database.url);
    url.searchParams.set('options', '-c work_mem=5MB -c TimeZone=Asia/Tokyo');
    await using opened = await openTestDatabase(url.href);
    expect(
      await opened.db.reader
        .$queryRaw`SELECT current_setting('work_mem') AS memory, current_setting('TimeZone') AS zone`,
    ).toEqual([{ memory: '5MB', zone: 'UTC' }]);
  });
});
