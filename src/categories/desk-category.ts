import type { Sql } from '../db/sql/sql.js';
import { Statement } from '../db/sql/statement.js';
import { AppError } from '../errors/app-error.js';
import { isStorable } from '../schema/text.js';
import type { DeskCategory } from './schemas.js';

/** A category as the desk sees it: for a `SELECT` or `RETURNING`. */
export const DESK_CATEGORY = 'id AS "categoryId", name, description, archived_at AS "archivedAt"';

/** Where a category goes that is added to the end. */
export const LAST_POSITION = '(SELECT COALESCE(max(position), 0) + 1 FROM categories)';

/**
 * Runs first where what other categories are decides: admins change them one after the other. Tickets are opened
 * meanwhile.
 */
export const lockCategories = new Statement<Record<string, never>>('lock categories', ({ exclusive }) =>
  exclusive('categories'),
);

const selectCategory = new Statement<{ categoryId: string }, DeskCategory>(
  'select category',
  `SELECT ${DESK_CATEGORY} FROM categories WHERE id = :categoryId`,
);

const selectNamesake = new Statement<{ categoryId: string; name: string }>(
  'select category with the same name',
  'SELECT id FROM categories WHERE name = :name AND archived_at IS NULL AND id <> :categoryId',
);

/** @throws AppError NOT_FOUND */
export async function findCategory(sql: Sql, categoryId: string): Promise<DeskCategory> {
  const found = isStorable(categoryId) ? await sql.row(selectCategory, { categoryId }) : undefined;
  if (found === undefined) throw categoryNotFound();
  return found;
}

/** @throws AppError NAME_TAKEN where another active category has the name. */
export async function requireFreeName(
  sql: Sql,
  { categoryId, name }: Omit<DeskCategory, 'description'>,
): Promise<void> {
  if (await sql.row(selectNamesake, { categoryId, name })) throw new AppError('NAME_TAKEN');
}

export function categoryNotFound(): AppError {
  return new AppError('NOT_FOUND', { message: 'Category not found' });
}
