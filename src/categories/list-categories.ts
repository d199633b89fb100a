import { query } from '../db/sql/query.js';
import type { ReadScope } from '../procedure/scope.js';
import type { Category } from './schemas.js';

const selectActive = query(
  'list categories',
  {},
  ({ db }) =>
    db
      .selectFrom('categories')
      .select(['id as categoryId', 'name', 'description'])
      .where('archived_at', 'is', null)
      .orderBy('position')
      .orderBy('id'),
  { short: true },
);

/** The categories that take new tickets, in the order that admins gave them. */
export function listCategories({ db }: ReadScope): Promise<Category[]> {
  return db.rows(selectActive, {});
}
