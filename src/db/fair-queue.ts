interface Waiting {
  start(): void;
}

/**
 * Few places for work that takes long, shared fairly among those who ask (round-robin): somebody who asks a hundred times
 * takes one place at a time, and everybody else waits for at most one piece of that work.
 */
export class FairQueue {
  readonly #places: number;
  /** Owners whose work waits, in the order in which they come next; each with its own in the order of asking. */
  readonly #waiting = new Map<string, Waiting[]>();
  /** Owners whose work runs. */
  readonly #running = new Set<string>();

  constructor(places: number) {
    this.#places = places;
  }

  /** Places that are taken. */
  get running(): number {
    return this.#running.size;
  }

  /** Pieces of work that wait for a place. */
  get waiting(): number {
    let count = 0;
    for (const { length } of this.#waiting.values()) count += length;
    return count;
  }

  /**
   * Runs `work` when there is a place for its owner, and gives what it gives. The owner's place stays taken for as many
   * milliseconds as `rest` says, of what was given, how long it took, and whether more of the owner's waits.
   */
  async run<T>(
    owner: string,
    work: () => Promise<T>,
    rest: (result: T, tookMs: number, moreWaits: boolean) => number = () => 0,
  ): Promise<T> {
    if (this.#running.has(owner) || this.#running.size >= this.#places) {
      // Whoever lets it go on has taken the place for it.
      await new Promise<void>((start) => this.#add(owner, { start }));
    } else {
      this.#running.add(owner);
    }
    const startedAt = performance.now();
    let restMs = 0;
    try {
      const result = await work();
      restMs = rest(result, performance.now() - startedAt, this.#waiting.has(owner));
      return result;
    } finally {
      if (restMs > 0) setTimeout(() => this.#leave(owner), restMs);
      else this.#leave(owner);
    }
  }

  #leave(owner: string): void {
    this.#running.delete(owner);
    this.#startNext();
  }

  #add(owner: string, one: Waiting): void {
    const own = this.#waiting.get(owner);
    if (own === undefined) this.#waiting.set(owner, [one]);
    else own.push(one);
  }

  #startNext(): void {
    for (const [owner, own] of this.#waiting) {
      if (this.#running.size >= this.#places) return;
      if (this.#running.has(owner)) continue;
      const next = own.shift();
      // Behind all who wait by now.
      this.#waiting.delete(owner);
      if (own.length > 0) this.#waiting.set(owner, own);
      this.#running.add(owner);
      next?.start();
    }
  }
}
