import { toAppError } from './driver-errors.js';
import { FairQueue } from './fair-queue.js';
import type { PrismaClient } from './generated/sqlite/client.js';
import type { DatabaseHandle, Engine, Usage } from './handle.js';
import { Client, type ClientParts } from './models/client.js';
import type { ModelReader, ReadDb, Transaction } from './models/models.js';
import { ReaderDb } from './models/reader.js';
import { ModelTransactions } from './models/transactions.js';
import { type DatabaseObserver, ObservedWriter } from './observed-writer.js';
import type { PoolOptions } from './postgresql/pool.js';
import { fragment } from './sql/kysely.js';
import { query } from './sql/query.js';
import { type Reader, UserReader } from './sql/reader.js';
import type { Sql } from './sql/sql.js';
import { deadlineExpired, type TransactionOptions, type WriteOptions, type Writer } from './sql/writer.js';
import type { SqliteOptions } from './sqlite/connection.js';

export interface DatabaseOptions {
  /** `file:…` or `postgresql://…`. */
  url: string;
  pool: Omit<PoolOptions, 'longStatementTimeoutMs'>;
  sqlite: SqliteOptions;
  /** A statement that says of itself that it is long is ended after this time. Default 10,000. */
  longStatementTimeoutMs?: number;
  /** Told of how writes go; nobody by default. */
  observer?: DatabaseObserver;
  /** A transaction that takes longer is rolled back. Waiting for its turn or a connection counts apart. */
  transactionTimeoutMs: number;
  /** Told what fails while nobody waits for it, and what that was. Nothing needs to be done about it. */
  onBackgroundError?(error: Error, what: 'database connection lost' | 'checkpoint failed'): void;
}

/** SQL: most instances never need Prisma's client. */
const ping = query('ping', {}, ({ db }) => db.selectNoFrom(fragment.lit(1).as('one')));

/** What openDatabase() puts together for an engine. */
interface Parts {
  engine: Engine;
  client: ClientParts;
  sql: Reader;
  writer: Writer;
  transactionTimeoutMs: number;
  /** See Database.connections(). */
  connections(load: ObservedWriter['load']): Usage;
  /** Of SQLite's long reads. */
  readThreads?(): Usage;
  /** Closes the connections below them. */
  close(): Promise<void>;
  /** See Database.abandon(). */
  abandon(): Promise<void>;
}

/**
 * An open database. Two ways in, on the same connections, in the same transactions and with the same guarantees: Prisma's
 * models, and, for what many requests run, typed SQL (docs/decisions/0007-sql.md, 0023-models.md).
 */
export class Database implements DatabaseHandle {
  readonly engine: Engine;
  /** Prisma's models, and statements, outside of a transaction. */
  readonly reader: ModelReader;
  /** Its statements alone: what is committed, and nothing else. */
  readonly sql: Sql;
  readonly #parts: Parts;
  readonly #client: Client;
  readonly #models: ModelTransactions;
  readonly #userWrites = new FairQueue(Number.POSITIVE_INFINITY);
  readonly #writer: ObservedWriter;
  readonly #commitListeners = new Set<() => void>();

  /** @internal use openDatabase() */
  constructor(parts: Parts, observer: DatabaseObserver) {
    const { engine, sql, transactionTimeoutMs } = parts;
    this.engine = engine;
    this.sql = sql;
    this.#parts = parts;
    this.#client = new Client(parts.client);
    this.#models = new ModelTransactions(this.#client, engine, transactionTimeoutMs);
    this.reader = new ReaderDb(this.#client, sql) as unknown as ModelReader;
    this.#writer = new ObservedWriter(parts.writer, observer);
  }

  /**
   * Runs statements that write: all of it is committed and durable when the promise resolves, and none of it when it
   * rejects. Isolation is as in transaction(). Those of one `user` go one after another, in the order of asking: somebody who
   * sends a hundred at once waits for themselves, and takes one connection.
   *
   * @throws AppError SERVICE_UNAVAILABLE when the database can't serve, or after the deadline. Its cause is an
   * UnknownOutcomeError if the connection was lost in the middle of the commit: nobody knows whether it happened. What
   * `work` throws comes through as it is.
   */
  write<T>(work: (sql: Sql) => Promise<T>, options: WriteOptions & { user?: string } = {}): Promise<T> {
    return this.#inTurn(options, () => this.#writer.write(work, options));
  }

  /**
   * Runs `work` on Prisma's models and on statements, in one transaction: all of what it writes is committed and durable when
   * the promise resolves, and none of it when it rejects. Isolation is READ COMMITTED on PostgreSQL and one writer at a time
   * on SQLite: lock a row before you decide on what it holds. After a conflict with another transaction `work` runs again
   * from its beginning, up to 5 times in all, so it must have no effects elsewhere. Nor may it take longer than
   * TRANSACTION_TIMEOUT_MS.
   *
   * @throws AppError as write() does.
   */
  transaction<T>(
    work: (tx: Transaction) => Promise<T>,
    options: TransactionOptions & { user?: string } = {},
  ): Promise<T> {
    return this.#inTurn(options, () =>
      this.#models.run((inTransaction) => this.#writer.transaction(inTransaction, options), work),
    );
  }

  /** Calls `listener` after each commit of this process, and perhaps where there was none. Gives the function that ends it. */
  onCommit(listener: () => void): () => void {
    this.#commitListeners.add(listener);
    return () => void this.#commitListeners.delete(listener);
  }

  #committed(): void {
    for (const listener of this.#commitListeners) listener();
  }

  /**
   * Models and statements outside of a transaction, for one user: what takes long waits for what else they have asked for, and a
   * statement that may give much text for `beforeLarge`.
   */
  readerFor(userId: string, beforeLarge: () => Promise<void>): ReadDb {
    return new ReaderDb(this.#client, new UserReader(this.#parts.sql, userId, beforeLarge)) as unknown as ReadDb;
  }

  /** PostgreSQL's connections; on SQLite the one that writes. */
  connections(): Usage {
    return this.#parts.connections(this.#writer.load);
  }

  /** The threads of SQLite's long reads; undefined on PostgreSQL. */
  readThreads(): Usage | undefined {
    return this.#parts.readThreads?.();
  }

  async ping(): Promise<void> {
    await this.sql.row(ping, {});
  }

  /**
   * For a process that leaves without waiting for its work: nothing of what is under way is stored after this has
   * resolved, which takes 2 s at most. Close nothing afterwards: exit.
   */
  abandon(): Promise<void> {
    return this.#parts.abandon();
  }

  async close(): Promise<void> {
    this.#models.abandon();
    await this.#client.close();
    await this.#parts.close();
  }

  /** Those of one user go one after another. */
  async #inTurn<T>({ user, deadline }: TransactionOptions & { user?: string }, write: () => Promise<T>): Promise<T> {
    const begin = async () => {
      // It may have passed while others of the same user were written.
      if (deadline?.expired) throw deadlineExpired();
      return write();
    };
    try {
      const result = await (user === undefined ? begin() : this.#userWrites.run(user, begin));
      this.#committed();
      return result;
    } catch (error) {
      throw toAppError(error) ?? error;
    }
  }
}

/** What is behind the face that is shown where Prisma's types must not be: always a Database. */
export function databaseBehind(handle: DatabaseHandle): Database {
  if (handle instanceof Database) return handle;
  throw new TypeError('Not a database that openDatabase() made');
}

const UNOBSERVED: DatabaseObserver = { waited: () => {}, retried: () => {}, rolledBack: () => {} };

export function engineOf(url: string): Engine {
  if (url.startsWith('file:')) return 'sqlite';
  if (/^postgres(ql)?:/.test(url)) return 'postgresql';
  throw new Error('DATABASE_URL must begin with file: or postgresql://');
}

/**
 * Opens the database that `url` names. A SQLite file is made where there is none, and opened at once; PostgreSQL is
 * connected to when it is first needed. Neither is migrated: see migrate().
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const {
    url,
    pool,
    sqlite,
    transactionTimeoutMs,
    longStatementTimeoutMs = 10_000,
    observer = UNOBSERVED,
    onBackgroundError = () => {},
  } = options;
  const engine = engineOf(url);
  // Loaded only where they are needed: each engine brings a driver and a client of its own.
  if (engine === 'sqlite') {
    const { sqlitePath } = await import('./sqlite/connection.js');
    const { SqliteConnections } = await import('./sqlite/connections.js');
    const { sqliteModelReader } = await import('./sqlite/model-reader.js');
    const { SqliteReader } = await import('./sqlite/reader.js');
    const { ReadThreads } = await import('./sqlite/read-threads.js');
    const { SqliteWriter } = await import('./sqlite/group-commit.js');
    const connections = await SqliteConnections.open(sqlitePath(url), sqlite, (error) =>
      onBackgroundError(error, 'checkpoint failed'),
    );
    const { busyTimeoutMs } = sqlite;
    const threads = new ReadThreads({ path: sqlitePath(url), busyTimeoutMs, limitMs: longStatementTimeoutMs });
    const parts: Parts = {
      engine,
      client: {
        reader: async () => sqliteModelReader(connections),
        load: async () => (await import('./generated/sqlite/client.js')).PrismaClient,
      },
      sql: new SqliteReader(connections, sqlite.busyTimeoutMs, threads),
      writer: new SqliteWriter(connections, transactionTimeoutMs),
      transactionTimeoutMs,
      // Work of a group commit runs one after another.
      connections: ({ running, waiting }) => ({ used: Math.min(running, 1), waiting, max: 1 }),
      readThreads: () => threads.usage,
      close: async () => {
        await threads.close();
        await connections.close();
      },
      // What has not been committed ends with the process.
      abandon: async () => {},
    };
    return new Database(parts, observer);
  }
  const { abandonPool, openPool } = await import('./postgresql/pool.js');
  const { PostgresqlQueryables } = await import('./postgresql/queryables.js');
  const { PostgresqlReader } = await import('./postgresql/reader.js');
  const { PostgresqlWriter } = await import('./postgresql/writer.js');
  const connections = openPool(url, { ...pool, longStatementTimeoutMs }, (error) =>
    onBackgroundError(error, 'database connection lost'),
  );
  const queryables = new PostgresqlQueryables(connections);
  const parts: Parts = {
    engine,
    client: {
      reader: () => queryables.onPool(),
      // The one place where the two clients count as one: SQLite's types are what both can do.
      load: async () =>
        (await import('./generated/postgresql/client.js')).PrismaClient as unknown as typeof PrismaClient,
    },
    sql: new PostgresqlReader(connections, longStatementTimeoutMs),
    writer: new PostgresqlWriter(connections, queryables, pool.connectTimeoutMs + pool.statementTimeoutMs),
    transactionTimeoutMs,
    connections: () => ({
      used: connections.totalCount - connections.idleCount,
      waiting: connections.waitingCount,
      max: pool.max,
    }),
    close: async () => {
      if (!connections.ending) await connections.end();
    },
    abandon: () => abandonPool(connections, url),
  };
  return new Database(parts, observer);
}
