import type { Database } from '../db/database.js';
import { query } from '../db/sql/query.js';

/** Most rows that are read at once. */
const BATCH = 500;

const selectKnown = query('select known files', { fileIds: 'text' }, ({ db, p, listed }) =>
  db
    .selectFrom('files')
    .select('id')
    .where('id', 'in', (eb) => eb.selectFrom(listed(p.fileIds).as('listed')).select('value')),
);

/** Which of these ids rows have: also rows of files that have been deleted, and whose bytes are still to be removed. */
export async function idsOfRows(db: Database, ids: readonly string[]): Promise<Set<string>> {
  const known = new Set<string>();
  for (let at = 0; at < ids.length; at += BATCH) {
    const rows = await db.sql.rows(selectKnown, { fileIds: JSON.stringify(ids.slice(at, at + BATCH)) });
    for (const { id } of rows) known.add(id);
  }
  return known;
}
