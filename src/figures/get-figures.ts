import { Statement } from '../db/sql/statement.js';
import type { ReadScope } from '../procedure/scope.js';
import { TICKET_PRIORITIES, TICKET_STATUSES } from '../tickets/lifecycle.js';
import { busiest, type Done, partsOf, workOf } from './part.js';
import { type Figures, type FiguresInput, MAX_AGENTS } from './schemas.js';

type Row = Omit<Done, 'values'> & { values: string };

const within = (column: string) => `${column} >= :from AND ${column} < :to`;
const anyOf = (column: string, values: readonly string[]) =>
  `${column} IN (${values.map((value) => `'${value}'`).join(', ')})`;

/**
 * One statement, so that all numbers are of one moment. It sorts nothing: on SQLite that would keep all other requests
 * waiting, three times as long as this and the sorting of plain numbers after it.
 *
 * Each range is walked in an index. Every status and priority is named, as two of the indexes begin with them.
 */
const selectDone = new Statement<{ from: Date; to: Date }, Row>(
  'figures',
  ({ seconds, jsonArray, withinTime }) => `
  WITH done AS (
    SELECT 'answered' AS measure, category_id, ${seconds('created_at', 'first_response_at')} AS value,
      (SELECT sender FROM messages WHERE ticket_id = tickets.id AND sender <> tickets.user_id
       ORDER BY position LIMIT 1) AS agent
    FROM tickets WHERE ${within('first_response_at')} AND ${withinTime}
    UNION ALL
    SELECT 'solved', category_id, ${seconds('created_at', 'resolved_at')},
      (SELECT actor FROM events WHERE ticket_id = tickets.id AND type = 'ticket.resolved' ORDER BY id DESC LIMIT 1)
    FROM tickets WHERE ${anyOf('status', ['Resolved', 'Closed'])} AND ${within('resolved_at')} AND ${withinTime}
    UNION ALL
    SELECT 'rated', (SELECT category_id FROM tickets WHERE id = ratings.ticket_id), score, agent
    FROM ratings WHERE ${within('created_at')} AND ${withinTime}
  )
  SELECT measure, category_id AS "categoryId", agent, count(*) AS total, ${jsonArray('value')} AS "values"
  FROM done GROUP BY measure, category_id, agent
  UNION ALL
  SELECT 'opened', category_id, NULL, count(*), '[]'
  FROM tickets
  WHERE ${anyOf('status', TICKET_STATUSES)} AND ${anyOf('priority', TICKET_PRIORITIES)} AND ${within('created_at')} AND ${withinTime}
  GROUP BY category_id`,
  // Its plan depends on how long the period is.
  { once: true, long: true },
);

/** How much was opened, answered and solved in a period, how long it took, and what customers thought of it: overall, by agent and by category. */
export async function getFigures({ sql }: ReadScope, { from, to }: FiguresInput): Promise<Figures> {
  const period = { from: new Date(from), to: new Date(to) };
  const rows = await sql.rows(selectDone, period);
  const all = rows.map((row): Done => ({ ...row, values: JSON.parse(row.values) }));
  const opened = all.filter(({ measure }) => measure === 'opened');
  const done = all.filter(({ measure }) => measure !== 'opened');
  const agents = partsOf(done, 'agent').map(([agent, part]) => ({ agent, ...workOf(part) }));
  const sum = (some: Done[]) => some.reduce((total, one) => total + one.total, 0);
  return {
    from: period.from.toISOString(),
    to: period.to.toISOString(),
    overall: { opened: sum(opened), ...workOf(done) },
    agents: busiest(agents, MAX_AGENTS),
    agentsLeftOut: Math.max(0, agents.length - MAX_AGENTS),
    categories: partsOf(all, 'categoryId').map(([categoryId, part]) => ({
      categoryId,
      opened: sum(part.filter(({ measure }) => measure === 'opened')),
      ...workOf(part),
    })),
  };
}
