import type { Pool, PoolClient } from 'pg';
import { FairQueue } from '../fair-queue.js';
import type { Reader } from '../sql/reader.js';
import type { Statement, Value } from '../sql/statement.js';
import type { WriteChain } from '../sql/write-chain.js';
import { type Batched, Batches } from './batches.js';
import { inOnePiece, PostgresqlSql } from './sql.js';

interface Job extends Batched {
  readonly statement: Statement;
  readonly params: Record<string, Value>;
  readonly resolve: (rows: unknown[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Statements outside of a transaction. Short ones that come while others are under way are sent together on one connection,
 * each without waiting for the answer to the one before it: half of the processor time of a look-up, on both sides, goes into
 * the exchange. One that fails fails alone.
 */
export class PostgresqlReader implements Reader {
  readonly #pool: Pool;
  readonly #apart: PostgresqlSql;
  readonly #longOnes: FairQueue;
  readonly #batches = new Batches<Job>((jobs) => this.#run(jobs));

  constructor(pool: Pool) {
    this.#pool = pool;
    this.#apart = new PostgresqlSql(pool);
    // The other connections are for those who don't wait for long.
    this.#longOnes = new FairQueue(Math.max(1, Math.floor(pool.options.max / 2)));
  }

  rows<P extends Record<string, Value>, R>(statement: Statement<P, R>, params: P): Promise<R[]> {
    if (statement.long) return this.long('', statement, params);
    if (!statement.short) return this.#apart.rows(statement, params);
    return new Promise((resolve, reject) => {
      this.#batches.add({ statement, params, resolve, reject } as unknown as Job);
    });
  }

  long<P extends Record<string, Value>, R>(owner: string, statement: Statement<P, R>, params: P): Promise<R[]> {
    return this.#longOnes.run(owner, () => this.#apart.rows(statement, params));
  }

  async row<P extends Record<string, Value>, R>(statement: Statement<P, R>, params: P): Promise<R | undefined> {
    return (await this.rows(statement, params))[0];
  }

  run<P extends Record<string, Value>>(statement: Statement<P>, params: P): Promise<number> {
    return this.#apart.run(statement, params);
  }

  chain<P extends Record<string, Value>, R>(chain: WriteChain<P, R>, params: P): Promise<R | undefined> {
    return this.#apart.chain(chain, params);
  }

  async #run(batch: Job[]): Promise<void> {
    let client: PoolClient;
    try {
      client = await this.#pool.connect();
    } catch (error) {
      // There is no connection: whoever waits for one is told.
      for (const job of batch) job.reject(error);
      return;
    }
    const sql = new PostgresqlSql(client);
    await Promise.all(
      inOnePiece(client, () =>
        batch.map(({ statement, params, resolve, reject }) => sql.rows(statement, params).then(resolve, reject)),
      ),
    );
    client.release();
  }
}
