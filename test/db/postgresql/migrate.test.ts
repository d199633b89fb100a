import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { createTestDatabase } from '../../support/databases.js';
import { migrateUrl, migrationFolder } from '../../support/migration-folder.js';
import { runSql } from '../../support/run-sql.js';

async function empty(): Promise<string> {
  const database = await createTestDatabase('postgresql');
  onTestFinished(() => database[Symbol.asyncDispose]());
  return database.url;
}

/** The lock of `prisma migrate`, held on a connection of its own until the function that it gives is called. */
async function holdLock(url: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('SELECT pg_advisory_lock(72707369)');
  return () => client.end();
}

it('gives up when another instance migrates for longer than it may wait, and says what to do', async () => {
  const url = await empty();
  const release = await holdLock(url);
  await expect(migrateUrl(url, { lockTimeoutMs: 100 })).rejects.toThrow(
    /^Another process has been migrating this database for more than 100 ms: wait for it to end, then start again$/,
  );
  await release();
  expect((await migrateUrl(url)).applied).not.toEqual([]);
});

it('waits for another instance, and goes on when that one is gone', async () => {
  const url = await empty();
  const release = await holdLock(url);
  const attempt = migrateUrl(url);
  await expect
    .poll(() => runSql(url, `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`), { timeout: 30_000 })
    .toHaveLength(1);
  await release();
  expect((await attempt).applied).not.toEqual([]);
});

it('has no limit on time of its own, whatever the role or the database has set for requests', async () => {
  const url = await empty();
  await runSql(
    url,
    `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET statement_timeout = ''50ms''', current_database()); END $$`,
  );
  const { migrationsDir, write } = migrationFolder('postgresql');
  write('20260101000000_slow', `SELECT pg_sleep(0.2); CREATE TABLE a (x INTEGER);`);
  expect(await migrateUrl(url, { migrationsDir })).toEqual({ applied: ['20260101000000_slow'] });
});

it('takes tables of an extension for no tables of somebody else', async ({ skip }) => {
  const url = await empty();
  const [user] = await runSql(url, 'SELECT usesuper FROM pg_user WHERE usename = current_user');
  skip(user?.usesuper !== true, 'TEST_POSTGRES_URL is not of a superuser, who alone may change an extension');
  // Any extension with a table of its own would do; this makes one of what every server has.
  await runSql(url, `CREATE TABLE ours (x INTEGER); ALTER EXTENSION plpgsql ADD TABLE ours`);
  expect((await migrateUrl(url)).applied).not.toEqual([]);
});
