import { fragment } from '../../db/sql/kysely.js';
import { query } from '../../db/sql/query.js';
import type { ReadScope } from '../../procedure/scope.js';
import type { TicketStatus } from '../../tickets/lifecycle.js';
import { never, waitingSince } from './orders.js';
import type { QueueCounts } from './schemas.js';

/**
 * Those that are not closed are counted, in the index alone; the closed, which are nearly all, are kept count of. One statement:
 * two would look at two moments, and count a ticket twice that is closed in between.
 */
const countAll = query(
  'count queue',
  { me: 'tickets.assigned_agent' },
  ({ db, p, time }) => {
    const atWork = db
      .selectFrom('tickets')
      .select(({ fn, eb }) => [
        'status',
        fn.countAll<number>().as('total'),
        fn.countAll<number>().filterWhere('assigned_agent', 'is', null).as('unassigned'),
        fn.countAll<number>().filterWhere('assigned_agent', '=', p.me).as('mine'),
        fn
          .countAll<number>()
          .filterWhere(eb(waitingSince({ time }), '<', never({ time })))
          .as('waiting'),
      ])
      .where('status', 'in', ['Open', 'In Progress', 'Resolved'])
      .groupBy('status');
    const closed = db
      .selectFrom('closed_tickets')
      .select(({ fn, cast }) => [
        fragment.lit<TicketStatus>('Closed').as('status'),
        cast<number>(fn.sum('count'), 'bigint').as('total'),
        fragment.lit(0).as('unassigned'),
        fragment.lit(0).as('mine'),
        fragment.lit(0).as('waiting'),
      ]);
    return atWork.unionAll(closed);
  },
  { long: true },
);

/** How many tickets there are in each status, and of those at work, how many nobody has, you have, somebody waits for. */
export async function countQueue({ db, principal }: ReadScope): Promise<QueueCounts> {
  const rows = await db.rows(countAll, { me: principal.userId });
  const of = (status: TicketStatus) => {
    const { total = 0, unassigned = 0, mine = 0, waiting = 0 } = rows.find((row) => row.status === status) ?? {};
    return { total, unassigned, mine, waiting };
  };
  return {
    Open: of('Open'),
    'In Progress': of('In Progress'),
    Resolved: of('Resolved'),
    Closed: { total: of('Closed').total },
  };
}
