import type { Database } from '../db/database.js';
import { removeExpired } from '../idempotency/expiry.js';
import type { Clock } from '../schema/clock.js';
import type { Job } from './run-jobs.js';

const EVERY_MS = 600_000;

/** Removes the answers that are kept for idempotency keys, once they have been kept long enough. */
export function idempotencyExpiry(parts: { db: Database; clock: Clock }): Job {
  return { name: 'idempotency-expiry', everyMs: EVERY_MS, run: (signal) => removeExpired(parts, signal) };
}
