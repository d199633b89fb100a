import type { SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { toAppError, UnknownOutcomeError } from './driver-errors.js';
import { FairQueue } from './fair-queue.js';
import type { Prisma, PrismaClient } from './generated/sqlite/client.js';
import type { DatabaseHandle, Deadline, Engine, Usage } from './handle.js';
import { type DatabaseObserver, ObservedWriter } from './observed-writer.js';
import type { PoolOptions } from './postgresql/pool.js';
import { retryConflicts } from './retry-conflicts.js';
import { type Reader, UserReader } from './sql/reader.js';
import type { Sql } from './sql/sql.js';
import { Statement } from './sql/statement.js';
import { deadlineExpired, type WriteOptions, type Writer } from './sql/writer.js';
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

/** Plain SQL: Prisma's engine takes 0.4 s and 70 MiB for its first query, and most instances never need it. */
const ping = new Statement<Record<string, never>, { one: number }>('ping', 'SELECT 1 AS one');

type Model = Uncapitalize<Prisma.ModelName>;
type ModelRead =
  | 'findFirst'
  | 'findFirstOrThrow'
  | 'findUnique'
  | 'findUniqueOrThrow'
  | 'findMany'
  | 'count'
  | 'aggregate';

/** Queries outside of a transaction. A write outside of one doesn't compile. */
export type ModelReader = { readonly [M in Model]: Pick<PrismaClient[M], ModelRead | 'groupBy'> } & Pick<
  PrismaClient,
  '$queryRaw'
>;

/** The models within one transaction. */
export type Transaction = Omit<Prisma.TransactionClient, '$transaction'> & { readonly engine: Engine };

/** What openDatabase() puts together for an engine. */
interface Parts {
  engine: Engine;
  client: PrismaClient;
  sql: Reader;
  writer: Writer;
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
 * An open database. Two ways in, on the same connections and with the same guarantees: Prisma's models, and, for
 * statements that many requests run, SQL (docs/decisions/0007-sql.md).
 */
export class Database implements DatabaseHandle {
  readonly engine: Engine;
  /** Prisma's models, outside of a transaction. */
  readonly reader: ModelReader;
  /** Statements that read, outside of a transaction: what is committed, and nothing else. */
  readonly sql: Sql;
  readonly #parts: Parts;
  readonly #userWrites = new FairQueue(Number.POSITIVE_INFINITY);
  readonly #writer: ObservedWriter;

  /** @internal use openDatabase() */
  constructor(parts: Parts, observer: DatabaseObserver) {
    this.engine = parts.engine;
    this.reader = parts.client;
    this.sql = parts.sql;
    this.#parts = parts;
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
  async write<T>(work: (sql: Sql) => Promise<T>, options: WriteOptions & { user?: string } = {}): Promise<T> {
    const { user, deadline } = options;
    const write = () => {
      // It may have passed while others of the same user were written.
      if (deadline?.expired) throw deadlineExpired();
      return this.#writer.write(work, options);
    };
    try {
      return await (user === undefined ? write() : this.#userWrites.run(user, async () => write()));
    } catch (error) {
      throw toAppError(error) ?? error;
    }
  }

  /**
   * Runs `work` on Prisma's models in one transaction: all of what it writes is committed and durable when the promise
   * resolves, and none of it when it rejects. Isolation is READ COMMITTED on PostgreSQL and one writer at a time on
   * SQLite: lock a row before you decide on what it holds. After a conflict with another transaction `work` runs again
   * from its beginning, up to 5 times in all, so it must have no effects elsewhere.
   *
   * @throws AppError as write() does.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>, { deadline }: { deadline?: Deadline } = {}): Promise<T> {
    const { client, engine } = this.#parts;
    return retryConflicts(deadline, async () => {
      let committing = false;
      try {
        return await client.$transaction(async (tx) => {
          const result = await work(Object.create(tx, { engine: { value: engine } }) as Transaction);
          if (deadline?.expired) throw deadlineExpired();
          committing = true;
          if (deadline) deadline.commits += 1;
          return result;
        });
      } catch (error) {
        if (committing && deadline && !(error instanceof UnknownOutcomeError)) deadline.commits -= 1;
        throw error;
      }
    });
  }

  /** The same for one user: what takes long waits for what else they have asked for. */
  sqlFor(userId: string): Sql {
    return new UserReader(this.#parts.sql, userId);
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
    await this.#parts.client.$disconnect();
    await this.#parts.close();
  }
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
  const timing = (waitMs: number) => ({
    timeout: transactionTimeoutMs,
    // What it waits for has a limit of its own, with an error that says more.
    maxWait: transactionTimeoutMs + waitMs,
  });
  // Loaded only where they are needed: each engine brings a driver and a client of its own.
  if (engine === 'sqlite') {
    const { sqlitePath } = await import('./sqlite/connection.js');
    const { SqliteConnections } = await import('./sqlite/connections.js');
    const { SqliteAdapterFactory } = await import('./sqlite/adapter.js');
    const { SqliteReader } = await import('./sqlite/reader.js');
    const { ReadThreads } = await import('./sqlite/read-threads.js');
    const { SqliteWriter } = await import('./sqlite/group-commit.js');
    const { PrismaClient: Client } = await import('./generated/sqlite/client.js');
    const connections = await SqliteConnections.open(sqlitePath(url), sqlite, (error) =>
      onBackgroundError(error, 'checkpoint failed'),
    );
    const { busyTimeoutMs } = sqlite;
    const threads = new ReadThreads({ path: sqlitePath(url), busyTimeoutMs, limitMs: longStatementTimeoutMs });
    const adapter: SqlDriverAdapterFactory = new SqliteAdapterFactory(connections);
    const parts: Parts = {
      engine,
      client: new Client({ adapter, transactionOptions: timing(sqlite.busyTimeoutMs) }),
      sql: new SqliteReader(connections, sqlite.busyTimeoutMs, threads),
      writer: new SqliteWriter(connections, transactionTimeoutMs),
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
  const { PostgresqlAdapterFactory } = await import('./postgresql/adapter.js');
  const { PostgresqlReader } = await import('./postgresql/reader.js');
  const { PostgresqlWriter } = await import('./postgresql/writer.js');
  const { PrismaClient: Client } = await import('./generated/postgresql/client.js');
  const connections = openPool(url, { ...pool, longStatementTimeoutMs }, (error) =>
    onBackgroundError(error, 'database connection lost'),
  );
  const adapter: SqlDriverAdapterFactory = new PostgresqlAdapterFactory(connections);
  const client = new Client({ adapter, transactionOptions: timing(pool.connectTimeoutMs) });
  const parts: Parts = {
    engine,
    // The one place where the two clients count as one: SQLite's types are what both can do.
    client: client as unknown as PrismaClient,
    sql: new PostgresqlReader(connections, longStatementTimeoutMs),
    writer: new PostgresqlWriter(connections, pool.connectTimeoutMs + pool.statementTimeoutMs),
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
