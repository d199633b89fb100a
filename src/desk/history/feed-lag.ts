import { Statement } from '../../db/sql/statement.js';
import type { ReadScope } from '../../procedure/scope.js';

/** On SQLite an event can be read when its transaction has ended: there is one that writes. */
const selectOldestHidden = new Statement<Record<string, never>, { oldestAt: string | null }>(
  'oldest hidden event',
  ({ engine }) =>
    engine === 'postgresql'
      ? 'SELECT min(created_at) AS "oldestAt" FROM events WHERE transaction_id >= event_horizon()'
      : 'SELECT NULL AS "oldestAt"',
);

/** How old the oldest event is that the feed can't show yet, in seconds (docs/decisions/0015-history.md); 0: it shows all. */
export async function feedLag({ sql, clock }: Pick<ReadScope, 'sql' | 'clock'>): Promise<number> {
  const hidden = await sql.row(selectOldestHidden, {});
  if (!hidden?.oldestAt) return 0;
  return Math.max(0, (clock.now().getTime() - Date.parse(hidden.oldestAt)) / 1000);
}
