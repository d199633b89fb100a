import { LRUCache } from 'lru-cache';

/** Keys that are remembered: those that were seen last. */
const MAX_KEYS = 20_000;

interface Window {
  points: number;
  /** By the monotonic clock: nobody is locked out for longer when the time of day is set back. */
  endsAt: number;
}

/** What a key has used up. */
export interface Count {
  /** In this window, those counted now included. */
  points: number;
  /** Until the window ends. */
  leftMs: number;
}

/**
 * Counts points in windows of time, each from a key's first one on. At once and for all that come together: where one is left,
 * one of them gets it.
 *
 * Bounded: it remembers the 20,000 keys that it saw last. rate-limiter-flexible's own counters in memory are not: a timer and
 * 550 bytes for each key, however many there are (docs/decisions/0010-limits.md).
 */
export class MemoryCounters {
  readonly #windows = new LRUCache<string, Window>({ max: MAX_KEYS });
  readonly #windowMs: number;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  add(key: string, points: number): Count {
    // In whole ones: a difference of fractions can come out a trifle too long, and would be told as a second more.
    const now = Math.floor(performance.now());
    let window = this.#windows.get(key);
    if (window === undefined) {
      window = { points: 0, endsAt: now + this.#windowMs };
      this.#windows.set(key, window);
    }
    if (window.endsAt <= now) {
      window.points = 0;
      window.endsAt = now + this.#windowMs;
    }
    window.points += points;
    return { points: window.points, leftMs: window.endsAt - now };
  }
}
