import type { Database } from '../db/database.js';
import { Statement } from '../db/sql/statement.js';
import type { Clock } from '../schema/clock.js';

const HOUR_MS = 3_600_000;
const KEPT_MS = 24 * HOUR_MS;

/** Most records in one statement: on SQLite every other write waits for it. */
const BATCH = 500;

/** Records of this time, and older ones, count no more. */
export function lastExpired(now: Date): Date {
  return new Date(now.getTime() - KEPT_MS);
}

/** Bound by rows, not by time. Waits for nobody: what another instance removes, or somebody claims anew just then, is left out. */
const deleteExpired = new Statement<{ expired: Date; batch: number }>(
  'delete expired idempotency records',
  ({ takeRows }) => `
  WITH expired AS (
    SELECT user_id, key FROM idempotency_records
    WHERE created_at <= :expired ORDER BY created_at LIMIT :batch ${takeRows})
  DELETE FROM idempotency_records WHERE (user_id, key) IN (SELECT user_id, key FROM expired)`,
);

interface Expiry {
  db: Database;
  clock: Clock;
}

/**
 * Removes the records that are older than 24 h, in batches that are committed one by one, and gives how many there were.
 * Ends early, between two batches, when the signal says so. Instances that share a database may all do so.
 */
export async function removeExpired({ db, clock }: Expiry, signal: AbortSignal): Promise<number> {
  const expired = lastExpired(clock.now());
  let removed = 0;
  // Fewer than a whole batch may also be because another instance was faster: what is left is for the next time.
  for (let last = BATCH; last === BATCH && !signal.aborted; removed += last) {
    last = await db.write((sql) => sql.run(deleteExpired, { expired, batch: BATCH }), { single: true });
  }
  return removed;
}
