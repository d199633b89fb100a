import { refuseTaken } from '../db/models/refuse-taken.js';
import type { TransactionScope } from '../procedure/scope.js';
import { nameKey } from '../schema/fold.js';
import { findCategory, lockCategories, prepareNames, SHOWN, toDeskCategory } from './desk-category.js';
import type { ChangeCategoryInput, DeskCategory } from './schemas.js';

/**
 * Gives a category another name or description; what is not given stays. Its tickets show the new name at once.
 *
 * @throws AppError NOT_FOUND; NAME_TAKEN
 */
export async function changeCategory(
  { db }: TransactionScope,
  { categoryId, name, description }: ChangeCategoryInput,
): Promise<DeskCategory> {
  await db.rows(lockCategories, {});
  await prepareNames(db);
  const known = await findCategory(db, categoryId);
  const renamed = name !== undefined && name !== known.name;
  const changed = await db.category
    .update({
      where: { id: categoryId },
      data: {
        description: description ?? known.description,
        ...(renamed && { name, activeNameKey: known.archivedAt === null ? nameKey(name) : null }),
      },
      select: SHOWN,
    })
    .catch(refuseTaken('NAME_TAKEN'));
  return toDeskCategory(changed);
}
