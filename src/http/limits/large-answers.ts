/** Of a megabyte each, what one user doesn't read takes 8 MiB. */
const PLACES = 8;

interface Taken {
  places: number;
  /** Those who wait for a place, in the order of asking. */
  readonly waiting: (() => void)[];
}

/**
 * How many answers that may be long one user has under way at once, until they have left: one that nobody reads takes memory for
 * as long. Who asks for more waits for their own.
 */
export class LargeAnswers {
  readonly #takenBy = new Map<string, Taken>();

  /** Waits for a place of a user, and gives the function that leaves it, to be called once. */
  async enter(userId: string): Promise<() => void> {
    let taken = this.#takenBy.get(userId);
    if (taken === undefined) {
      taken = { places: 0, waiting: [] };
      this.#takenBy.set(userId, taken);
    }
    const { waiting } = taken;
    // Whoever leaves a place to the next one has taken it for them.
    if (taken.places < PLACES) taken.places += 1;
    else await new Promise<void>((start) => waiting.push(start));
    return () => this.#leave(userId, taken);
  }

  #leave(userId: string, taken: Taken): void {
    const next = taken.waiting.shift();
    if (next !== undefined) {
      // Not yet: where many connections end together, the next one may be gone as well, and isn't known to be.
      setImmediate(next);
      return;
    }
    taken.places -= 1;
    if (taken.places === 0) this.#takenBy.delete(userId);
  }
}
