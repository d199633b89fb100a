/** Keys seen last that are sure to be remembered. */
const GENERATION = 10_000;

interface Window {
  calls: number;
  /** By the monotonic clock: nobody is locked out for longer when the time of day is set back. */
  endsAt: number;
}

/** What a key has used up. */
export interface Count {
  /** In this window, those counted now included. */
  calls: number;
  /** Until the window ends. */
  leftMs: number;
}

/**
 * Counts calls in windows of time, each from a key's first call on. At once and for all that come together: where one place
 * is left, one of them gets it.
 *
 * Bounded: it remembers the 10,000 keys that it saw last, and at most twice as many.
 */
export class MemoryCounters {
  // Two generations instead of one list in order of use: nothing is ever deleted one by one, which is slow in a Map.
  #young = new Map<string, Window>();
  #old = new Map<string, Window>();

  readonly #windowMs: number;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  add(key: string, calls: number): Count {
    // In whole ones: a difference of fractions can come out a trifle too long, and would be told as a second more.
    const now = Math.floor(performance.now());
    let window = this.#young.get(key);
    if (window === undefined) {
      window = this.#old.get(key) ?? { calls: 0, endsAt: now + this.#windowMs };
      this.#remember(key, window);
    }
    if (window.endsAt <= now) {
      window.calls = 0;
      window.endsAt = now + this.#windowMs;
    }
    window.calls += calls;
    return { calls: window.calls, leftMs: window.endsAt - now };
  }

  #remember(key: string, window: Window): void {
    if (this.#young.size === GENERATION) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, window);
  }
}
