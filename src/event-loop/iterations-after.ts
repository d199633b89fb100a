/** Most iterations of the event loop that are left to others between two pieces of work. An empty one takes some 20 µs. */
export const MOST_ITERATIONS = 20;

/**
 * How many iterations of the event loop to leave to others after a piece of work that took `ms`: two for each millisecond.
 * What needs several iterations, a read and its answer say, would else wait for one piece of work in each.
 */
export function iterationsAfter(ms: number): number {
  return Math.min(MOST_ITERATIONS, Math.floor(ms * 2));
}
