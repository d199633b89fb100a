import {
  DriverAdapterError,
  type IsolationLevel,
  type SqlDriverAdapter,
  type SqlDriverAdapterFactory,
  type SqlQuery,
  type SqlResultSet,
  type Transaction,
} from '@prisma/driver-adapter-utils';
import { GuardedTransaction, type OpenTransaction } from '../guarded-transaction.js';
import type { SqliteConnection } from './connection.js';
import type { SqliteConnections } from './connections.js';
import type { SqliteQueryable } from './queryable.js';

const NAME = '@prisma/adapter-better-sqlite3';
const BEGIN: SqlQuery = { sql: 'BEGIN IMMEDIATE', args: [], argTypes: [] };

/**
 * @prisma/adapter-better-sqlite3 made safe for requests that run at the same time. The stock adapter has one connection
 * without a guard: any query runs inside whatever transaction is open just then, and is rolled back with it although
 * it was acknowledged. Here writes and transactions take turns on one connection, and reads outside of transactions
 * have another, which sees what is committed and nothing else. See docs/decisions/0002-sqlite-adapter.md.
 *
 * The connections are the caller's: disposing of the adapter leaves them open.
 */
export class SqliteAdapterFactory implements SqlDriverAdapterFactory {
  readonly provider = 'sqlite';
  readonly adapterName = NAME;
  readonly #connections: SqliteConnections;

  constructor(connections: SqliteConnections) {
    this.#connections = connections;
  }

  async connect(): Promise<SqlDriverAdapter> {
    return new SqliteAdapter(this.#connections);
  }
}

class SqliteAdapter implements SqlDriverAdapter {
  readonly provider = 'sqlite';
  readonly adapterName = NAME;
  readonly #connections: SqliteConnections;

  constructor(connections: SqliteConnections) {
    this.#connections = connections;
  }

  async queryRaw(query: SqlQuery): Promise<SqlResultSet> {
    const { adapter, statements } = await this.#connections.reader();
    if (statements.isRead(query.sql)) return this.#connections.retry(() => adapter.queryRaw(query));
    return this.#write((writer) => writer.queryRaw(query));
  }

  executeRaw(query: SqlQuery): Promise<number> {
    return this.#write((writer) => writer.executeRaw(query));
  }

  executeScript(script: string): Promise<void> {
    return this.#write((writer) => writer.executeScript(script));
  }

  async startTransaction(isolationLevel?: IsolationLevel): Promise<Transaction> {
    if (isolationLevel && isolationLevel !== 'SERIALIZABLE') {
      throw new DriverAdapterError({ kind: 'InvalidIsolationLevel', level: isolationLevel });
    }
    const { writer, release } = await this.#connections.takeWriter();
    try {
      // Takes the write lock at once. With a plain BEGIN, a transaction that reads first and then writes fails when
      // another process has written in between, and no waiting helps.
      await this.#connections.retry(() => writer.adapter.executeRaw(BEGIN));
      return new GuardedTransaction(this.#openTransaction(writer, release));
    } catch (error) {
      release();
      throw error;
    }
  }

  async dispose(): Promise<void> {}

  #openTransaction({ adapter, database }: SqliteConnection, release: () => void): OpenTransaction {
    return {
      provider: this.provider,
      adapterName: this.adapterName,
      queryRaw: (query) => adapter.queryRaw(query),
      executeRaw: async (query) => {
        // After some errors (a full disk, for one) SQLite has rolled back by itself.
        if (query.sql === 'ROLLBACK' && !database.inTransaction) return 0;
        // BUSY at COMMIT leaves the transaction open, so it can be tried again.
        return query.sql === 'COMMIT'
          ? this.#connections.retry(() => adapter.executeRaw(query))
          : adapter.executeRaw(query);
      },
      release,
    };
  }

  /** A plain write in a turn of its own. */
  async #write<T>(run: (writer: SqliteQueryable) => Promise<T>): Promise<T> {
    const { writer, release } = await this.#connections.takeWriter();
    try {
      return await this.#connections.retry(() => run(writer.adapter));
    } finally {
      release();
    }
  }
}
