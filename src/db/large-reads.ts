import { setImmediate as nextIteration } from 'node:timers/promises';
import { FairQueue } from './fair-queue.js';

/** What is shorter is turned into an answer in a moment. */
const LONG_TEXT = 16 * 1024;
/**
 * Times that a user's long text took to come: what is made of it, and sent, holds the event loop for about as long again. Twice as
 * many where the user has asked for more at once: a batch of 20 long tickets must be done within the time limit.
 */
const RESTS = 3;
const RESTS_IF_MORE_WAITS = 6;
/** A batch of 20 tickets of 1 MiB is 80 pieces: on a slow disk, too, their rests take half of REQUEST_TIMEOUT_MS at most, by default. */
const LONGEST_REST_MS = 90;

/**
 * Reads that may give much text: those of one user one after another. After each, others have the event loop before anything is made
 * of it; after one that gave much, for a while before that user's next one.
 */
export class LargeReads {
  readonly #queue = new FairQueue(Number.POSITIVE_INFINITY);

  run<R>(userId: string, read: () => Promise<R[]>): Promise<R[]> {
    let gaveMuch = false;
    return this.#queue.run(
      userId,
      async () => {
        const rows = await read();
        gaveMuch = isLong(rows);
        // The end of a page may be short, and all of it is made into an answer then.
        await nextIteration();
        return rows;
      },
      (_rows, tookMs, moreWaits) => {
        const rests = moreWaits ? RESTS_IF_MORE_WAITS : RESTS;
        return gaveMuch ? Math.min(LONGEST_REST_MS, rests * tookMs) : 0;
      },
    );
  }
}

function isLong(rows: readonly unknown[]): boolean {
  let length = 0;
  for (const row of rows) {
    for (const value of Object.values(row as object)) if (typeof value === 'string') length += value.length;
  }
  return length >= LONG_TEXT;
}
