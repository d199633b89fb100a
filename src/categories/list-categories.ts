import { Statement } from '../db/sql/statement.js';
import type { ReadScope } from '../procedure/scope.js';
import type { Category } from './schemas.js';

const selectActive = new Statement<Record<string, never>, Category>(
  'list categories',
  `SELECT id AS "categoryId", name, description FROM categories WHERE archived_at IS NULL ORDER BY position, id`,
  { short: true },
);

/** The categories that take new tickets, in the order that admins gave them. */
export function listCategories({ sql }: ReadScope): Promise<Category[]> {
  return sql.rows(selectActive, {});
}
