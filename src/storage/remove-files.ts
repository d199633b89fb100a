import type { Database } from '../db/database.js';
import { query } from '../db/sql/query.js';
import type { Clock } from '../schema/clock.js';
import type { FileStore } from './file-store.js';

/** Most files in one transaction. */
const BATCH = 100;

interface Parts {
  db: Database;
  store: FileStore;
  clock: Clock;
}

/** Waits for nobody: what somebody is attaching just then is left out, and is attached. */
const markExpired = query('mark expired files', { now: 'files.expires_at', batch: 'number' }, ({ db, p, takeRows }) =>
  db
    .updateTable('files')
    .set({ removed_at: p.now })
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('files as expired')
        .select('expired.id')
        .where('expired.expires_at', '<=', p.now)
        .where('expired.removed_at', 'is', null)
        .orderBy('expired.expires_at')
        .limit(p.batch)
        .$call(takeRows),
    ),
);

const selectRemoved = query('select removed files', { after: 'files.id', batch: 'number' }, ({ db, p }) =>
  db
    .selectFrom('files')
    .select('id')
    .where('removed_at', 'is not', null)
    .where('id', '>', p.after)
    .orderBy('id')
    .limit(p.batch),
);

const deleteRemoved = query('delete removed file', { fileId: 'files.id' }, ({ db, p }) =>
  db.deleteFrom('files').where('id', '=', p.fileId).where('removed_at', 'is not', null),
);

/**
 * Removes the bytes of files that have expired or been deleted, and then what is known of them; gives how many. First the bytes: after
 * a crash in between, the row says that there is still something to do. Instances that share a database may all do so.
 */
export async function removeFiles({ db, store, clock }: Parts, signal: AbortSignal): Promise<number> {
  const now = clock.now();
  for (let marked = BATCH; marked === BATCH && !signal.aborted; ) {
    marked = await db.write((sql) => sql.run(markExpired, { now, batch: BATCH }), { single: true });
  }
  let removed = 0;
  let after = '';
  for (let last = BATCH; last === BATCH && !signal.aborted; ) {
    const files = await db.sql.rows(selectRemoved, { after, batch: BATCH });
    for (const { id } of files) {
      await store.remove(id);
      removed += await db.write((sql) => sql.run(deleteRemoved, { fileId: id }), { single: true });
    }
    last = files.length;
    after = files.at(-1)?.id ?? after;
  }
  return removed;
}
