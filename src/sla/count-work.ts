import { fragment } from '../db/sql/kysely.js';
import { query } from '../db/sql/query.js';
import type { RowOf } from '../db/sql/row.js';
import type { ReadScope } from '../procedure/scope.js';
import { findSlaTerms } from './find-terms.js';
import { awaiting, OPEN_STATUSES, OPENED_BY, openedBy, TARGETS } from './targets-sql.js';

/**
 * What is left to do: tickets that are not resolved; of these, those whose customer waits for the desk; and service levels that are
 * missed, of a ticket with both of them missed two. One statement, so that all numbers are of one moment. What is missed is counted in
 * one index: of each priority, no further than the time up to which a target is.
 */
const countAll = query(
  'count work',
  OPENED_BY,
  ({ db, p }) => {
    const missed = TARGETS.map((target) =>
      awaiting(db, target)
        .select((eb) => eb.fn.countAll<number>().as('missed'))
        .where('status', 'in', OPEN_STATUSES)
        .where('created_at', '<=', p[target.name]),
    );
    return db
      .selectFrom('tickets')
      .select(({ fn }) => [
        fn.countAll<number>().as('open'),
        fn.count<number>('waiting_since').as('waiting'),
        fragment<number>`${fragment.join(missed, fragment` + `)}`.as('breached'),
      ])
      .where('status', 'in', OPEN_STATUSES);
  },
  { long: true },
);

/** How much there is to do at this moment, for the metrics. */
export async function countWork({ db, clock }: Pick<ReadScope, 'db' | 'clock'>): Promise<RowOf<typeof countAll>> {
  const terms = await findSlaTerms(db);
  const counted = await db.row(countAll, openedBy(terms, clock.now().getTime()));
  return counted ?? { open: 0, waiting: 0, breached: 0 };
}
