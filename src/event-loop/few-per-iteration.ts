/**
 * Work that may come by the hundreds at once, all of which others would wait for: so many pieces at most in each iteration of the
 * event loop, in the order in which they came; the first ones at once.
 *
 * A number and not a time: most of what the end of a connection or an answer takes is done behind it, in callbacks, which a clock
 * around it doesn't see.
 */
export class FewPerIteration {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  /** In this iteration. */
  #done = 0;

  constructor(most: number) {
    this.#most = most;
  }

  run(work: () => void): void {
    if (this.#done === this.#most || this.#waiting.length > 0) this.#waiting.push(work);
    else this.#do(work);
  }

  #do(work: () => void): void {
    if (this.#done === 0) setImmediate(this.#next);
    this.#done += 1;
    work();
  }

  readonly #next = () => {
    this.#done = 0;
    while (this.#done < this.#most) {
      const work = this.#waiting.shift();
      if (work === undefined) return;
      this.#do(work);
    }
  };
}
