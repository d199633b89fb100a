import type { Sql } from './sql/sql.js';
import type { OpenTransaction, TransactionOptions, WriteOptions, Writer } from './sql/writer.js';

/** Told of what an operator watches; each call takes a microsecond at most. */
export interface DatabaseObserver {
  /** Work has waited so long for a connection, or for the one that writes to SQLite. */
  waited(seconds: number): void;
  /** Work was run again, as it had lost to another transaction or to a neighbour in its commit. */
  retried(): void;
  /** Nothing of a piece of work was stored, whatever the reason. */
  rolledBack(): void;
}

/** A writer that tells an observer how its work goes, and knows how much of it there is. */
export class ObservedWriter implements Writer {
  readonly #writer: Writer;
  readonly #observer: DatabaseObserver;
  #waiting = 0;
  #running = 0;

  constructor(writer: Writer, observer: DatabaseObserver) {
    this.#writer = writer;
    this.#observer = observer;
  }

  /** Work that has begun, and work that waits to. */
  get load(): { running: number; waiting: number } {
    return { running: this.#running, waiting: this.#waiting };
  }

  write<T>(work: (sql: Sql) => Promise<T>, options: WriteOptions): Promise<T> {
    return this.#observe(work, (observed) => this.#writer.write(observed, options));
  }

  transaction<T>(work: (transaction: OpenTransaction) => Promise<T>, options: TransactionOptions): Promise<T> {
    return this.#observe(work, (observed) => this.#writer.transaction(observed, options));
  }

  async #observe<S, T>(
    work: (given: S) => Promise<T>,
    run: (observed: (given: S) => Promise<T>) => Promise<T>,
  ): Promise<T> {
    const askedAt = performance.now();
    let attempts = 0;
    const begin = (given: S) => {
      attempts += 1;
      if (attempts === 1) {
        this.#waiting -= 1;
        this.#running += 1;
        this.#observer.waited((performance.now() - askedAt) / 1000);
      } else this.#observer.retried();
      return work(given);
    };
    this.#waiting += 1;
    try {
      return await run(begin);
    } catch (error) {
      this.#observer.rolledBack();
      throw error;
    } finally {
      if (attempts === 0) this.#waiting -= 1;
      else this.#running -= 1;
    }
  }
}
