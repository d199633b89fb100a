import type { Db } from '../db/sql/db.js';
import { expressionBuilder } from '../db/sql/kysely.js';
import type { Tables } from '../db/sql/tables.js';
import type { TicketStatus } from '../tickets/lifecycle.js';

const MINUTE_MS = 60_000;

/** The targets of the priority that a row of `tickets` has, for a `SELECT`. */
export function targetsOfTicket(db: Db) {
  const ticket = expressionBuilder<Tables, 'tickets'>();
  const targets = db.selectFrom('sla_targets').where('sla_targets.priority', '=', ticket.ref('tickets.priority'));
  return [
    targets.select('first_response_minutes').$asScalar().as('firstResponseMinutes'),
    targets.select('resolution_minutes').$asScalar().as('resolutionMinutes'),
  ] as const;
}

/** 0 or null: there is no target. */
export interface TargetsOfTicket {
  firstResponseMinutes: number | null;
  resolutionMinutes: number | null;
}

export interface DueTimes {
  firstResponseDueAt: string | null;
  resolutionDueAt: string | null;
}

interface Awaiting extends TargetsOfTicket {
  status: TicketStatus;
  createdAt: string;
  firstResponseAt: string | null;
}

/** When what is still awaited is due, or was: nothing is of what is Resolved or Closed, nor an answer that there is. */
export function dueTimes({ status, createdAt, firstResponseAt, ...targets }: Awaiting): DueTimes {
  const open = status === 'Open' || status === 'In Progress';
  const ifTarget = (minutes: number | null) => (minutes ? dueAt(createdAt, minutes) : null);
  return {
    firstResponseDueAt: open && firstResponseAt === null ? ifTarget(targets.firstResponseMinutes) : null,
    resolutionDueAt: open ? ifTarget(targets.resolutionMinutes) : null,
  };
}

/** When a target of so many minutes is due. */
export function dueAt(createdAt: string, minutes: number): string {
  return new Date(Date.parse(createdAt) + minutes * MINUTE_MS).toISOString();
}
