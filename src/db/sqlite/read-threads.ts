import { Worker } from 'node:worker_threads';
import { AppError } from '../../errors/app-error.js';
import { FairQueue } from '../fair-queue.js';
import type { Usage } from '../handle.js';

type Row = Record<string, unknown>;

/** What a thread is told at its start. */
export interface ReadThreadData {
  readonly path: string;
  readonly busyTimeoutMs: number;
}

/** What a thread is asked. */
export interface Reading {
  readonly text: string;
  readonly values: readonly (string | number | null)[];
  readonly limitMs: number;
}

/** What it answers: all rows, or what the statement failed with. `late`: its time was up. */
export type ReadOutcome =
  | { readonly rows: Row[] }
  | { readonly message: string; readonly code: string | undefined; readonly late: boolean };

export interface ReadThreadsOptions extends ReadThreadData {
  /** Longest that a statement may take, in milliseconds; the wait for a thread comes before it. */
  readonly limitMs: number;
}

/** Enough for one to go on while somebody keeps the other busy. Each takes about 10 MiB while it is there. */
const THREADS = 2;

/** After so long without work a thread ends, and gives its memory back. */
const IDLE_MS = 60_000;

/** A statement that is in the middle of one step can't end by itself: its thread is left behind after so long. */
const GRACE_MS = 1_000;

/**
 * Statements that may take long, on threads of their own with read-only connections: SQLite works on the thread that asks,
 * and on the main thread every other request would wait. They see what is committed when they begin.
 *
 * Bounded: so many at once, each user's one after another, and users in rotation. A statement whose time is up is ended.
 */
export class ReadThreads {
  readonly #options: ReadThreadsOptions;
  readonly #queue = new FairQueue(THREADS);
  readonly #idle: Thread[] = [];
  readonly #threads = new Set<Thread>();

  constructor(options: ReadThreadsOptions) {
    this.#options = options;
  }

  /** Statements that run, and those that wait for a thread. */
  get usage(): Usage {
    return { used: this.#queue.running, waiting: this.#queue.waiting, max: THREADS };
  }

  /**
   * All rows of a statement. `owner`: who asks.
   *
   * @throws AppError SERVICE_UNAVAILABLE when its time is up; else what SQLite refuses it with, by SQLite's code.
   */
  read(owner: string, text: string, values: Reading['values']): Promise<Row[]> {
    return this.#queue.run(owner, async () => {
      const thread = this.#take();
      try {
        return await thread.read({ text, values, limitMs: this.#options.limitMs });
      } finally {
        if (thread.usable) this.#idle.push(thread);
        else this.#threads.delete(thread);
      }
    });
  }

  /** Ends the threads, and their connections. */
  async close(): Promise<void> {
    await Promise.all([...this.#threads].map((thread) => thread.end()));
  }

  #take(): Thread {
    for (let thread = this.#idle.pop(); thread !== undefined; thread = this.#idle.pop()) {
      // Not one that is about to end.
      if (thread.usable) return thread;
    }
    return this.#start();
  }

  #start(): Thread {
    const { path, busyTimeoutMs } = this.#options;
    const thread: Thread = new Thread({ path, busyTimeoutMs }, () => {
      const place = this.#idle.indexOf(thread);
      if (place >= 0) this.#idle.splice(place, 1);
      this.#threads.delete(thread);
    });
    this.#threads.add(thread);
    return thread;
  }
}

interface Pending {
  resolve(rows: Row[]): void;
  reject(error: unknown): void;
}

/** One thread; one statement at a time. */
class Thread {
  readonly #worker: Worker;
  readonly #idleTimer: NodeJS.Timeout;
  #pending: Pending | undefined;
  #ended = false;

  /** `onEnd` is called when it has ended, by itself or not. */
  constructor(data: ReadThreadData, onEnd: () => void) {
    // Without what the process itself was started with, a profiler perhaps.
    this.#worker = new Worker(new URL('./read-thread.mjs', import.meta.url), { workerData: data, execArgv: [] });
    this.#worker.unref();
    this.#worker.on('message', (outcome: ReadOutcome) => this.#settle(outcome));
    const lost = (cause: unknown) => {
      this.#ended = true;
      clearTimeout(this.#idleTimer);
      this.#fail(new AppError('SERVICE_UNAVAILABLE', { cause }));
      onEnd();
    };
    this.#worker.on('error', lost);
    this.#worker.on('exit', (code) => lost(new Error(`A thread that reads ended with ${code}`)));
    this.#idleTimer = setTimeout(() => this.#endIfIdle(), IDLE_MS).unref();
  }

  get usable(): boolean {
    return !this.#ended;
  }

  async read(reading: Reading): Promise<Row[]> {
    const { limitMs } = reading;
    const limit = setTimeout(() => {
      this.#fail(late(limitMs));
      void this.end();
    }, limitMs + GRACE_MS);
    try {
      return await new Promise<Row[]>((resolve, reject) => {
        this.#pending = { resolve, reject };
        this.#worker.postMessage(reading);
      });
    } finally {
      clearTimeout(limit);
      this.#idleTimer.refresh();
    }
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#worker.terminate();
  }

  #endIfIdle(): void {
    if (this.#pending === undefined) void this.end();
  }

  #settle(outcome: ReadOutcome): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if ('rows' in outcome) pending?.resolve(outcome.rows);
    else if (outcome.late) pending?.reject(late());
    else pending?.reject(Object.assign(new Error(outcome.message), { code: outcome.code }));
  }

  #fail(error: AppError): void {
    this.#pending?.reject(error);
    this.#pending = undefined;
  }
}

function late(ms?: number): AppError {
  const cause = new Error(`The statement took longer than ${ms === undefined ? 'it may' : `${ms} ms`}`);
  return new AppError('SERVICE_UNAVAILABLE', { cause });
}
