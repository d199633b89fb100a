import { type DueTimes, dueTimes, TARGETS_OF_TICKET, type TargetsOfTicket } from '../../sla/due-times.js';
import type { QueuedTicket } from './schemas.js';

/** A time's name ends in `At`: see Statement. */
const COLUMNS = Object.entries({
  id: 'ticketId',
  subject: 'subject',
  status: 'status',
  priority: 'priority',
  category_id: 'categoryId',
  user_id: 'requester',
  assigned_agent: 'assignedAgent',
  message_count: 'messageCount',
  version: 'version',
  waiting_since: 'waitingAt',
  first_response_at: 'firstResponseAt',
  created_at: 'createdAt',
  updated_at: 'updatedAt',
})
  .map(([column, name]) => `tickets.${column} AS "${name}"`)
  .join(', ');

/** What makes a QueuedTicket of a row of `tickets`. */
export const QUEUED = `${COLUMNS}, ${TARGETS_OF_TICKET}`;

export type QueuedRow = Omit<QueuedTicket, 'waitingSince' | keyof DueTimes> &
  TargetsOfTicket & { waitingAt: string | null };

export function queuedTicketOf({
  waitingAt,
  firstResponseMinutes,
  resolutionMinutes,
  ...row
}: QueuedRow): QueuedTicket {
  const due = dueTimes({ ...row, firstResponseMinutes, resolutionMinutes });
  return { ...row, waitingSince: waitingAt, ...due };
}
