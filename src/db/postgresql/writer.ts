import type { Pool, PoolClient } from 'pg';
import { AppError } from '../../errors/app-error.js';
import { isRefusedCommit, isStaleStatement } from '../driver-errors.js';
import type { Deadline } from '../handle.js';
import { retryConflicts } from '../retry-conflicts.js';
import type { Sql } from '../sql/sql.js';
import {
  committing,
  deadlineExpired,
  type OpenTransaction,
  type TransactionOptions,
  type WriteOptions,
  type Writer,
} from '../sql/writer.js';
import { commit, doubtful, rollBack } from './commit.js';
import { PostgresqlGroups } from './group-commit.js';
import type { PostgresqlQueryables } from './queryables.js';
import { PostgresqlSql, PostgresqlTransactionSql } from './sql.js';

/**
 * Each piece of work on a connection of its own while it lasts: in a transaction, or as a statement that is one. Those of
 * different users that are one statement each share a commit while many come at once.
 */
export class PostgresqlWriter implements Writer {
  readonly #pool: Pool;
  readonly #queryables: PostgresqlQueryables;
  readonly #longestMs: number;
  readonly #groups: PostgresqlGroups;

  /** `longestMs`: a statement has ended after this long, its wait for a connection included. */
  constructor(pool: Pool, queryables: PostgresqlQueryables, longestMs: number) {
    this.#pool = pool;
    this.#queryables = queryables;
    this.#longestMs = longestMs;
    this.#groups = new PostgresqlGroups(pool, (work, deadline) => this.#apart(work, { deadline, single: true }));
  }

  write<T>(work: (sql: Sql) => Promise<T>, { deadline, single = false, owner }: WriteOptions): Promise<T> {
    if (single && owner !== undefined) return this.#groups.write({ work, deadline, owner });
    return this.#apart(work, { deadline, single });
  }

  transaction<T>(work: (transaction: OpenTransaction) => Promise<T>, { deadline }: TransactionOptions): Promise<T> {
    return this.#onConnection(deadline, (prepares) => ({
      alone: false,
      run: (client) => this.#runTransaction({ client, work, deadline, prepares }),
    }));
  }

  #apart<T>(work: (sql: Sql) => Promise<T>, { deadline, single }: Omit<WriteOptions, 'owner'>): Promise<T> {
    return this.#onConnection(deadline, (prepares) => {
      // Alone, a statement can't be taken back: it must not be able to outlive the deadline.
      const alone = single === true && (deadline === undefined || deadline.leftMs > this.#longestMs);
      return {
        alone,
        run: (client) =>
          alone
            ? runAlone({ client, work, deadline, prepares })
            : this.#runTransaction({ client, work, deadline, prepares }),
      };
    });
  }

  #onConnection<T>(deadline: Deadline | undefined, attempt: (prepares: boolean) => Attempt<T>): Promise<T> {
    let prepares = true;
    return retryConflicts(deadline, async () => {
      if (deadline?.expired) throw deadlineExpired();
      const { alone, run } = attempt(prepares);
      const client = await this.#pool.connect();
      let clean = false;
      try {
        const result = await run(client);
        clean = true;
        return result;
      } catch (error) {
        // On another connection it might be the same.
        if (isStaleStatement(error)) prepares = false;
        // What the work itself refuses says nothing about the connection.
        clean = error instanceof AppError || (isRefusedCommit(error) && !isStaleStatement(error));
        if (!alone && clean) clean = await rollBack(client);
        throw error;
      } finally {
        // One of unknown state goes to nobody.
        client.release(!clean);
      }
    });
  }

  async #runTransaction<T>({ client, work, deadline, prepares }: OnClient<OpenTransaction, T>): Promise<T> {
    await client.query('BEGIN');
    const transaction = new PostgresqlTransactionSql(client, this.#queryables, { prepares });
    try {
      const result = await work(transaction);
      transaction.end();
      if (deadline?.expired) throw deadlineExpired();
      await commit(client, [deadline]);
      return result;
    } catch (error) {
      transaction.abandon();
      throw error;
    }
  }
}

interface Attempt<T> {
  /** By a statement that is its own transaction. */
  alone: boolean;
  run(client: PoolClient): Promise<T>;
}

interface OnClient<Given, T> {
  client: PoolClient;
  work: (given: Given) => Promise<T>;
  deadline: Deadline | undefined;
  prepares: boolean;
}

function runAlone<T>({ client, work, deadline, prepares }: OnClient<Sql, T>): Promise<T> {
  // Only of what a statement failed with: a defect in the work has sent nothing.
  return committing([deadline], () => work(new PostgresqlSql(client, { explain: doubtful, prepares })));
}
