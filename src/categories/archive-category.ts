import { Statement } from '../db/sql/statement.js';
import type { WriteScope } from '../procedure/scope.js';
import { isStorable } from '../schema/text.js';
import { categoryNotFound, DESK_CATEGORY } from './desk-category.js';
import type { DeskCategory, OneCategoryInput } from './schemas.js';

const archive = new Statement<{ categoryId: string; now: Date }, DeskCategory>(
  'archive category',
  `UPDATE categories SET archived_at = COALESCE(archived_at, :now) WHERE id = :categoryId RETURNING ${DESK_CATEGORY}`,
);

/**
 * From now on the category refuses new tickets, and customers don't see it; it stays on those that it has. Archiving it
 * again answers with the first `archivedAt`.
 *
 * @throws AppError NOT_FOUND
 */
export async function archiveCategory(
  { sql, clock }: WriteScope,
  { categoryId }: OneCategoryInput,
): Promise<DeskCategory> {
  const archived = isStorable(categoryId) ? await sql.row(archive, { categoryId, now: clock.now() }) : undefined;
  if (archived === undefined) throw categoryNotFound();
  return archived;
}
