import { Statement } from '../db/sql/statement.js';
import type { ReadScope } from '../procedure/scope.js';
import { normalTag } from './normal-tag.js';
import type { ListTagsInput } from './schemas.js';

/** From one tag to the next by the index, however many tickets have the one: as many steps as tags are wanted. */
const selectTags = new Statement<{ prefix: string; end: string; limit: number }, { tag: string }>(
  'list tags',
  `WITH RECURSIVE found (tag, place) AS (
    SELECT (SELECT min(tag) FROM ticket_tags WHERE tag >= :prefix AND tag < :end), 1
    UNION ALL
    SELECT (SELECT min(tag) FROM ticket_tags WHERE tag > found.tag AND tag < :end), place + 1
    FROM found WHERE found.tag IS NOT NULL AND place < :limit
  )
  SELECT tag FROM found WHERE tag IS NOT NULL ORDER BY place`,
);

/** Behind every tag that begins with the prefix. */
const LAST = '\u{10ffff}';

/** The tags in use that begin with a prefix, in the order of their bytes: for those who type one. */
export async function listTags({ sql }: ReadScope, { prefix = '', limit }: ListTagsInput): Promise<string[]> {
  const from = normalTag(prefix);
  const rows = await sql.rows(selectTags, { prefix: from, end: from + LAST, limit });
  return rows.map(({ tag }) => tag);
}
