import { Statement } from '../db/sql/statement.js';
import type { ReadScope } from '../procedure/scope.js';
import { TICKET_PRIORITIES, type TicketPriority } from '../tickets/lifecycle.js';
import { listSlaTargets } from './list-targets.js';
import type { ListSlaBreachesInput, SlaBreach } from './schemas.js';

const MINUTE_MS = 60_000;
type Target = SlaBreach['target'];

/** What is still to be done, as a condition on an open ticket. */
const MISSING: Record<Target, string> = { firstResponse: 'AND first_response_at IS NULL', resolution: '' };
const TARGETS = Object.keys(MISSING) as Target[];
/** Nobody waits any more for what is resolved or closed. */
const OPEN = ['Open', 'In Progress'];

const valueName = (priority: TicketPriority, target: Target) => `${target}${priority}`;

/**
 * The oldest open tickets of each priority that a target applies to. In each part the index gives them in order, so that
 * it reads no more than it takes.
 */
const selectDue = new Statement<Record<string, Date | number | null>, Omit<SlaBreach, 'dueAt'> & { createdAt: string }>(
  'list sla breaches',
  TICKET_PRIORITIES.flatMap((priority) =>
    TARGETS.flatMap((target) =>
      OPEN.map(
        (status) => `SELECT * FROM (
      SELECT id AS "ticketId", subject, status, priority, assigned_agent AS "assignedAgent", '${target}' AS target,
        created_at AS "createdAt"
      FROM tickets
      WHERE status = '${status}' AND priority = '${priority}' AND created_at <= :${valueName(priority, target)}
        ${MISSING[target]}
      ORDER BY created_at LIMIT :limit) AS "${status} ${priority} ${target}"`,
      ),
    ),
  ).join('\nUNION ALL\n'),
);

/**
 * What has been due, or is within so many minutes, most overdue first: at most `limit`. A ticket with both targets missed
 * is there twice.
 */
export async function listSlaBreaches(
  { sql, clock }: ReadScope,
  { within, limit }: ListSlaBreachesInput,
): Promise<SlaBreach[]> {
  const targets = await listSlaTargets({ sql });
  const now = clock.now().getTime();
  const minutesOf = (priority: TicketPriority, target: Target) =>
    targets.find((one) => one.priority === priority)?.[`${target}Minutes`] ?? 0;

  const openedBefore = TICKET_PRIORITIES.flatMap((priority) =>
    TARGETS.map((target) => {
      const minutes = minutesOf(priority, target);
      return [valueName(priority, target), minutes === 0 ? null : new Date(now + (within - minutes) * MINUTE_MS)];
    }),
  );
  const rows = await sql.rows(selectDue, { ...Object.fromEntries(openedBefore), limit });
  return rows
    .map(({ createdAt, ...ticket }) => {
      const due = Date.parse(createdAt) + minutesOf(ticket.priority, ticket.target) * MINUTE_MS;
      return { ...ticket, due, dueAt: new Date(due).toISOString(), breached: due <= now };
    })
    .sort((a, b) => a.due - b.due || (a.ticketId < b.ticketId ? -1 : 1))
    .slice(0, limit)
    .map(({ due: _, ...breach }) => breach);
}
