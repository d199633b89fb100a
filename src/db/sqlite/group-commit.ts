import { setImmediate as nextIteration } from 'node:timers/promises';
import type { Database } from 'better-sqlite3';
import { AppError } from '../../errors/app-error.js';
import { iterationsAfter } from '../../event-loop/iterations-after.js';
import type { Deadline } from '../handle.js';
import type { Sql } from '../sql/sql.js';
import {
  committing,
  deadlineExpired,
  type OpenTransaction,
  type TransactionOptions,
  type WriteOptions,
  type Writer,
} from '../sql/writer.js';
import type { SqliteConnection } from './connection.js';
import type { SqliteConnections } from './connections.js';
import { runCommand, SqliteTransactionSql } from './sql.js';

interface Job {
  readonly work: (transaction: OpenTransaction) => Promise<unknown>;
  readonly deadline: Deadline | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Most pieces of work in one commit: the first of them waits for all. */
const MAX_GROUP = 64;

/** Longest that the statements of a group hold the event loop: then those get on who don't write. A commit is one piece. */
const SLICE_MS = 2;

/**
 * Group commit: what arrives while a commit is on its way to the disk shares the next one. The disk flushes once for
 * each commit, whatever is in it, and that is what the number of writes a second depends on.
 *
 * Each piece of work has a savepoint of its own: one that fails takes nothing of its neighbours with it. Where one takes
 * the whole transaction with it all the same, each piece runs again by itself. None is acknowledged before the commit;
 * when that fails, all of the group are told so. Whatever fails, each is told.
 */
export class SqliteWriter implements Writer {
  readonly #connections: SqliteConnections;
  readonly #timeoutMs: number;
  /** What waits: to share a commit, and apart. */
  readonly #waiting: Job[] = [];
  readonly #apart: Job[] = [];
  /** At first, too, those that share a commit are ahead. */
  #lastWasApart = true;
  #scheduled = false;
  /** How long the last group took, and when it ended. */
  #last = { ms: 0, endedAt: Number.NEGATIVE_INFINITY };

  constructor(connections: SqliteConnections, timeoutMs: number) {
    this.#connections = connections;
    this.#timeoutMs = timeoutMs;
  }

  write<T>(work: (sql: Sql) => Promise<T>, options: WriteOptions): Promise<T> {
    return this.transaction(work, options);
  }

  transaction<T>(
    work: (transaction: OpenTransaction) => Promise<T>,
    { deadline, long = false }: TransactionOptions,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const job = { work, deadline, resolve: resolve as (value: unknown) => void, reject };
      (long ? this.#apart : this.#waiting).push(job);
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled || this.#waiting.length + this.#apart.length === 0) return;
    this.#scheduled = true;
    // After all requests that this turn of the event loop reads: they are to share the commit.
    setImmediate(() => void this.#nextGroup());
  }

  async #nextGroup(): Promise<void> {
    let turn: Awaited<ReturnType<SqliteConnections['takeWriter']>>;
    try {
      turn = await this.#connections.takeWriter();
    } catch (error) {
      // There is no connection: whoever waits for one is told.
      for (const job of this.#take()) job.reject(error);
      return;
    }
    try {
      await this.#letOthers();
      const startedAt = performance.now();
      await this.#commit(this.#take(), turn.writer);
      const endedAt = performance.now();
      this.#last = { ms: endedAt - startedAt, endedAt };
    } finally {
      turn.release();
    }
  }

  /** A commit holds the event loop until the disk has it: others, reads say, have some iterations before the next one. */
  async #letOthers(): Promise<void> {
    const { ms, endedAt } = this.#last;
    // Others had as long as that since.
    if (performance.now() - endedAt > ms) return;
    for (let left = iterationsAfter(ms); left > 0; left -= 1) {
      await nextIteration();
    }
  }

  /**
   * The next group. Where some wait to share a commit and others apart, they take turns: one that comes during a long transaction would
   * wait for all long ones that came before it, and a long one must not wait for good.
   */
  #take(): Job[] {
    const isApart = this.#apart.length > 0 && (this.#waiting.length === 0 || !this.#lastWasApart);
    this.#lastWasApart = isApart;
    const group = isApart ? this.#apart.splice(0, 1) : this.#waiting.splice(0, MAX_GROUP);
    this.#scheduled = false;
    this.#schedule();
    return group;
  }

  /** They are the next ones there. */
  #putBack(queue: Job[], jobs: readonly Job[]): void {
    queue.unshift(...jobs);
    this.#schedule();
  }

  /** Never rejects: each job is told, or waits again. */
  async #commit(group: Job[], connection: SqliteConnection): Promise<void> {
    const { database } = connection;
    const tell: (() => void)[] = [];
    const limit = timeLimit(this.#timeoutMs);
    const giveWay = afterEach(SLICE_MS);
    let stage: 'begin' | 'work' | 'commit' = 'begin';
    try {
      await this.#connections.retry(() => runCommand(database, 'BEGIN IMMEDIATE'));
      stage = 'work';
      for (const job of group) {
        tell.push(await run(job, { connection, giveWay, timeUp: limit.passed, shared: group.length > 1 }));
        // Those after one that has used up the time have done nothing yet.
        if (limit.isOver()) this.#putBack(this.#waiting, group.splice(tell.length));
      }
      const deadlines = group.map(({ deadline }) => deadline);
      stage = 'commit';
      await committing(deadlines, () => this.#connections.retry(() => runCommand(database, 'COMMIT')));
    } catch (error) {
      rollBack(database);
      const oneAtFault = stage === 'work' || (stage === 'commit' && isRefused(error));
      // Each apart from the others: one of them is at fault.
      if (oneAtFault && group.length > 1) this.#putBack(this.#apart, group);
      else for (const job of group) job.reject(error);
      return;
    } finally {
      limit.cancel();
    }
    for (const one of tell) one();
  }
}

/** Where that fails as well, the connection is closed at the end of the turn. */
function rollBack(database: Database): void {
  try {
    if (database.inTransaction) runCommand(database, 'ROLLBACK');
  } catch {
    // Whoever waits is told what came before it.
  }
}

/** Whether a COMMIT failed by what was written, a foreign key that is checked only then: not by the disk, or a lock. */
function isRefused(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && code.startsWith('SQLITE_CONSTRAINT');
}

/** What a group's jobs run in, one after another. */
interface OpenedTransaction {
  readonly connection: SqliteConnection;
  readonly giveWay: () => Promise<void> | undefined;
  /** Rejects when the time is up. */
  readonly timeUp: Promise<never>;
  /** With other jobs. */
  readonly shared: boolean;
}

/**
 * Runs one job within the open transaction, and gives what it is to be told after the commit.
 *
 * @throws if the transaction as a whole is lost
 */
async function run(job: Job, { connection, giveWay, timeUp, shared }: OpenedTransaction): Promise<() => void> {
  const { work, deadline, resolve, reject } = job;
  const { database } = connection;
  if (shared) runCommand(database, 'SAVEPOINT job');
  const sql = new SqliteTransactionSql(connection, giveWay);
  try {
    // It may have waited for long.
    if (deadline?.expired) throw deadlineExpired();
    const result = await Promise.race([work(sql), timeUp]);
    sql.end();
    if (deadline?.expired) throw deadlineExpired();
    if (shared) runCommand(database, 'RELEASE job');
    return () => resolve(result);
  } catch (error) {
    sql.abandon();
    // After some errors (a full disk, for one) SQLite has rolled back by itself, and the neighbours' work with it.
    if (!shared || !database.inTransaction) throw error;
    runCommand(database, 'ROLLBACK TO job');
    runCommand(database, 'RELEASE job');
    return () => reject(error);
  }
}

/** Gives the next iteration of the event loop when the time since the last one that it gave is up. */
function afterEach(ms: number): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since <= ms) return undefined;
    return nextIteration().then(() => {
      since = performance.now();
    });
  };
}

/** A promise that rejects when the time is up: work that waits for something else must not hold up everybody. */
function timeLimit(ms: number): { passed: Promise<never>; isOver(): boolean; cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  const passed = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      over = true;
      reject(new AppError('SERVICE_UNAVAILABLE', { cause: new Error(`The transaction took longer than ${ms} ms`) }));
    }, ms);
  });
  passed.catch(() => {});
  return { passed, isOver: () => over, cancel: () => clearTimeout(timer) };
}
