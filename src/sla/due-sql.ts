import type { Dialect } from '../db/sql/statement.js';
import type { TicketPriority } from '../tickets/lifecycle.js';
import type { SlaBreach } from './schemas.js';

type Target = SlaBreach['target'];

/** Nobody waits any more for what is resolved or closed. */
export const OPEN_STATUSES = ['Open', 'In Progress'] as const;

const COLUMNS: Record<Target, string> = {
  firstResponse: 'first_response_minutes',
  resolution: 'resolution_minutes',
};

/** How many minutes a target of a priority has, as a subquery; 0: there is no target. */
export function targetMinutes(priority: TicketPriority, target: Target): string {
  return `(SELECT ${COLUMNS[target]} FROM sla_targets WHERE priority = '${priority}')`;
}

interface DueBy {
  priority: TicketPriority;
  target: Target;
  /** By when it is due, a time in SQL. */
  due: string;
  /** What else must hold, without columns of `tickets`: looked at once. */
  where?: string;
}

/**
 * When a ticket of the priority was opened at the latest whose target is due by a time, as a subquery that is no row's: an index by
 * `created_at` ends there. NULL, and so before every ticket, where there is no target.
 */
export function openedBy({ minutesAfter }: Dialect, { priority, target, due, where = 'TRUE' }: DueBy): string {
  const minutes = COLUMNS[target];
  return `(SELECT ${minutesAfter(due, `-${minutes}`)} FROM sla_targets
        WHERE priority = '${priority}' AND ${minutes} > 0 AND ${where})`;
}
