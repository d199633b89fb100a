import type { TransactionScope } from '../procedure/scope.js';
import { findCategory, lockCategories, SHOWN, toDeskCategory } from './desk-category.js';
import type { DeskCategory, OneCategoryInput } from './schemas.js';

/**
 * From now on the category refuses new tickets, and customers don't see it; it stays on those that it has. Archiving it
 * again answers with the first `archivedAt`.
 *
 * @throws AppError NOT_FOUND
 */
export async function archiveCategory(
  { db, clock }: TransactionScope,
  { categoryId }: OneCategoryInput,
): Promise<DeskCategory> {
  await db.rows(lockCategories, {});
  const { archivedAt } = await findCategory(db, categoryId);
  const archived = await db.category.update({
    where: { id: categoryId },
    data: { archivedAt: archivedAt ?? clock.now(), activeNameKey: null },
    select: SHOWN,
  });
  return toDeskCategory(archived);
}
