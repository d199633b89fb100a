import { type DatabaseOptions, engineOf } from '../database.js';
import { toAppError } from '../driver-errors.js';
import { type Migration, MigrationError, readMigrations } from './plan.js';

export { MigrationError } from './plan.js';

export interface MigrateOptions extends Pick<DatabaseOptions, 'url' | 'sqlite'> {
  pool: Pick<DatabaseOptions['pool'], 'connectTimeoutMs'>;
  /** Holds a folder for each engine; this package's `prisma/migrations` unless given. */
  migrationsDir?: string;
  /** How long to wait while another instance migrates; PostgreSQL only. Default 60,000. */
  lockTimeoutMs?: number;
  /** Told of each migration when it is committed. */
  log?(line: string): void;
}

/**
 * Applies the migrations that the database lacks, and records them as `prisma migrate deploy` does, without its engine.
 * Each migration and its record are one transaction; instances that start at the same time wait for one another.
 *
 * @returns the names of those applied, in order
 * @throws MigrationError in one line that says what to do
 */
export async function migrate(options: MigrateOptions): Promise<{ applied: string[] }> {
  const applied: string[] = [];
  const onApplied = (name: string) => {
    applied.push(name);
    options.log?.(`Applied migration ${name}`);
  };
  await withMigrations(options, async (migrations) => {
    if (engineOf(options.url) === 'sqlite') {
      const { migrateSqlite } = await import('./sqlite.js');
      await migrateSqlite(await pathOf(options.url), migrations, options.sqlite, onApplied);
    } else {
      const { migratePostgresql } = await import('./postgresql.js');
      await migratePostgresql(options.url, migrations, timing(options), onApplied);
    }
  });
  return { applied };
}

/**
 * The names of the migrations that the database lacks, in order. Changes nothing.
 *
 * @throws MigrationError in one line that says what to do
 */
export async function pendingMigrations(options: MigrateOptions): Promise<string[]> {
  const pending = await withMigrations(options, async (migrations) => {
    if (engineOf(options.url) === 'sqlite') {
      const { pendingSqlite } = await import('./sqlite.js');
      return pendingSqlite(await pathOf(options.url), migrations, options.sqlite);
    }
    const { pendingPostgresql } = await import('./postgresql.js');
    return pendingPostgresql(options.url, migrations, timing(options));
  });
  return pending.map(({ name }) => name);
}

async function withMigrations<T>(options: MigrateOptions, work: (migrations: Migration[]) => Promise<T>): Promise<T> {
  const migrations = await readMigrations(engineOf(options.url), options.migrationsDir);
  try {
    return await work(migrations);
  } catch (error) {
    if (error instanceof MigrationError || !(error instanceof Error)) throw error;
    // Node's error for a name with several addresses has no text, only a code.
    const reason = error.message || String((error as NodeJS.ErrnoException).code);
    const state = toAppError(error) ? "can't be used just now" : "can't be migrated";
    throw new MigrationError(`The database of DATABASE_URL ${state}: ${reason}`, { cause: error });
  }
}

async function pathOf(url: string): Promise<string> {
  const { sqlitePath } = await import('../sqlite/connection.js');
  return sqlitePath(url);
}

function timing({ pool, lockTimeoutMs = 60_000 }: MigrateOptions) {
  return { connectTimeoutMs: pool.connectTimeoutMs, lockTimeoutMs };
}
