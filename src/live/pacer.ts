import type { Engine } from '../db/handle.js';

/** SQLite: how often to look for what other processes have written to the file. */
const OTHERS_MS = 1_000;
const RETRY_MS = 1_000;

export interface PacerOptions {
  engine: Engine;
  /** SQLite: calls whoever subscribes after each commit of this process, and gives the function that ends it. */
  onCommit(listener: () => void): () => void;
  /** PostgreSQL: how often to look. */
  pollMs: number;
  /** SQLite: commits that come within this time are looked at together. */
  togetherMs: number;
  /** Nobody waits for news any more: no pause is made then. */
  isWanted(): boolean;
}

/**
 * When to look at the database again. SQLite tells of this process's commits, and is looked at each second for those of others;
 * PostgreSQL is asked every `pollMs`. Not by NOTIFY, as a transaction that has notified commits under a lock of the whole server.
 */
export class Pacer {
  readonly #options: PacerOptions;
  #wake: () => void = () => {};
  #onCommit: () => void = () => {};
  /** Something was committed since the last look. */
  #isStale = false;

  constructor(options: PacerOptions) {
    this.#options = options;
  }

  /** Listens for commits until the function that this gives is called. */
  listen(): () => void {
    const { engine, onCommit } = this.#options;
    if (engine !== 'sqlite') return () => {};
    return onCommit(() => {
      this.#isStale = true;
      this.#onCommit();
    });
  }

  /** Ends a pause, for whoever sees that nothing is wanted any more. */
  wake(): void {
    this.#wake();
  }

  /** Until there may be something to read. */
  async pause(failed: boolean): Promise<void> {
    const { engine, pollMs, togetherMs } = this.#options;
    if (failed) await this.#woken(RETRY_MS);
    else if (engine === 'postgresql') await this.#woken(pollMs);
    else {
      if (!this.#isStale) await this.#woken(OTHERS_MS, { byCommit: true });
      await this.#woken(togetherMs);
    }
    this.#isStale = false;
  }

  /** After a time, or before: when nothing is wanted any more, and by a commit. */
  #woken(ms: number, { byCommit = false } = {}): Promise<void> {
    if (!this.#options.isWanted()) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#wake = () => {};
        this.#onCommit = () => {};
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#wake = end;
      if (byCommit) this.#onCommit = end;
    });
  }
}
