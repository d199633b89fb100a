import type { Database } from '../db/database.js';
import type { Clock } from '../schema/clock.js';
import type { FileStore } from '../storage/file-store.js';
import { removeFiles, removeLeftovers } from '../storage/remove-files.js';
import type { Job } from './run-jobs.js';

interface Parts {
  db: Database;
  store: FileStore;
  clock: Clock;
}

/** Removes files that have expired, or that somebody has deleted. */
export function fileRemoval(parts: Parts): Job {
  return { name: 'file-removal', everyMs: 60_000, run: (signal) => removeFiles(parts, signal) };
}

/** Removes what crashes have left in the store of files. */
export function fileLeftovers(parts: Parts): Job {
  return { name: 'file-leftovers', everyMs: 6 * 3_600_000, run: (signal) => removeLeftovers(parts, signal) };
}
