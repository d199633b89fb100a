/** One holder at a time, in the order of asking. */
export class Mutex {
  #held = false;
  readonly #waiting: Array<() => void> = [];

  /** Resolves when it is the caller's turn, to the function that ends the turn. Calling that twice is harmless. */
  async acquire(): Promise<() => void> {
    if (this.#held) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#held = true;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      const next = this.#waiting.shift();
      // Handed over, never let go: otherwise whoever asks before `next` runs would overtake it.
      if (next) next();
      else this.#held = false;
    };
  }

  /** Runs `work` in a turn of its own. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const release = await this.acquire();
    try {
      return await work();
    } finally {
      release();
    }
  }
}
