/** Longest that the event loop goes on starting requests that have arrived, before it does anything else. */
const SLICE_MS = 20;

/**
 * Starts requests one by one where there are more of them than the event loop gets through in a moment. Otherwise it would
 * start all that have arrived in one iteration, in which nothing is accepted, answered or refused, nor even known to wait.
 */
export class FairScheduler {
  readonly #queue: Array<() => void> = [];
  #sliceStartedAt: number | undefined;

  /** How many wait to be started. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** Calls `start`: at once while there is time in this slice, else in the order of asking. */
  schedule(start: () => void): void {
    if (this.#queue.length === 0 && this.#hasTime()) {
      start();
      return;
    }
    this.#queue.push(start);
    if (this.#queue.length === 1) setImmediate(this.#next);
  }

  // One in each iteration of the event loop: the work of a request is done, or waits for something, before the next starts.
  readonly #next = () => {
    this.#queue.shift()?.();
    if (this.#queue.length > 0) setImmediate(this.#next);
  };

  #hasTime(): boolean {
    const now = performance.now();
    if (this.#sliceStartedAt === undefined) {
      this.#sliceStartedAt = now;
      setImmediate(() => {
        this.#sliceStartedAt = undefined;
      });
    }
    return now - this.#sliceStartedAt < SLICE_MS;
  }
}
