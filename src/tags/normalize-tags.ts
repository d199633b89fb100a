import type { Database } from '../db/database.js';
import { query } from '../db/sql/query.js';
import { normalTag } from './normal-tag.js';

const selectTags = query(
  'normalize tags: read',
  {},
  ({ db }) => db.selectFrom('ticket_tags').select('tag').distinct().orderBy('tag'),
  { long: true },
);

const copyTag = query(
  'normalize tags: copy',
  { from: 'ticket_tags.tag', to: 'ticket_tags.tag' },
  ({ db, p, insertFrom }) =>
    insertFrom(db.selectFrom('ticket_tags').where('tag', '=', p.from), 'ticket_tags', (tagged) => ({
      tag: p.to,
      ticket_id: tagged.ref('ticket_id'),
    })).onConflict((tag) => tag.columns(['tag', 'ticket_id']).doNothing()),
);
const deleteTag = query('normalize tags: delete', { from: 'ticket_tags.tag' }, ({ db, p }) =>
  db.deleteFrom('ticket_tags').where('tag', '=', p.from),
);

/** Brings tags from before into the form in which they are kept now; each with all its tickets at once. */
export async function normalizeTags(db: Database): Promise<void> {
  for (const { tag: from } of await db.sql.rows(selectTags, {})) {
    const to = normalTag(from);
    if (to === from) continue;
    await db.write(async (sql) => {
      await sql.run(copyTag, { from, to });
      await sql.run(deleteTag, { from });
    });
  }
}
