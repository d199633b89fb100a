import { type Dialect, Statement } from '../db/sql/statement.js';
import type { ReadScope } from '../procedure/scope.js';
import { itemsBefore } from '../schema/pagination.js';
import { normalTag } from './normal-tag.js';
import type { ListTagsInput } from './schemas.js';

type Prefix = { prefix: string; end: string };

/** From one tag to the next by the index, however many tickets have the one: as many steps as tags are wanted. */
const found = ({ withinTime }: Dialect, further = '') => `WITH RECURSIVE found (tag, place) AS (
    SELECT (SELECT min(tag) FROM ticket_tags WHERE tag >= :prefix AND tag < :end), 1
    UNION ALL
    SELECT (SELECT min(tag) FROM ticket_tags WHERE tag > found.tag AND tag < :end), place + 1
    FROM found WHERE found.tag IS NOT NULL ${further} AND ${withinTime}
  )`;

const selectTags = new Statement<Prefix & { skip: number; take: number }, { tag: string }>(
  'list tags',
  (dialect) =>
    `${found(dialect, 'AND place < :take')} SELECT tag FROM found WHERE tag IS NOT NULL AND place > :skip ORDER BY place`,
  { long: true },
);

const countTags = new Statement<Prefix, { total: number }>(
  'count tags',
  (dialect) => `${found(dialect)} SELECT count(tag) AS total FROM found`,
  { long: true },
);

/** Behind every tag that begins with the prefix. */
const LAST = '\u{10ffff}';

/** The tags in use that begin with a prefix, in the order of their bytes: for those who type one. */
export async function listTags(
  { sql, onPage }: ReadScope,
  { prefix = '', cursor, page = cursor ?? 1, limit }: ListTagsInput,
): Promise<string[]> {
  const from = normalTag(prefix);
  const ofPrefix = { prefix: from, end: from + LAST };
  const skip = itemsBefore({ page, limit });
  const rows = await sql.rows(selectTags, { ...ofPrefix, skip, take: skip + limit });
  // Whoever types gets few, on one page: that is their number.
  const isLast = rows.length < limit && (rows.length > 0 || skip === 0);
  const total = isLast ? skip + rows.length : ((await sql.row(countTags, ofPrefix))?.total ?? 0);
  onPage({ page, limit, total });
  return rows.map(({ tag }) => tag);
}
