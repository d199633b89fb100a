import type { Database } from '../db/database.js';
import type { Clock } from '../schema/clock.js';
import type { FileStore } from '../storage/file-store.js';
import { findLeftovers, type Leftovers } from '../storage/find-leftovers.js';
import { removeFiles } from '../storage/remove-files.js';
import type { Job } from './run-jobs.js';

interface Parts {
  db: Database;
  store: FileStore;
  clock: Clock;
}

interface Comparing extends Parts {
  /** Told after each run. */
  onCompared(found: Leftovers): void;
}

/** Removes files that have expired, or that somebody has deleted. */
export function fileRemoval(parts: Parts): Job {
  return { name: 'file-removal', everyMs: 60_000, run: (signal) => removeFiles(parts, signal) };
}

/** Removes what crashes have left in the store of files, and finds what is not there though it should be. */
export function fileLeftovers({ onCompared, ...parts }: Comparing): Job {
  return {
    name: 'file-leftovers',
    everyMs: 6 * 3_600_000,
    async run(signal) {
      const found = await findLeftovers(parts, signal);
      if (!signal.aborted) onCompared(found);
      return found.removed;
    },
  };
}
