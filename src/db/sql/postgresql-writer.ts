import type { Pool, PoolClient } from 'pg';
import { AppError } from '../../errors.js';
import { isRefusedCommit, UnknownOutcomeError } from '../driver-errors.js';
import type { Deadline } from '../handle.js';
import { retryConflicts } from '../retry-conflicts.js';
import { PostgresqlSql } from './postgresql-sql.js';
import type { Sql } from './sql.js';
import { committing, deadlineExpired, type WriteOptions, type Writer } from './writer.js';

/** Each piece of work on a connection of its own while it lasts: in a transaction, or as a statement that is one. */
export class PostgresqlWriter implements Writer {
  readonly #pool: Pool;
  readonly #longestMs: number;

  /** `longestMs`: a statement has ended after this long, its wait for a connection included. */
  constructor(pool: Pool, longestMs: number) {
    this.#pool = pool;
    this.#longestMs = longestMs;
  }

  write<T>(work: (sql: Sql) => Promise<T>, { deadline, single }: WriteOptions): Promise<T> {
    return retryConflicts(deadline, async () => {
      if (deadline?.expired) throw deadlineExpired();
      // Alone, a statement can't be taken back: it must not be able to outlive the deadline.
      const alone = single && (deadline === undefined || deadline.leftMs > this.#longestMs);
      const client = await this.#pool.connect();
      let clean = false;
      try {
        const result = await (alone ? runAlone(client, work, deadline) : runTransaction(client, work, deadline));
        clean = true;
        return result;
      } catch (error) {
        // What the work itself refuses says nothing about the connection.
        clean = error instanceof AppError || isRefusedCommit(error);
        if (!alone && clean) clean = await rollBack(client);
        throw error;
      } finally {
        // One of unknown state goes to nobody.
        client.release(!clean);
      }
    });
  }
}

function runAlone<T>(client: PoolClient, work: (sql: Sql) => Promise<T>, deadline: Deadline | undefined): Promise<T> {
  // Only of what a statement failed with: a defect in the work has sent nothing.
  return committing([deadline], () => work(new PostgresqlSql(client, doubtful)));
}

async function runTransaction<T>(
  client: PoolClient,
  work: (sql: Sql) => Promise<T>,
  deadline: Deadline | undefined,
): Promise<T> {
  await client.query('BEGIN');
  const result = await work(new PostgresqlSql(client));
  if (deadline?.expired) throw deadlineExpired();
  const { command } = await committing([deadline], () =>
    client.query('COMMIT').catch((error) => Promise.reject(doubtful(error))),
  );
  // After a failed statement PostgreSQL answers COMMIT with a ROLLBACK, and no error.
  if (command !== 'COMMIT') throw new Error('The transaction could not be committed: a statement in it had failed');
  return result;
}

/** The error of what commits, as it is if that certainly did nothing. */
function doubtful(error: unknown): unknown {
  return isRefusedCommit(error) ? error : new UnknownOutcomeError(error);
}

/** Whether the connection is outside of the transaction. */
function rollBack(client: PoolClient): Promise<boolean> {
  return client.query('ROLLBACK').then(
    () => true,
    () => false,
  );
}
