import type { Pool, PoolClient } from 'pg';
import { FewPerIteration } from '../../event-loop/few-per-iteration.js';
import { GIVEN_UP, isCancelled, isConnectionLost, isStaleStatement } from '../driver-errors.js';
import { FairQueue } from '../fair-queue.js';
import { LargeReads } from '../large-reads.js';
import type { Reader } from '../sql/reader.js';
import type { Statement, Value } from '../sql/statement.js';
import type { WriteChain } from '../sql/write-chain.js';
import { type Batched, Batches } from './batches.js';
import { inOnePiece, PostgresqlSql } from './sql.js';

/** What is made of so many takes a millisecond: eight that came in one batch would hold the event loop for as many. */
const MANY_ROWS = 50;

interface Job extends Batched {
  readonly sender: string;
  readonly statement: Statement;
  readonly params: Record<string, Value>;
  readonly resolve: (rows: unknown[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Statements outside of a transaction. Short ones that come while others are under way are sent together on one connection,
 * each without waiting for the answer to the one before it: half of the processor time of a look-up, on both sides, goes into
 * the exchange. One that fails fails alone: those that failed with it run again, each on a connection of its own.
 */
export class PostgresqlReader implements Reader {
  readonly #pool: Pool;
  readonly #apart: PostgresqlSql;
  readonly #unprepared: PostgresqlSql;
  readonly #longOnes: FairQueue;
  readonly #largeOnes = new LargeReads();
  readonly #beginLong: string;
  readonly #longAnswers = new FewPerIteration(1);
  readonly #batches = new Batches<Job>((jobs) => this.#run(jobs));

  /** `longMs`: what a statement may take that says of itself that it is long. */
  constructor(pool: Pool, longMs: number) {
    this.#pool = pool;
    this.#apart = new PostgresqlSql(pool);
    this.#unprepared = new PostgresqlSql(pool, { prepares: false });
    // The other connections are for those who don't wait for long.
    this.#longOnes = new FairQueue(Math.max(1, Math.floor(pool.options.max / 2)));
    // Nobody's long read takes several processors from those who wait for a moment only.
    this.#beginLong = `BEGIN READ ONLY; SET LOCAL statement_timeout = ${longMs}; SET LOCAL max_parallel_workers_per_gather = 0`;
  }

  rows<P extends Record<string, Value>, R>(statement: Statement<P, R>, params: P): Promise<R[]> {
    return this.rowsFor('', statement, params);
  }

  async rowsFor<P extends Record<string, Value>, R>(
    userId: string,
    statement: Statement<P, R>,
    params: P,
  ): Promise<R[]> {
    if (statement.long) return await this.#longOnes.run(userId, () => this.#long(statement, params));
    try {
      if (statement.large) return await this.#largeOnes.run(userId, () => this.#apart.rows(statement, params));
      if (!statement.short) return await this.#apart.rows(statement, params);
      return await new Promise<R[]>((resolve, reject) => {
        this.#batches.add({ sender: userId, statement, params, resolve, reject } as unknown as Job);
      });
    } catch (error) {
      if (!statement.short && isStaleStatement(error)) return await this.#unprepared.rows(statement, params);
      if (error instanceof Error && !isConnectionLost(error)) addCallers(error);
      throw error;
    }
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
    let unanswered = batch.length;
    let stale = false;
    const answered = (job: Job, rows: unknown[]) => {
      unanswered -= 1;
      if (rows.length >= MANY_ROWS) this.#longAnswers.run(() => job.resolve(rows));
      else job.resolve(rows);
    };
    const failed = (job: Job, error: unknown) => {
      unanswered -= 1;
      const mismatch = isStaleStatement(error);
      stale ||= mismatch;
      if (mismatch || (batch.length > 1 && isConnectionLost(error))) this.#runAgain(job);
      else job.reject(error);
      // Each of the others might take as long as this one did.
      if (unanswered > 0 && isCancelled(error)) client.connection.stream.destroy(new Error(GIVEN_UP));
    };
    await Promise.all(
      inOnePiece(client, () =>
        batch.map((job) =>
          sql.rows(job.statement, job.params).then(
            (rows) => answered(job, rows),
            (error) => failed(job, error),
          ),
        ),
      ),
    );
    client.release(stale);
  }

  /** By itself, and so that nothing depends on what a connection knows. */
  #runAgain({ statement, params, resolve, reject }: Job): void {
    this.#unprepared.rows(statement, params).then(resolve, reject);
  }

  /** In a transaction that has its time limit: all of it in one exchange. It is prepared for nobody. */
  async #long<P extends Record<string, Value>, R>(statement: Statement<P, R>, params: P): Promise<R[]> {
    const client = await this.#pool.connect();
    const sql = new PostgresqlSql(client, { prepares: false });
    const [begun, rows, ended] = await Promise.allSettled(
      inOnePiece(
        client,
        () => [client.query(this.#beginLong), sql.rows(statement, params), client.query('COMMIT')] as const,
      ),
    );
    // One of unknown state goes to nobody.
    client.release(begun.status === 'rejected' || ended.status === 'rejected');
    if (rows.status === 'rejected') throw rows.reason;
    return rows.value;
  }
}

/** A batch answers for many: that the stack of an error says who asked for the statement. */
function addCallers(error: Error): void {
  const here: { stack?: string } = {};
  Error.captureStackTrace(here, addCallers);
  error.stack += (here.stack ?? '').replace(/^.*/, '');
}
