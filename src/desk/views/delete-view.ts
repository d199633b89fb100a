import type { TransactionScope } from '../../procedure/scope.js';
import { findChangeable, lockViews } from './saved-view.js';
import type { DeletedView, DeleteViewInput } from './schemas.js';

/**
 * Deletes a view. The tickets that it showed stay as they are.
 *
 * @throws AppError NOT_FOUND; FORBIDDEN
 */
export async function deleteView(
  { db, principal }: TransactionScope,
  { viewId }: DeleteViewInput,
): Promise<DeletedView> {
  await db.rows(lockViews, {});
  const { id } = await findChangeable(db, principal, viewId);
  await db.savedView.delete({ where: { id } });
  return { viewId: id };
}
