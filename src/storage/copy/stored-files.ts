import type { Database } from '../../db/database.js';
import { query } from '../../db/sql/query.js';

/** Most rows that are read at once. */
const BATCH = 500;

/** What a row says of a file's bytes. */
export interface StoredFile {
  readonly id: string;
  /** In bytes. */
  readonly size: number;
  /** Media type by content. */
  readonly type: string;
  /** In hexadecimal digits. */
  readonly sha256: string;
}

const selectFiles = query('copy files: select', { after: 'files.id', last: 'files.id', batch: 'number' }, ({ db, p }) =>
  db
    .selectFrom('files')
    .select(['id', 'size', 'type', 'sha256'])
    .where('id', '>', p.after)
    .where('id', '<=', p.last)
    .where('removed_at', 'is', null)
    .orderBy('id')
    .limit(p.batch),
);

const selectTotals = query(
  'copy files: count',
  {},
  ({ db }) =>
    db
      .selectFrom('files')
      .select((eb) => [
        eb.fn.countAll<number>().as('files'),
        eb.fn.coalesce(eb.fn.sum<number>('size'), eb.lit(0)).as('bytes'),
        eb.fn.coalesce(eb.fn.max('id'), eb.val('')).as('last'),
      ])
      .where('removed_at', 'is', null),
  { long: true },
);

const selectFile = query('copy files: is it there', { fileId: 'files.id' }, ({ db, p }) =>
  db.selectFrom('files').select('id').where('id', '=', p.fileId).where('removed_at', 'is', null),
);

/** The files that have not been deleted, in the order of their ids, up to one of them. */
export async function* storedFiles({ sql }: Database, last: string): AsyncGenerator<StoredFile, void> {
  for (let after = '', found = BATCH; found === BATCH; ) {
    const rows = await sql.rows(selectFiles, { after, last, batch: BATCH });
    yield* rows;
    found = rows.length;
    after = rows.at(-1)?.id ?? after;
  }
}

/** How many files there are, their bytes, and the last of their ids: `''` where there are none. */
export async function countFiles({ sql }: Database): Promise<{ files: number; bytes: number; last: string }> {
  return (await sql.row(selectTotals, {})) ?? { files: 0, bytes: 0, last: '' };
}

/** Whether a file has not been deleted meanwhile. */
export async function isStillStored({ sql }: Database, fileId: string): Promise<boolean> {
  return (await sql.row(selectFile, { fileId })) !== undefined;
}
