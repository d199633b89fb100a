import type { Db } from '../db/sql/db.js';
import { expressionBuilder } from '../db/sql/kysely.js';
import type { Tables } from '../db/sql/tables.js';
import type { TicketStatus } from '../tickets/lifecycle.js';
import type { WorkingTime } from './working-time.js';

/** The targets of the priority that a row of `tickets` has, and by which calendar they count, for a `SELECT`. */
export function targetsOfTicket(db: Db) {
  const ticket = expressionBuilder<Tables, 'tickets'>();
  const targets = db.selectFrom('sla_targets').where('sla_targets.priority', '=', ticket.ref('tickets.priority'));
  return [
    targets.select('first_response_minutes').$asScalar().as('firstResponseMinutes'),
    targets.select('resolution_minutes').$asScalar().as('resolutionMinutes'),
    calendarRevision(db).as('calendarRevision'),
  ] as const;
}

export function calendarRevision(db: Db) {
  return db.selectFrom('sla_calendar').select('revision').$asScalar();
}

export interface TargetsOfTicket {
  /** 0 or null: there is no target. */
  firstResponseMinutes: number | null;
  resolutionMinutes: number | null;
  /** See findWorkingTime(). */
  calendarRevision: string | null;
}

export interface DueTimes {
  firstResponseDueAt: string | null;
  resolutionDueAt: string | null;
}

interface Awaiting extends Omit<TargetsOfTicket, 'calendarRevision'> {
  status: TicketStatus;
  createdAt: string;
  firstResponseAt: string | null;
}

/** When what is still awaited is due, or was: nothing is of what is Resolved or Closed, nor an answer that there is. */
export function dueTimes({ status, createdAt, firstResponseAt, ...targets }: Awaiting, working: WorkingTime): DueTimes {
  const open = status === 'Open' || status === 'In Progress';
  const ifTarget = (minutes: number | null) => (minutes ? dueAt(working, createdAt, minutes) : null);
  return {
    firstResponseDueAt: open && firstResponseAt === null ? ifTarget(targets.firstResponseMinutes) : null,
    resolutionDueAt: open ? ifTarget(targets.resolutionMinutes) : null,
  };
}

/** When a target of so many minutes is due. */
export function dueAt(working: WorkingTime, createdAt: string, minutes: number): string {
  return new Date(working.dueAt(Date.parse(createdAt), minutes)).toISOString();
}
