import type { Database } from '../db/database.js';
import { removeExpiredPresence } from '../presence/remove-expired.js';
import type { Clock } from '../schema/clock.js';
import type { Job } from './run-jobs.js';

/** Removes where agents were, once it has expired. */
export function presenceExpiry(parts: { db: Database; clock: Clock }): Job {
  return { name: 'presence-expiry', everyMs: 600_000, run: () => removeExpiredPresence(parts) };
}
