/** Longest that the event loop goes on beginning what has arrived, before it does anything else. */
const TURN_MS = 20;

/**
 * Lets requests begin one by one where there are more of them than the event loop gets through in a moment. Otherwise
 * it would take all that have arrived in one go, in which nothing is accepted, answered or refused, nor even known to wait.
 */
export class Turns {
  readonly #waiting: Array<() => void> = [];
  #busySince: number | undefined;

  /** How many wait for their turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Calls `begin`: at once while there is time, else in the order of asking. */
  take(begin: () => void): void {
    if (this.#waiting.length === 0 && this.#hasTime()) {
      begin();
      return;
    }
    this.#waiting.push(begin);
    if (this.#waiting.length === 1) setImmediate(this.#next);
  }

  // One in each round of the event loop: the work of a request is done, or waits for something, before the next begins.
  readonly #next = () => {
    this.#waiting.shift()?.();
    if (this.#waiting.length > 0) setImmediate(this.#next);
  };

  #hasTime(): boolean {
    const now = performance.now();
    if (this.#busySince === undefined) {
      this.#busySince = now;
      setImmediate(() => {
        this.#busySince = undefined;
      });
    }
    return now - this.#busySince < TURN_MS;
  }
}
