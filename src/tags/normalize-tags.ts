import type { Database } from '../db/database.js';
import { Statement } from '../db/sql/statement.js';
import { normalTag } from './normal-tag.js';

const selectTags = new Statement<Record<string, never>, { tag: string }>(
  'normalize tags: read',
  'SELECT DISTINCT tag FROM ticket_tags ORDER BY tag',
  { long: true },
);

type Renamed = { from: string; to: string };
const copyTag = new Statement<Renamed>(
  'normalize tags: copy',
  `INSERT INTO ticket_tags (tag, ticket_id) SELECT :to, ticket_id FROM ticket_tags WHERE tag = :from
  ON CONFLICT (tag, ticket_id) DO NOTHING`,
);
const deleteTag = new Statement<{ from: string }>(
  'normalize tags: delete',
  'DELETE FROM ticket_tags WHERE tag = :from',
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
