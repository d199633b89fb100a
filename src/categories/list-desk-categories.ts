import type { Sql } from '../db/sql/sql.js';
import { Statement } from '../db/sql/statement.js';
import { DESK_CATEGORY } from './desk-category.js';
import type { DeskCategory } from './schemas.js';

const selectAll = new Statement<Record<string, never>, DeskCategory>(
  'list desk categories',
  `SELECT ${DESK_CATEGORY} FROM categories ORDER BY archived_at IS NOT NULL, position, id`,
);

/** Every category: the active ones in the customers' order, then those that are archived. */
export function listDeskCategories({ sql }: { sql: Sql }): Promise<DeskCategory[]> {
  return sql.rows(selectAll, {});
}
