import type { SqlDriverAdapter, SqlDriverAdapterFactory, Transaction } from '@prisma/driver-adapter-utils';
import type { Database } from 'better-sqlite3';
import { Mutex } from '../../src/db/mutex.js';
import { openSqlite } from '../../src/db/sqlite/open.mjs';
import { SqliteQueryable } from '../../src/db/sqlite/queryable.js';
import { StatementCache } from '../../src/db/sqlite/statement-cache.js';

/**
 * Prisma's client on one SQLite connection as @prisma/adapter-better-sqlite3 has it: each statement is prepared anew, and
 * transactions wait for one another, but any other statement runs within whatever transaction is open just then.
 */
export function unguardedSqlite(path: string): SqlDriverAdapterFactory {
  const info = { provider: 'sqlite', adapterName: 'unguarded-sqlite' } as const;
  return { ...info, connect: async () => new UnguardedSqlite(openSqlite(path)) };
}

class UnguardedSqlite extends SqliteQueryable implements SqlDriverAdapter {
  readonly #transactions = new Mutex();

  constructor(database: Database) {
    const cacheOfOne = () => new StatementCache(database);
    super({
      prepare: (sql) => cacheOfOne().prepare(sql),
      exec: (script) => cacheOfOne().exec(script),
      close: () => cacheOfOne().close(),
    });
  }

  async startTransaction(): Promise<Transaction> {
    const release = await this.#transactions.acquire();
    const command = (sql: string) => this.executeRaw({ sql, args: [], argTypes: [] }).then(() => {});
    await command('BEGIN');
    return {
      provider: this.provider,
      adapterName: this.adapterName,
      // Prisma sends COMMIT or ROLLBACK itself.
      options: { usePhantomQuery: false },
      queryRaw: (query) => this.queryRaw(query),
      executeRaw: (query) => this.executeRaw(query),
      commit: async () => release(),
      rollback: async () => release(),
      createSavepoint: (name) => command(`SAVEPOINT ${name}`),
      rollbackToSavepoint: (name) => command(`ROLLBACK TO ${name}`),
      releaseSavepoint: (name) => command(`RELEASE SAVEPOINT ${name}`),
    };
  }
}
