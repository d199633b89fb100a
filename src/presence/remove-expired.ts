import type { Database } from '../db/database.js';
import { query } from '../db/sql/query.js';
import type { Clock } from '../schema/clock.js';

const deleteExpired = query('delete expired presence', { now: 'presence.expires_at' }, ({ db, p }) =>
  db.deleteFrom('presence').where('expires_at', '<=', p.now),
);

/** Removes what nobody is told of any more, and gives how much that was. */
export function removeExpiredPresence({ db, clock }: { db: Database; clock: Clock }): Promise<number> {
  return db.write((sql) => sql.run(deleteExpired, { now: clock.now() }), { single: true });
}
