import type { SqlDriverAdapter, SqlQueryable } from '@prisma/driver-adapter-utils';
import type { Pool, PoolClient } from 'pg';

/** What Prisma's client runs its statements by: @prisma/adapter-pg, which is loaded when it is first needed. */
export class PostgresqlQueryables {
  readonly #pool: Pool;
  #onPool: Promise<SqlDriverAdapter> | undefined;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Each statement on any connection of the pool. */
  onPool(): Promise<SqlDriverAdapter> {
    this.#onPool ??= import('@prisma/adapter-pg').then(({ PrismaPg }) => new PrismaPg(this.#pool).connect());
    return this.#onPool;
  }

  /** On one connection, whatever is open on it. */
  async on(client: PoolClient): Promise<SqlQueryable> {
    // The adapter sends what it is given to its `client`, and keeps nothing between two statements.
    return Object.create(await this.onPool(), { client: { value: client } });
  }
}
