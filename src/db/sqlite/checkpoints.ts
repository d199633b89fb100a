import { Worker } from 'node:worker_threads';
import type { Database, Statement } from 'better-sqlite3';

/** A row of `PRAGMA wal_checkpoint`: how many pages the log has, and how many of them are in the database too. */
export interface LogState {
  readonly busy: number;
  readonly log: number;
  readonly checkpointed: number;
}

/** What the thread is told at its start. */
export interface CheckpointThread {
  readonly path: string;
  readonly pragmas: readonly string[];
}

/** So many new pages in the log are worth a checkpoint: SQLite's own number. */
const DUE_PAGES = 1000;

/** A log that has become so long is to begin anew, which it can only when nothing is left of it. */
const LONG_PAGES = 4 * DUE_PAGES;

/** Where a commit runs a checkpoint by itself: if the thread has failed, or can't keep up. 64 MiB. */
const LONGEST_PAGES = 16_384;

/**
 * Moves what the write-ahead log holds into the database on a thread of its own. SQLite does it in the commit that makes the
 * log long: that takes as long as the disk takes for a thousand scattered pages, and the event loop would wait for it.
 */
export class SqliteCheckpoints {
  readonly #thread: CheckpointThread;
  readonly #onError: (error: Error) => void;
  #worker: Worker | undefined;
  #underWay = false;
  /** The thread has just been through: little is left of the log. */
  #littleLeft = false;
  #due = DUE_PAGES;
  #statements: { of: Database; look: Statement; checkpoint: Statement } | undefined;

  /** `onError` is told what a checkpoint failed with. Nothing is lost: it stays in the log, and is tried again later. */
  constructor(thread: CheckpointThread, onError: (error: Error) => void) {
    this.#thread = thread;
    this.#onError = onError;
  }

  /**
   * Call when the connection that writes has committed, and outside of a transaction. Takes a microsecond when nothing is
   * due, and never throws: the commit has happened, whatever comes of this.
   */
  afterWrite(database: Database): void {
    if (this.#underWay) return;
    try {
      const { look, checkpoint } = this.#on(database);
      const { log, checkpointed } = look.get() as LogState;
      if (this.#littleLeft && log >= LONG_PAGES) checkpoint.get();
      else if (log - checkpointed >= this.#due) this.#start(log - checkpointed);
    } catch (error) {
      this.#onError(error as Error);
    }
    this.#littleLeft = false;
  }

  /** Ends the thread, and its connection. */
  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(left: number): void {
    // If nothing comes of it, as it fails or as a reader holds on to the log, not again at each commit.
    this.#due = left + DUE_PAGES;
    this.#worker ??= this.#newWorker();
    this.#worker.postMessage('checkpoint');
    this.#underWay = true;
  }

  #newWorker(): Worker {
    // Without what the process itself was started with, a profiler perhaps.
    const worker = new Worker(new URL('./checkpointer.mjs', import.meta.url), {
      workerData: this.#thread,
      execArgv: [],
    });
    worker.unref();
    worker.on('message', (left: number) => {
      this.#underWay = false;
      this.#littleLeft = true;
      this.#due = left + DUE_PAGES;
    });
    worker.on('error', this.#onError);
    worker.on('exit', () => {
      this.#underWay = false;
      this.#worker = undefined;
    });
    return worker;
  }

  /** Anew where the connection was. */
  #on(database: Database) {
    if (this.#statements?.of === database) return this.#statements;
    database.pragma(`wal_autocheckpoint = ${LONGEST_PAGES}`);
    const mode = (name: 'NOOP' | 'PASSIVE') => database.prepare(`PRAGMA wal_checkpoint(${name})`).safeIntegers(false);
    this.#statements = { of: database, look: mode('NOOP'), checkpoint: mode('PASSIVE') };
    return this.#statements;
  }
}
