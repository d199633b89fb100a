import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { postgresqlConnection } from '../postgresql/connection.js';
import { bringEventsForward, eventsAreAhead } from './event-order.js';
import { endedItsTransaction, type Migration, MigrationError, type MigrationRecord, planMigrations } from './plan.js';

// Prisma's own, to the letter.
const CREATE_TABLE = `CREATE TABLE _prisma_migrations (
    id                      VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum                VARCHAR(64) NOT NULL,
    finished_at             TIMESTAMPTZ,
    migration_name          VARCHAR(255) NOT NULL,
    logs                    TEXT,
    rolled_back_at          TIMESTAMPTZ,
    started_at              TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count     INTEGER NOT NULL DEFAULT 0
)`;

/** Tables that somebody made; an extension's own don't count. */
const HAS_TABLES = `SELECT 1 FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') LIMIT 1`;

/** The lock that `prisma migrate deploy` takes: the two must not run at once either. */
const LOCK = 72707369;
const LOCK_NOT_AVAILABLE = '55P03';

export interface PostgresqlMigrationOptions {
  connectTimeoutMs: number;
  /** How long to wait while another instance migrates. */
  lockTimeoutMs: number;
}

/**
 * Applies what is pending, one transaction each, while an advisory lock keeps other instances out; and sees to it that
 * new events come after those that are there.
 */
export function migratePostgresql(
  url: string,
  migrations: readonly Migration[],
  options: PostgresqlMigrationOptions,
  onApplied: (name: string) => void,
): Promise<void> {
  return withClient(url, options, async (client) => {
    await takeLock(client, options.lockTimeoutMs);
    for (const migration of await plan(client, migrations)) {
      await apply(client, migration);
      onApplied(migration.name);
    }
    await bringEventsForward(client);
  });
}

/**
 * What migratePostgresql() would apply.
 *
 * @throws MigrationError where the order of events would have to be brought forward.
 */
export function pendingPostgresql(
  url: string,
  migrations: readonly Migration[],
  options: PostgresqlMigrationOptions,
): Promise<Migration[]> {
  return withClient(url, options, async (client) => {
    const pending = await plan(client, migrations);
    if (pending.length > 0 || !(await eventsAreAhead(client))) return pending;
    throw new MigrationError('The events come from another server, as after a restore: run npm run migrate once');
  });
}

/** A connection of its own: the lock belongs to the session, and a pool's limits on time are not for migrations. */
async function withClient<T>(
  url: string,
  { connectTimeoutMs }: PostgresqlMigrationOptions,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    ...postgresqlConnection(url),
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
  });
  // A lost connection also fails the query under way; unheard, the event would end the process.
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function takeLock(client: pg.Client, timeoutMs: number): Promise<void> {
  // The role's or the database's own is meant for requests; to build an index may take longer.
  await client.query('SET statement_timeout = 0');
  await client.query(`SET lock_timeout = ${timeoutMs}`);
  try {
    await client.query(`SELECT pg_advisory_lock(${LOCK})`);
  } catch (error) {
    if ((error as pg.DatabaseError).code !== LOCK_NOT_AVAILABLE) throw error;
    throw new MigrationError(
      `Another process has been migrating this database for more than ${timeoutMs} ms: wait for it to end, then start again`,
      { cause: error },
    );
  }
  await client.query('RESET lock_timeout');
}

async function plan(client: pg.Client, migrations: readonly Migration[]): Promise<Migration[]> {
  const records = (await hasRecords(client))
    ? (await client.query<MigrationRecord>('SELECT * FROM _prisma_migrations')).rows
    : null;
  const tables = await client.query(HAS_TABLES);
  return planMigrations(migrations, records, tables.rows.length > 0);
}

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    if (!(await hasRecords(client))) await client.query(CREATE_TABLE);
    await client.query(sql);
    if (client.getTransactionStatus() !== 'T') throw endedItsTransaction(name);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    if (error instanceof MigrationError) throw error;
    throw new MigrationError(`Migration ${name} failed and was rolled back: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

async function hasRecords(client: pg.Client): Promise<boolean> {
  const result = await client.query(`SELECT to_regclass('public._prisma_migrations') IS NOT NULL AS found`);
  return result.rows[0].found === true;
}
