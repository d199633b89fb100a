import { query } from '../../db/sql/query.js';
import { AppError } from '../../errors/app-error.js';
import type { TransactionScope } from '../../procedure/scope.js';
import { listViews } from './list-views.js';
import { lockViews, SHARED_LIST } from './saved-view.js';
import type { OrderViewsInput, View } from './schemas.js';

/** SQL: one statement for up to 100 of them. */
const setPositions = query('order views', { viewIds: 'text' }, ({ db, p, listed }) =>
  db
    .updateTable('saved_views')
    .from(listed(p.viewIds).as('listed'))
    .set((eb) => ({ position: eb.ref('listed.place') }))
    .whereRef('saved_views.id', '=', 'listed.value'),
);

/**
 * Puts one's own views, or the shared ones, into the order of the list. It must have each of them once, so that nobody undoes
 * what another one added or deleted without having seen it.
 *
 * @throws AppError FORBIDDEN where who is no admin orders the shared ones; VIEWS_CHANGED
 */
export async function orderViews(
  { db, principal }: TransactionScope,
  { shared, viewIds }: OrderViewsInput,
): Promise<View[]> {
  if (shared && principal.role !== 'admin') {
    throw new AppError('FORBIDDEN', { message: 'Admins order the shared views' });
  }
  await db.rows(lockViews, {});
  const list = shared ? SHARED_LIST : principal.userId;
  const known = await db.savedView.findMany({ where: { list }, select: { id: true } });
  const sent = new Set(viewIds);
  const isWhole = viewIds.length === known.length && known.every(({ id }) => sent.has(id));
  if (!isWhole) throw new AppError('VIEWS_CHANGED');
  await db.run(setPositions, { viewIds: JSON.stringify(viewIds) });
  return listViews({ db, principal });
}
