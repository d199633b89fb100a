import type { Database } from '../db/database.js';
import { query } from '../db/sql/query.js';
import type { Clock } from '../schema/clock.js';

const HOUR_MS = 3_600_000;
const KEPT_MS = 24 * HOUR_MS;

/** Most records in one statement: on SQLite every other write waits for it. */
const BATCH = 500;

/** Records of this time, and older ones, count no more. */
export function lastExpired(now: Date): Date {
  return new Date(now.getTime() - KEPT_MS);
}

/**
 * Bound by rows, not by time. Waits for nobody: what another instance removes, or somebody claims anew just then, is left out. SQL:
 * models know no locks; and every instance runs it, most of which never load Prisma.
 */
const deleteExpired = query(
  'delete expired idempotency records',
  { expired: 'idempotency_records.created_at' },
  ({ db, p, takeRows }) =>
    db
      .with('expired', (cte) =>
        cte
          .selectFrom('idempotency_records')
          .select(['user_id', 'key'])
          .where('created_at', '<=', p.expired)
          .orderBy('created_at')
          .limit(BATCH)
          .$call(takeRows),
      )
      .deleteFrom('idempotency_records')
      .where((eb) =>
        eb(
          eb.refTuple('user_id', 'key'),
          'in',
          eb.selectFrom('expired').select(['user_id', 'key']).$asTuple('user_id', 'key'),
        ),
      ),
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
    last = await db.write((sql) => sql.run(deleteExpired, { expired }), { single: true });
  }
  return removed;
}
