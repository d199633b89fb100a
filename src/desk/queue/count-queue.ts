import { Statement } from '../../db/sql/statement.js';
import type { ReadScope } from '../../procedure/scope.js';
import { WAITING } from './orders.js';
import type { QueueCounts } from './schemas.js';

type Counted = { status: string; total: number; unassigned: number; mine: number; waiting: number };

/**
 * Those that are not closed are counted, in the index alone; the closed, which are nearly all, are kept count of. One statement:
 * two would look at two moments, and count a ticket twice that is closed in between.
 */
const countAll = new Statement<{ me: string }, Counted>(
  'count queue',
  (dialect) => `
  SELECT status, count(*) AS total, count(*) FILTER (WHERE assigned_agent IS NULL) AS unassigned,
    count(*) FILTER (WHERE assigned_agent = :me) AS mine,
    count(*) FILTER (WHERE ${WAITING(dialect)} < ${dialect.time('9999-12-31T23:59:59.999Z')}) AS waiting
  FROM tickets WHERE status IN ('Open', 'In Progress', 'Resolved') GROUP BY status
  UNION ALL
  SELECT 'Closed', CAST(sum(count) AS bigint), 0, 0, 0 FROM closed_tickets`,
  { long: true },
);

/** How many tickets there are in each status, and of those at work, how many nobody has, you have, somebody waits for. */
export async function countQueue({ sql, principal }: ReadScope): Promise<QueueCounts> {
  const rows = await sql.rows(countAll, { me: principal.userId });
  const of = (status: string) => {
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
