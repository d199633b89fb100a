import type { SqlQueryable } from '@prisma/driver-adapter-utils';
import { AppError } from '../../errors/app-error.js';
import { UnknownOutcomeError } from '../driver-errors.js';
import type { Deadline } from '../handle.js';
import type { Sql } from './sql.js';

export interface TransactionOptions {
  deadline?: Deadline | undefined;
  /** Takes longer than most: on SQLite, where a commit is for all that is in it, it shares one with nobody. */
  long?: boolean | undefined;
}

export interface WriteOptions extends TransactionOptions {
  /**
   * The work writes by one statement at most (a chain is one), after which nothing in it can fail. PostgreSQL then needs
   * no transaction around it, which saves three round trips, as long as the statement must end before the deadline.
   */
  single?: boolean;
  /**
   * The user whose rows alone a `single` piece of work changes. Work of different users never waits for each other, and
   * may share a commit.
   */
  owner?: string | undefined;
}

/** A transaction that its writer has opened, and ends. */
export interface OpenTransaction extends Sql {
  /** Its connection, as Prisma's client runs statements: guarded as those of SQL are. */
  queryable(): Promise<SqlQueryable>;
  /** Takes no more statements, and is rolled back. */
  abandon(): void;
}

/** Runs pieces of work that write, each whole or not at all. */
export interface Writer {
  /**
   * What `work` writes is committed and durable when the promise resolves, and none of it is when it rejects. `work`
   * awaits its statements and nothing else, and may be run again from its beginning: it has no effects elsewhere.
   */
  write<T>(work: (sql: Sql) => Promise<T>, options: WriteOptions): Promise<T>;
  /** The same of any number of statements. `work` may wait for what runs statements on the transaction's connection, too. */
  transaction<T>(work: (transaction: OpenTransaction) => Promise<T>, options: TransactionOptions): Promise<T>;
}

export function deadlineExpired(): AppError {
  return new AppError('SERVICE_UNAVAILABLE', { cause: new Error('The deadline passed before the commit') });
}

/** Runs what commits, and keeps account of it for the requests that it is for. */
export async function committing<T>(
  deadlines: readonly (Deadline | undefined)[],
  commit: () => T | Promise<T>,
): Promise<T> {
  for (const deadline of deadlines) if (deadline) deadline.commits += 1;
  try {
    return await commit();
  } catch (error) {
    if (!(error instanceof UnknownOutcomeError)) for (const deadline of deadlines) if (deadline) deadline.commits -= 1;
    throw error;
  }
}
