import { query } from '../db/sql/query.js';
import { AppError } from '../errors/app-error.js';
import type { TransactionScope } from '../procedure/scope.js';
import { lockCategories } from './desk-category.js';
import { listDeskCategories } from './list-desk-categories.js';
import type { DeskCategory, OrderCategoriesInput } from './schemas.js';

/** SQL: one statement for up to 200 of them. */
const setPositions = query('order categories', { categoryIds: 'text' }, ({ db, p, listed }) =>
  db
    .updateTable('categories')
    .from(listed(p.categoryIds).as('listed'))
    .set((eb) => ({ position: eb.ref('listed.place') }))
    .whereRef('categories.id', '=', 'listed.value'),
);

/**
 * Puts the active categories into the order of the list. It must have each of them once, so that of two admins nobody
 * undoes what the other one added or archived without having seen it.
 *
 * @throws AppError CATEGORIES_CHANGED
 */
export async function orderCategories(
  { db }: TransactionScope,
  { categoryIds }: OrderCategoriesInput,
): Promise<DeskCategory[]> {
  await db.rows(lockCategories, {});
  const active = (await listDeskCategories({ db })).filter(({ archivedAt }) => archivedAt === null);
  const sent = new Set(categoryIds);
  const same = categoryIds.length === active.length && active.every(({ categoryId }) => sent.has(categoryId));
  if (!same) throw new AppError('CATEGORIES_CHANGED');
  await db.run(setPositions, { categoryIds: JSON.stringify(categoryIds) });
  return listDeskCategories({ db });
}
