import { Statement } from '../db/sql/statement.js';
import type { WriteScope } from '../procedure/scope.js';
import { findCategory, lockCategories, requireFreeName } from './desk-category.js';
import type { ChangeCategoryInput, DeskCategory } from './schemas.js';

const updateCategory = new Statement<Record<'categoryId' | 'name' | 'description', string>>(
  'update category',
  'UPDATE categories SET name = :name, description = :description WHERE id = :categoryId',
);

/**
 * Gives a category another name or description; what is not given stays. Its tickets show the new name at once.
 *
 * @throws AppError NOT_FOUND; NAME_TAKEN
 */
export async function changeCategory(
  { sql }: WriteScope,
  { categoryId, name, description }: ChangeCategoryInput,
): Promise<DeskCategory> {
  await sql.rows(lockCategories, {});
  const known = await findCategory(sql, categoryId);
  const changed = { ...known, name: name ?? known.name, description: description ?? known.description };
  if (changed.archivedAt === null) await requireFreeName(sql, changed);
  await sql.run(updateCategory, { categoryId, name: changed.name, description: changed.description });
  return changed;
}
