import type { Database } from '../db/database.js';
import type { Clock } from '../schema/clock.js';
import { closeResolved } from '../tickets/close-resolved.js';
import type { Job } from './run-jobs.js';

const DAY_MS = 86_400_000;
const EVERY_MS = 60_000;
/** Tickets in one transaction: on SQLite, all other writes wait for it. */
const BATCH = 50;

interface AutoClose {
  db: Database;
  clock: Clock;
  /** Whole days from the resolution on. */
  days: number;
}

/** Closes tickets that have been resolved for so many days, in batches that are committed one by one. */
export function autoClose({ db, clock, days }: AutoClose): Job {
  return {
    name: 'auto-close',
    everyMs: EVERY_MS,
    async run(signal) {
      const before = new Date(clock.now().getTime() - days * DAY_MS);
      let closed = 0;
      // A batch may be smaller as some of it was left out: there may be more behind it.
      for (let last = BATCH; last > 0 && !signal.aborted; closed += last) {
        last = await db.write((sql) => closeResolved({ db: sql, clock }, { before, limit: BATCH }), { long: true });
      }
      return closed;
    },
  };
}
