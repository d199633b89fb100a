import type { Pool, PoolClient } from 'pg';
import { AppError } from '../../errors/app-error.js';
import { isRefusedCommit, isStaleStatement } from '../driver-errors.js';
import type { Deadline } from '../handle.js';
import { retryConflicts } from '../retry-conflicts.js';
import type { Sql } from '../sql/sql.js';
import { committing, deadlineExpired, type WriteOptions, type Writer } from '../sql/writer.js';
import { commit, doubtful, rollBack } from './commit.js';
import { PostgresqlGroups } from './group-commit.js';
import { PostgresqlSql } from './sql.js';

/**
 * Each piece of work on a connection of its own while it lasts: in a transaction, or as a statement that is one. Those of
 * different users that are one statement each share a commit while many come at once.
 */
export class PostgresqlWriter implements Writer {
  readonly #pool: Pool;
  readonly #longestMs: number;
  readonly #groups: PostgresqlGroups;

  /** `longestMs`: a statement has ended after this long, its wait for a connection included. */
  constructor(pool: Pool, longestMs: number) {
    this.#pool = pool;
    this.#longestMs = longestMs;
    this.#groups = new PostgresqlGroups(pool, (work, deadline) => this.#apart(work, { deadline, single: true }));
  }

  write<T>(work: (sql: Sql) => Promise<T>, { deadline, single = false, owner }: WriteOptions): Promise<T> {
    if (single && owner !== undefined) return this.#groups.write({ work, deadline, owner });
    return this.#apart(work, { deadline, single });
  }

  #apart<T>(work: (sql: Sql) => Promise<T>, { deadline, single }: Omit<WriteOptions, 'owner'>): Promise<T> {
    let prepares = true;
    return retryConflicts(deadline, async () => {
      if (deadline?.expired) throw deadlineExpired();
      // Alone, a statement can't be taken back: it must not be able to outlive the deadline.
      const alone = single && (deadline === undefined || deadline.leftMs > this.#longestMs);
      const client = await this.#pool.connect();
      let clean = false;
      try {
        const result = await (alone ? runAlone : runTransaction)({ client, work, deadline, prepares });
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
}

interface Attempt<T> {
  client: PoolClient;
  work: (sql: Sql) => Promise<T>;
  deadline: Deadline | undefined;
  prepares: boolean;
}

function runAlone<T>({ client, work, deadline, prepares }: Attempt<T>): Promise<T> {
  // Only of what a statement failed with: a defect in the work has sent nothing.
  return committing([deadline], () => work(new PostgresqlSql(client, { explain: doubtful, prepares })));
}

async function runTransaction<T>({ client, work, deadline, prepares }: Attempt<T>): Promise<T> {
  await client.query('BEGIN');
  const result = await work(new PostgresqlSql(client, { prepares }));
  if (deadline?.expired) throw deadlineExpired();
  await commit(client, [deadline]);
  return result;
}
