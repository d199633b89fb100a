/**
 * Work that may come by the hundreds at once and that can wait: in the order in which it came, for so long at most in each
 * iteration of the event loop. All in one iteration would have everybody else wait for all of it.
 */
export class TimeSlicedQueue {
  readonly #sliceMs: number;
  readonly #waiting: (() => void)[] = [];

  constructor(sliceMs: number) {
    this.#sliceMs = sliceMs;
  }

  /** Never runs it at once. */
  add(work: () => void): void {
    this.#waiting.push(work);
    if (this.#waiting.length === 1) setImmediate(this.#next);
  }

  readonly #next = () => {
    const startedAt = performance.now();
    let done = 0;
    while (done < this.#waiting.length && performance.now() - startedAt < this.#sliceMs) {
      this.#waiting[done]?.();
      done += 1;
    }
    this.#waiting.splice(0, done);
    if (this.#waiting.length > 0) setImmediate(this.#next);
  };
}
