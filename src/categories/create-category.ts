import { refuseTaken } from '../db/models/refuse-taken.js';
import type { TransactionScope } from '../procedure/scope.js';
import { nameKey } from '../schema/fold.js';
import { newId } from '../schema/ids.js';
import { lockCategories, nextPosition, prepareNames, requireRoom, SHOWN, toDeskCategory } from './desk-category.js';
import type { CreateCategoryInput, DeskCategory } from './schemas.js';

/**
 * Adds a category at the end of the list; it takes tickets from then on.
 *
 * @throws AppError NAME_TAKEN; TOO_MANY_CATEGORIES
 */
export async function createCategory(
  { db }: TransactionScope,
  { name, description }: CreateCategoryInput,
): Promise<DeskCategory> {
  await db.rows(lockCategories, {});
  await prepareNames(db);
  await requireRoom(db, { added: true });
  const position = await nextPosition(db);
  const created = await db.category
    .create({
      data: { id: newId('category'), name, activeNameKey: nameKey(name), description, position },
      select: SHOWN,
    })
    .catch(refuseTaken('NAME_TAKEN'));
  return toDeskCategory(created);
}
