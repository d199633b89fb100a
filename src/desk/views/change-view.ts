import { refuseTaken } from '../../db/models/refuse-taken.js';
import type { TransactionScope } from '../../procedure/scope.js';
import { nameKey } from '../../schema/fold.js';
import { later } from '../../schema/time.js';
import { findChangeable, lockViews, nextPosition, SHARED_LIST, SHOWN, storedFilters, toView } from './saved-view.js';
import type { ChangeViewInput, View } from './schemas.js';

/**
 * Gives a view another name, filters, order or list; what is not given stays. One that is shared no more is its maker's own again.
 *
 * @throws AppError NOT_FOUND; FORBIDDEN; NAME_TAKEN; TOO_MANY_VIEWS
 */
export async function changeView(
  { db, principal, clock }: TransactionScope,
  { viewId, name, filters, sort, shared }: ChangeViewInput,
): Promise<View> {
  await db.rows(lockViews, {});
  const known = await findChangeable(db, principal, viewId);
  const list = shared === undefined ? known.list : shared ? SHARED_LIST : known.owner;
  const changed = await db.savedView
    .update({
      where: { id: viewId },
      data: {
        ...(name !== undefined && { name, nameKey: nameKey(name) }),
        ...(filters !== undefined && { filters: storedFilters(filters) }),
        ...(sort !== undefined && { sort }),
        ...(list !== known.list && { list, position: await nextPosition(db, list) }),
        updatedAt: later(known.updatedAt, clock.now()),
      },
      select: SHOWN,
    })
    .catch(refuseTaken('NAME_TAKEN'));
  return toView(changed);
}
