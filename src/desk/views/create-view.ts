import { refuseTaken } from '../../db/models/refuse-taken.js';
import type { TransactionScope } from '../../procedure/scope.js';
import { nameKey } from '../../schema/fold.js';
import { newId } from '../../schema/ids.js';
import { lockViews, nextPosition, SHARED_LIST, SHOWN, storedFilters, toView } from './saved-view.js';
import type { CreateViewInput, View } from './schemas.js';

/**
 * Keeps filters and an order under a name, for oneself or for the whole desk.
 *
 * @throws AppError NAME_TAKEN; TOO_MANY_VIEWS
 */
export async function createView(
  { db, principal, clock }: TransactionScope,
  { name, filters, sort, shared }: CreateViewInput,
): Promise<View> {
  const now = clock.now();
  const list = shared ? SHARED_LIST : principal.userId;
  await db.rows(lockViews, {});
  const position = await nextPosition(db, list);
  const created = await db.savedView
    .create({
      data: {
        id: newId('view'),
        name,
        nameKey: nameKey(name),
        owner: principal.userId,
        list,
        position,
        filters: storedFilters(filters),
        sort,
        createdAt: now,
        updatedAt: now,
      },
      select: SHOWN,
    })
    .catch(refuseTaken('NAME_TAKEN'));
  return toView(created);
}
