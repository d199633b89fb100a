import { resolve } from 'node:path';
import type { Database } from 'better-sqlite3';
import { prepareDatabaseFile } from './database-file.js';
import { openSqlite } from './open.mjs';
import { SqliteQueryable } from './queryable.js';
import { retryWhileBusy } from './retry-while-busy.js';
import { StatementCache } from './statement-cache.js';

export interface SqliteOptions {
  /** FULL: a commit is on disk when it returns. NORMAL: a power cut may take the last commits, a crash can't. */
  synchronous: 'FULL' | 'NORMAL';
  /** How long a statement waits for another process's lock. */
  busyTimeoutMs: number;
}

export interface SqliteConnection {
  /** What Prisma's client runs its statements by. */
  readonly adapter: SqliteQueryable;
  readonly database: Database;
  readonly statements: StatementCache;
}

/** The absolute path of a `file:` URL. A relative one is relative to the current folder. */
export function sqlitePath(url: string): string {
  const path = url.replace(/^file:(\/\/(?=\/))?/, '');
  if (path === '' || path === ':memory:')
    throw new Error('DATABASE_URL must name a file, such as file:./data/support.db');
  if (path.includes('?'))
    throw new Error('DATABASE_URL takes no parameters on SQLite: remove the "?" and what follows');
  return resolve(path);
}

/**
 * Opens a connection with everything set that SQLite keeps per connection.
 *
 * @throws the driver's error, SQLITE_NOTADB for instance, or the system's: EACCES where the file can't be written
 */
export async function openSqliteConnection(path: string, options: SqliteOptions): Promise<SqliteConnection> {
  prepareDatabaseFile(path);
  // timeout 0: retryWhileBusy waits instead.
  const database = openSqlite(path, { timeout: 0 });
  try {
    await retryWhileBusy(() => setPragmas(database, options), options.busyTimeoutMs);
  } catch (error) {
    database.close();
    throw error;
  }
  const statements = new StatementCache(database);
  return { adapter: new SqliteQueryable(statements), database, statements };
}

/** What a connection is told so that what it writes to the disk is there. */
export function durability({ synchronous }: SqliteOptions): string[] {
  // On macOS only `fullfsync` reaches the disk itself; elsewhere it changes nothing.
  return [`synchronous = ${synchronous}`, `fullfsync = ${synchronous === 'FULL' ? 'ON' : 'OFF'}`];
}

function setPragmas(database: Database, options: SqliteOptions): void {
  const mode = database.pragma('journal_mode = WAL', { simple: true });
  if (mode !== 'wal') throw new Error(`SQLite can't keep a write-ahead log beside ${database.name} (${String(mode)})`);
  for (const pragma of durability(options)) database.pragma(pragma);
  database.pragma('foreign_keys = ON');
  // Without it, the log keeps the size of the largest burst for good.
  database.pragma('journal_size_limit = 67108864');
}
