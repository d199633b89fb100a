import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../db/database.js';
import { query } from '../db/sql/query.js';
import type { Clock } from '../schema/clock.js';
import { madeAt } from '../schema/ids.js';
import type { FileStore } from './file-store.js';
import { INCOMING } from './receive-file.js';

const HOUR_MS = 3_600_000;
/** Most files in one transaction. */
const BATCH = 100;
/** What is younger may be an upload that is under way on some instance. */
const LEFT_OVER_MS = 2 * HOUR_MS;

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

const selectKnown = query('select known files', { fileIds: 'text' }, ({ db, p, listed }) =>
  db
    .selectFrom('files')
    .select('id')
    .where('id', 'in', (eb) => eb.selectFrom(listed(p.fileIds).as('listed')).select('value')),
);

/**
 * Removes what a crash has left: bytes in the store that no row knows, and files of this machine that were being received. Gives
 * how many there were.
 */
export async function removeLeftovers({ db, store, clock }: Parts, signal: AbortSignal): Promise<number> {
  const before = clock.now().getTime() - LEFT_OVER_MS;
  let removed = await removeIncoming(store.incoming, before);
  for await (const ids of store.list()) {
    if (signal.aborted) break;
    const old = ids.filter((id) => madeAt(id) < before);
    for (let at = 0; at < old.length && !signal.aborted; at += BATCH) {
      const batch = old.slice(at, at + BATCH);
      const known = await db.sql.rows(selectKnown, { fileIds: JSON.stringify(batch) });
      const rows = new Set(known.map(({ id }) => id));
      for (const id of batch.filter((one) => !rows.has(one))) {
        await store.remove(id);
        removed += 1;
      }
    }
  }
  return removed;
}

async function removeIncoming(folder: string, before: number): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  let removed = 0;
  for (const name of names.filter((one) => one.startsWith(INCOMING))) {
    const path = join(folder, name);
    const written = await stat(path).catch(() => undefined);
    if (written === undefined || written.mtimeMs >= before) continue;
    await rm(path, { force: true });
    removed += 1;
  }
  return removed;
}
