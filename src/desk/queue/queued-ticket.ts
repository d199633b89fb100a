import type { Db } from '../../db/sql/db.js';
import { type DueTimes, dueTimes, type TargetsOfTicket, targetsOfTicket } from '../../sla/due-times.js';
import type { WorkingTime } from '../../sla/working-time.js';
import type { QueuedTicket } from './schemas.js';

const COLUMNS = [
  'tickets.id as ticketId',
  'tickets.subject',
  'tickets.status',
  'tickets.priority',
  'tickets.category_id as categoryId',
  'tickets.user_id as requester',
  'tickets.assigned_agent as assignedAgent',
  'tickets.message_count as messageCount',
  'tickets.version',
  'tickets.waiting_since as waitingAt',
  'tickets.first_response_at as firstResponseAt',
  'tickets.created_at as createdAt',
  'tickets.updated_at as updatedAt',
] as const;

/** What makes a QueuedTicket of a row of `tickets`. */
export function queuedColumns(db: Db) {
  return [...COLUMNS, ...targetsOfTicket(db)] as const;
}

type QueuedRow = Omit<QueuedTicket, 'waitingSince' | keyof DueTimes> & TargetsOfTicket & { waitingAt: string | null };

export function queuedTicketOf(
  { waitingAt, firstResponseMinutes, resolutionMinutes, calendarRevision: _, ...row }: QueuedRow,
  working: WorkingTime,
): QueuedTicket {
  const due = dueTimes({ ...row, firstResponseMinutes, resolutionMinutes }, working);
  return { ...row, waitingSince: waitingAt, ...due };
}
