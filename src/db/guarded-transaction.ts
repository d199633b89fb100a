import {
  DriverAdapterError,
  type SqlQuery,
  type SqlQueryable,
  type SqlResultSet,
  type Transaction,
} from '@prisma/driver-adapter-utils';

const command = (sql: string): SqlQuery => ({ sql, args: [], argTypes: [] });

/** A driver's open transaction. */
export interface OpenTransaction extends SqlQueryable {
  /** Gives the connection back; one that is not `clean` may still be inside the transaction. */
  release(clean: boolean): void;
}

/**
 * Prisma's view of a transaction, with what its adapters leave open:
 *
 * - When Prisma times a transaction out in the middle of an operation of several statements, the rest of them still
 *   arrive after the ROLLBACK. They are refused here; otherwise they would run in the next transaction of that
 *   connection, or outside of any.
 * - After a failed statement PostgreSQL answers COMMIT with a ROLLBACK and no error, and SQLite may have rolled back by
 *   itself, or may commit the rest. Here `commit` rejects with that statement's error on both, and waits for those still
 *   under way.
 */
export class GuardedTransaction implements Transaction {
  readonly provider;
  readonly adapterName;
  /** Prisma sends no COMMIT or ROLLBACK of its own: `commit` and `rollback` do. */
  readonly options = { usePhantomQuery: true };
  readonly #inner: OpenTransaction;
  #closed = false;
  #failure: { error: unknown } | undefined;
  /** Resolves when the statement sent last has ended, and with it all before it: a connection takes them in turn. */
  #ended: Promise<void> = Promise.resolve();

  constructor(inner: OpenTransaction) {
    this.#inner = inner;
    this.provider = inner.provider;
    this.adapterName = inner.adapterName;
  }

  queryRaw(query: SqlQuery): Promise<SqlResultSet> {
    return this.#attempt(() => this.#inner.queryRaw(query));
  }

  executeRaw(query: SqlQuery): Promise<number> {
    return this.#attempt(() => this.#inner.executeRaw(query));
  }

  async commit(): Promise<void> {
    this.#close();
    await this.#ended;
    try {
      if (this.#failure) throw this.#failure.error;
      await this.#inner.executeRaw(command('COMMIT'));
    } catch (error) {
      await this.#sendRollback().catch(() => {});
      throw error;
    }
    this.#inner.release(true);
  }

  async rollback(): Promise<void> {
    this.#close();
    await this.#sendRollback();
  }

  async createSavepoint(name: string): Promise<void> {
    await this.executeRaw(command(`SAVEPOINT ${name}`));
  }

  async rollbackToSavepoint(name: string): Promise<void> {
    this.#failure = undefined;
    await this.executeRaw(command(`ROLLBACK TO SAVEPOINT ${name}`));
  }

  async releaseSavepoint(name: string): Promise<void> {
    await this.executeRaw(command(`RELEASE SAVEPOINT ${name}`));
  }

  #attempt<T>(run: () => Promise<T>): Promise<T> {
    const attempt = this.#run(run);
    const ignore = () => {};
    this.#ended = attempt.then(ignore, ignore);
    return attempt;
  }

  async #run<T>(run: () => Promise<T>): Promise<T> {
    this.#refuseIfClosed();
    if (this.#failure) throw this.#failure.error;
    try {
      return await run();
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    }
  }

  async #sendRollback(): Promise<void> {
    let clean = false;
    try {
      await this.#inner.executeRaw(command('ROLLBACK'));
      clean = true;
    } finally {
      this.#inner.release(clean);
    }
  }

  #close(): void {
    this.#refuseIfClosed();
    this.#closed = true;
  }

  #refuseIfClosed(): void {
    if (!this.#closed) return;
    throw new DriverAdapterError({ kind: 'TransactionAlreadyClosed', cause: 'The transaction is over' });
  }
}
