import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../db/database.js';
import { query } from '../db/sql/query.js';
import { ANALYSER } from './analyse.js';
import { indexAnew } from './index-anew.js';
import { addMissing } from './missing-texts.js';

const countOutdated = query(
  'reindex: count',
  {},
  ({ db }) =>
    db
      .selectFrom('search_texts')
      .select((eb) => eb.fn.countAll<number>().as('texts'))
      .where('analyser', '<', ANALYSER),
  { long: true },
);

export interface Reindexing {
  db: Database;
  /** Told of how far it is, after each batch. */
  onProgress?(done: number, of: number): void;
  /** Ends it after the batch at hand. What is left is done by the next run. */
  signal?: AbortSignal;
  /** How long to rest after a batch that took so long, in ms: others are to get on meanwhile. As long, unless given. */
  rest?(tookMs: number): number;
}

/**
 * Makes the words of every text that has none by the analyser at hand: what was there before it, what was written by hand
 * or imported, what an instance of an older version has written. Each batch is a transaction of its own; a run that is
 * ended, however that happens, is gone on with by the next one.
 *
 * @returns how many texts were done
 */
export async function reindex({ db, onProgress, signal, rest = (tookMs) => tookMs }: Reindexing): Promise<number> {
  const inBatches = async (batch: () => Promise<boolean>) => {
    for (let more = true; more && !signal?.aborted; ) {
      const since = performance.now();
      more = await batch();
      if (more) await sleep(rest(performance.now() - since));
    }
  };
  await addMissing(db, inBatches);
  const of = (await db.sql.row(countOutdated, {}))?.texts ?? 0;
  let done = 0;
  let after = 0;
  await inBatches(async () => {
    const batch = await indexAnew(db, after);
    if (batch === undefined) return false;
    after = batch.last;
    done += batch.texts;
    onProgress?.(done, Math.max(of, done));
    return true;
  });
  return done;
}

const selectOutdated = query('reindex: is any outdated', {}, ({ db }) =>
  db.selectFrom('search_texts').select('id').where('analyser', '<', ANALYSER).limit(1),
);

/** Whether there is anything for reindex() to do, but for texts that the index doesn't know at all. */
export async function isOutdated({ sql }: Pick<Database, 'sql'>): Promise<boolean> {
  return (await sql.row(selectOutdated, {})) !== undefined;
}
