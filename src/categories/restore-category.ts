import { refuseTaken } from '../db/models/refuse-taken.js';
import type { TransactionScope } from '../procedure/scope.js';
import { nameKey } from '../schema/fold.js';
import {
  findCategory,
  lockCategories,
  nextPosition,
  prepareNames,
  requireRoom,
  SHOWN,
  toDeskCategory,
} from './desk-category.js';
import type { DeskCategory, OneCategoryInput } from './schemas.js';

/**
 * An archived category takes tickets again, at the end of the list. One that is active stays where it is.
 *
 * @throws AppError NOT_FOUND; NAME_TAKEN where another one has got its name meanwhile; TOO_MANY_CATEGORIES
 */
export async function restoreCategory(
  { db }: TransactionScope,
  { categoryId }: OneCategoryInput,
): Promise<DeskCategory> {
  await db.rows(lockCategories, {});
  await prepareNames(db);
  const known = await findCategory(db, categoryId);
  if (known.archivedAt === null) return toDeskCategory(known);
  await requireRoom(db, { added: false });
  const restored = await db.category
    .update({
      where: { id: categoryId },
      data: { archivedAt: null, activeNameKey: nameKey(known.name), position: await nextPosition(db) },
      select: SHOWN,
    })
    .catch(refuseTaken('NAME_TAKEN'));
  return toDeskCategory(restored);
}
