/** Work that comes together and takes a moment each: one piece in each iteration of the event loop, in the order in which it came. */
export class OnePerIteration {
  readonly #waiting: (() => void)[] = [];
  /** One has been done in this iteration. */
  #done = false;

  run(work: () => void): void {
    if (this.#done) {
      this.#waiting.push(work);
      return;
    }
    this.#done = true;
    setImmediate(this.#next);
    work();
  }

  readonly #next = () => {
    this.#done = false;
    const work = this.#waiting.shift();
    if (work !== undefined) this.run(work);
  };
}
