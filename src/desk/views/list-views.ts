import type { Principal } from '../../auth/principal.js';
import type { ModelReads } from '../../db/models/models.js';
import { SHARED_LIST, SHOWN, toView } from './saved-view.js';
import type { View } from './schemas.js';

/** One's own views, and after them the shared ones, each in its order. */
export async function listViews({
  db,
  principal,
}: {
  db: Pick<ModelReads, 'savedView'>;
  principal: Principal;
}): Promise<View[]> {
  const rows = await db.savedView.findMany({
    where: { list: { in: [principal.userId, SHARED_LIST] } },
    orderBy: [{ list: 'desc' }, { position: 'asc' }, { id: 'asc' }],
    select: SHOWN,
  });
  return rows.map(toView);
}
