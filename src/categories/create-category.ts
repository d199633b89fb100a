import { Statement } from '../db/sql/statement.js';
import type { WriteScope } from '../procedure/scope.js';
import { newId } from '../schema/ids.js';
import { LAST_POSITION, lockCategories, requireFreeName, requireRoom } from './desk-category.js';
import type { CreateCategoryInput, DeskCategory } from './schemas.js';

const insertCategory = new Statement<Record<'categoryId' | 'name' | 'description', string>>(
  'insert category',
  `INSERT INTO categories (id, name, description, position) VALUES (:categoryId, :name, :description, ${LAST_POSITION})`,
);

/**
 * Adds a category at the end of the list; it takes tickets from then on.
 *
 * @throws AppError NAME_TAKEN; TOO_MANY_CATEGORIES
 */
export async function createCategory(
  { sql }: WriteScope,
  { name, description }: CreateCategoryInput,
): Promise<DeskCategory> {
  const category = { categoryId: newId('category'), name, description };
  await sql.rows(lockCategories, {});
  await requireFreeName(sql, category);
  await requireRoom(sql, { added: true });
  await sql.run(insertCategory, category);
  return { ...category, archivedAt: null };
}
