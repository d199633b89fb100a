import { query } from '../db/sql/query.js';
import type { Sql } from '../db/sql/sql.js';
import { Statement } from '../db/sql/statement.js';
import { AppError } from '../errors/app-error.js';
import * as names from '../schema/names.js';
import { isStorable } from '../schema/text.js';
import type { DeskCategory } from './schemas.js';

/** A category as the desk sees it: for a `SELECT` or `RETURNING`. */
export const DESK_CATEGORY = 'id AS "categoryId", name, description, archived_at AS "archivedAt"';

/** Most categories that take tickets. */
export const MAX_ACTIVE = 200;
/** Most of all, the archived ones included. */
export const MAX_CATEGORIES = 1_000;

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

const selectActiveNames = query('select names of active categories', {}, ({ db }) =>
  db.selectFrom('categories').select(['id', 'name']).where('archived_at', 'is', null),
);

/** @throws AppError NOT_FOUND */
export async function findCategory(sql: Sql, categoryId: string): Promise<DeskCategory> {
  const found = isStorable(categoryId) ? await sql.row(selectCategory, { categoryId }) : undefined;
  if (found === undefined) throw categoryNotFound();
  return found;
}

/**
 * @throws AppError NAME_TAKEN where another active category has what people take for the same name, unless this one is
 * active by it already.
 */
export async function requireFreeName(
  sql: Sql,
  { categoryId, name }: Omit<DeskCategory, 'description' | 'archivedAt'>,
): Promise<void> {
  names.requireFreeName(await sql.rows(selectActiveNames, {}), { id: categoryId, name });
}

const countCategories = new Statement<Record<string, never>, { active: number; total: number }>(
  'count categories',
  'SELECT count(CASE WHEN archived_at IS NULL THEN 1 END) AS active, count(*) AS total FROM categories',
);

/** @throws AppError TOO_MANY_CATEGORIES where one more active one would be too many, or one more in all, if it is `added`. */
export async function requireRoom(sql: Sql, { added }: { added: boolean }): Promise<void> {
  const { active = 0, total = 0 } = (await sql.row(countCategories, {})) ?? {};
  if (active >= MAX_ACTIVE || (added && total >= MAX_CATEGORIES)) throw new AppError('TOO_MANY_CATEGORIES');
}

export function categoryNotFound(): AppError {
  return new AppError('NOT_FOUND', { message: 'Category not found' });
}
