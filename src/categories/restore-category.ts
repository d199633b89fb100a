import { Statement } from '../db/sql/statement.js';
import type { WriteScope } from '../procedure/scope.js';
import { findCategory, LAST_POSITION, lockCategories, requireFreeName, requireRoom } from './desk-category.js';
import type { DeskCategory, OneCategoryInput } from './schemas.js';

const restore = new Statement<{ categoryId: string }>(
  'restore category',
  `UPDATE categories SET archived_at = NULL, position = ${LAST_POSITION} WHERE id = :categoryId`,
);

/**
 * An archived category takes tickets again, at the end of the list. One that is active stays where it is.
 *
 * @throws AppError NOT_FOUND; NAME_TAKEN where another one has got its name meanwhile; TOO_MANY_CATEGORIES
 */
export async function restoreCategory({ sql }: WriteScope, { categoryId }: OneCategoryInput): Promise<DeskCategory> {
  await sql.rows(lockCategories, {});
  const known = await findCategory(sql, categoryId);
  if (known.archivedAt === null) return known;
  await requireFreeName(sql, known);
  await requireRoom(sql, { added: false });
  await sql.run(restore, { categoryId });
  return { ...known, archivedAt: null };
}
