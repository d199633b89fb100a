import { query } from '../../db/sql/query.js';
import type { ReadScope } from '../../procedure/scope.js';

const selectOldestHidden = query('oldest hidden event', {}, ({ db, isInFeed }) =>
  db
    .selectFrom('events')
    .select((eb) => eb.fn.min('created_at').as('oldestAt'))
    .where((eb) => eb.not(isInFeed(eb.ref('transaction_id')))),
);

/** How old the oldest event is that the feed can't show yet, in seconds (docs/decisions/0015-history.md); 0: it shows all. */
export async function feedLag({ db, clock }: Pick<ReadScope, 'db' | 'clock'>): Promise<number> {
  const hidden = await db.row(selectOldestHidden, {});
  if (!hidden?.oldestAt) return 0;
  return Math.max(0, (clock.now().getTime() - Date.parse(hidden.oldestAt)) / 1000);
}
