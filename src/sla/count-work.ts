import { Statement } from '../db/sql/statement.js';
import type { ReadScope } from '../procedure/scope.js';
import { TICKET_PRIORITIES } from '../tickets/lifecycle.js';
import { OPEN_STATUSES, openedBy } from './due-sql.js';

/** What is left to do. */
export interface Work {
  /** Tickets that are not resolved. */
  open: number;
  /** Of these, those whose customer waits for the desk. */
  waiting: number;
  /** Service levels that are missed; a ticket with both of them missed counts twice. */
  breached: number;
}

const OPEN = `status IN (${OPEN_STATUSES.map((status) => `'${status}'`).join(', ')})`;

/**
 * One statement, so that all numbers are of one moment. What is missed is counted in one index: of each priority, no further than the
 * time up to which a target is.
 */
const countAll = new Statement<{ now: Date }, Work>(
  'count work',
  (dialect) => {
    const missed = TICKET_PRIORITIES.flatMap((priority) => {
      const of = `SELECT count(*) FROM tickets WHERE ${OPEN} AND priority = '${priority}' AND created_at <=`;
      const by = (target: 'firstResponse' | 'resolution') => openedBy(dialect, { priority, target, due: ':now' });
      return [`(${of} ${by('firstResponse')} AND first_response_at IS NULL)`, `(${of} ${by('resolution')})`];
    });
    return `SELECT count(*) AS open, count(waiting_since) AS waiting, ${missed.join(' + ')} AS breached
    FROM tickets WHERE ${OPEN}`;
  },
  { long: true },
);

/** How much there is to do at this moment, for the metrics. */
export async function countWork({ sql, clock }: Pick<ReadScope, 'sql' | 'clock'>): Promise<Work> {
  return (await sql.row(countAll, { now: clock.now() })) ?? { open: 0, waiting: 0, breached: 0 };
}
