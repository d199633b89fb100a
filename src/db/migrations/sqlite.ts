import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { openSqliteConnection, type SqliteOptions } from '../sqlite/connection.js';
import { retryWhileBusy } from '../sqlite/retry-while-busy.js';
import { endedItsTransaction, type Migration, MigrationError, type MigrationRecord, planMigrations } from './plan.js';

// Prisma's own, to the letter.
const CREATE_TABLE = `CREATE TABLE "_prisma_migrations" (
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           DATETIME,
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        DATETIME,
    "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
)`;

/** Applies what is pending, one transaction each; SQLite's write lock keeps other processes out meanwhile. */
export async function migrateSqlite(
  path: string,
  migrations: readonly Migration[],
  options: SqliteOptions,
  onApplied: (name: string) => void,
): Promise<void> {
  const { database, adapter } = await openSqliteConnection(path, options);
  try {
    // Prisma rebuilds a table to change it, and drops the old one. The pragma is ignored inside a transaction.
    database.pragma('foreign_keys = OFF');
    for (;;) {
      await retryWhileBusy(() => database.exec('BEGIN IMMEDIATE'), options.busyTimeoutMs);
      const next = applyNext(database, migrations);
      if (next === undefined) return;
      onApplied(next);
    }
  } finally {
    await adapter.dispose();
  }
}

/** What migrateSqlite() would apply. Makes no file. */
export async function pendingSqlite(
  path: string,
  migrations: readonly Migration[],
  options: SqliteOptions,
): Promise<Migration[]> {
  if (!existsSync(path)) return planMigrations(migrations, null, false);
  const { database, adapter } = await openSqliteConnection(path, options);
  try {
    return await retryWhileBusy(() => plan(database, migrations), options.busyTimeoutMs);
  } finally {
    await adapter.dispose();
  }
}

/** Ends the open transaction, with the next migration in it if there is one. */
function applyNext(database: Database, migrations: readonly Migration[]): string | undefined {
  try {
    // Planned anew each time: between two transactions another process may have been faster.
    const next = plan(database, migrations)[0];
    if (next === undefined) {
      database.exec('ROLLBACK');
      return undefined;
    }
    apply(database, next);
    database.exec('COMMIT');
    return next.name;
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function apply(database: Database, { name, sql, checksum }: Migration): void {
  const startedAt = timestamp();
  try {
    if (!hasTable(database, '_prisma_migrations')) database.exec(CREATE_TABLE);
    database.exec(sql);
  } catch (error) {
    throw new MigrationError(`Migration ${name} failed and was rolled back: ${(error as Error).message}`, {
      cause: error,
    });
  }
  if (!database.inTransaction) throw endedItsTransaction(name);
  const broken = database.prepare('SELECT "table", parent FROM pragma_foreign_key_check LIMIT 1').raw().get();
  if (broken) {
    throw new MigrationError(`Migration ${name} was rolled back: it breaks a foreign key (${String(broken)})`);
  }
  database
    .prepare(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES (?, ?, ?, ?, ?, 1)`,
    )
    .run(randomUUID(), checksum, name, startedAt, timestamp());
}

function plan(database: Database, migrations: readonly Migration[]): Migration[] {
  const records = hasTable(database, '_prisma_migrations')
    ? (database.prepare('SELECT * FROM "_prisma_migrations"').all() as MigrationRecord[])
    : null;
  return planMigrations(migrations, records, hasTable(database, '*'));
}

/** Whether there is a table that somebody made and whose name fits the pattern of GLOB. */
function hasTable(database: Database, pattern: string): boolean {
  const sql = `SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name GLOB ? AND name NOT GLOB 'sqlite_*'`;
  return database.prepare(sql).get(pattern) !== undefined;
}

/** As Prisma's engine writes it. */
function timestamp(): string {
  return new Date().toISOString().replace('Z', '+00:00');
}
