import { PrismaPg } from '@prisma/adapter-pg';
import type { SqlDriverAdapter, SqlDriverAdapterFactory, Transaction } from '@prisma/driver-adapter-utils';
import type { Pool, PoolClient } from 'pg';
import { isRefusedCommit, UnknownOutcomeError } from '../driver-errors.js';
import { GuardedTransaction, type OpenTransaction } from '../guarded-transaction.js';

/** @prisma/adapter-pg on the process's pool, with guarded transactions (see there). Leaves the pool open. */
export class PostgresqlAdapterFactory implements SqlDriverAdapterFactory {
  readonly provider = 'postgres';
  readonly adapterName: string;
  readonly #factory: PrismaPg;

  constructor(pool: Pool) {
    this.#factory = new PrismaPg(pool);
    this.adapterName = this.#factory.adapterName;
  }

  async connect(): Promise<SqlDriverAdapter> {
    const adapter = await this.#factory.connect();
    const startTransaction = adapter.startTransaction.bind(adapter);
    adapter.startTransaction = async (isolationLevel) => {
      const transaction = await startTransaction(isolationLevel);
      return new GuardedTransaction(openTransaction(transaction));
    };
    return adapter;
  }
}

function openTransaction(transaction: Transaction): OpenTransaction {
  const { client } = transaction as unknown as { client: PoolClient };
  return {
    provider: transaction.provider,
    adapterName: transaction.adapterName,
    queryRaw: (query) => transaction.queryRaw(query),
    executeRaw: (query) =>
      transaction.executeRaw(query).catch((error) => {
        throw query.sql !== 'COMMIT' || isRefusedCommit(error) ? error : new UnknownOutcomeError(error);
      }),
    release(clean) {
      // The adapter's own release would give a connection of unknown state to the next request.
      if (clean) void transaction.commit();
      else client.release(true);
    },
  };
}
