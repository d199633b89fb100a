import { Statement } from '../db/sql/statement.js';
import { AppError } from '../errors/app-error.js';
import type { WriteScope } from '../procedure/scope.js';
import { lockCategories } from './desk-category.js';
import { listDeskCategories } from './list-desk-categories.js';
import type { DeskCategory, OrderCategoriesInput } from './schemas.js';

const setPositions = new Statement<{ categoryIds: string }>(
  'order categories',
  ({ listed }) => `
  UPDATE categories SET position = listed.place FROM ${listed(':categoryIds')} AS listed
  WHERE categories.id = listed.value`,
);

/**
 * Puts the active categories into the order of the list. It must have each of them once, so that of two admins nobody
 * undoes what the other one added or archived without having seen it.
 *
 * @throws AppError CATEGORIES_CHANGED
 */
export async function orderCategories(
  { sql }: WriteScope,
  { categoryIds }: OrderCategoriesInput,
): Promise<DeskCategory[]> {
  await sql.rows(lockCategories, {});
  const active = (await listDeskCategories({ sql })).filter(({ archivedAt }) => archivedAt === null);
  const sent = new Set(categoryIds);
  const same = categoryIds.length === active.length && active.every(({ categoryId }) => sent.has(categoryId));
  if (!same) throw new AppError('CATEGORIES_CHANGED');
  await sql.run(setPositions, { categoryIds: JSON.stringify(categoryIds) });
  return listDeskCategories({ sql });
}
