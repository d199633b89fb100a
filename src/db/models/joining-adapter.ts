import type {
  SqlDriverAdapter,
  SqlDriverAdapterFactory,
  SqlQuery,
  SqlQueryable,
  SqlResultSet,
  Transaction,
} from '@prisma/driver-adapter-utils';

/** What reads outside of transactions. */
export type ReadingAdapter = Pick<SqlDriverAdapter, 'provider' | 'adapterName' | 'queryRaw' | 'getConnectionInfo'>;

/**
 * The driver adapter of the process's Prisma client. It opens no transaction of its own: the client is given one that is open
 * already, and neither commits it nor rolls it back; whoever has opened it does. Outside of one it reads, and refuses to write.
 */
export class JoiningAdapterFactory implements SqlDriverAdapterFactory {
  readonly provider;
  readonly adapterName;
  readonly #reader: ReadingAdapter;
  #next: Transaction | undefined;

  constructor(reader: ReadingAdapter) {
    this.provider = reader.provider;
    this.adapterName = reader.adapterName;
    this.#reader = reader;
  }

  /** The next transaction that the client begins is this one, which is on `queryable`. `onRollback`: Prisma gives it up. */
  offer(queryable: SqlQueryable, onRollback: () => void): void {
    this.#next = new JoinedTransaction(queryable, onRollback);
  }

  async connect(): Promise<SqlDriverAdapter> {
    const reader = this.#reader;
    const refuse = () =>
      Promise.reject(new Error('Prisma writes within a transaction of the service, and nowhere else'));
    return {
      provider: this.provider,
      adapterName: this.adapterName,
      queryRaw: (query) => reader.queryRaw(query),
      executeRaw: refuse,
      executeScript: refuse,
      getConnectionInfo: () => reader.getConnectionInfo?.() ?? { supportsRelationJoins: false },
      startTransaction: () => {
        const next = this.#next;
        this.#next = undefined;
        return next === undefined ? refuse() : Promise.resolve(next);
      },
      // The connections are the service's.
      dispose: async () => {},
    };
  }
}

class JoinedTransaction implements Transaction {
  readonly provider;
  readonly adapterName;
  /** Prisma sends no COMMIT or ROLLBACK of its own. */
  readonly options = { usePhantomQuery: true };
  readonly #queryable: SqlQueryable;
  readonly #onRollback: () => void;

  constructor(queryable: SqlQueryable, onRollback: () => void) {
    this.provider = queryable.provider;
    this.adapterName = queryable.adapterName;
    this.#queryable = queryable;
    this.#onRollback = onRollback;
  }

  queryRaw(query: SqlQuery): Promise<SqlResultSet> {
    return this.#queryable.queryRaw(query);
  }

  executeRaw(query: SqlQuery): Promise<number> {
    return this.#queryable.executeRaw(query);
  }

  async commit(): Promise<void> {}

  async rollback(): Promise<void> {
    this.#onRollback();
  }
}
