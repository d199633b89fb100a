import { Statement } from '../db/sql/statement.js';
import type { ReadScope } from '../procedure/scope.js';
import { TICKET_PRIORITIES, type TicketPriority } from '../tickets/lifecycle.js';
import { listSlaTargets } from './list-targets.js';

const MINUTE_MS = 60_000;

/** What is left to do. */
export interface Work {
  /** Tickets that are not resolved. */
  open: number;
  /** Of these, those whose customer waits for the desk. */
  waiting: number;
  /** Service levels that are missed; a ticket with both of them missed counts twice. */
  breached: number;
}

const OPEN = `status IN ('Open', 'In Progress')`;

const countOpen = new Statement<Record<string, never>, Omit<Work, 'breached'>>(
  'count open tickets',
  `SELECT count(*) AS open, count(waiting_since) AS waiting FROM tickets WHERE ${OPEN}`,
  { long: true },
);

const answerBy = (priority: TicketPriority) => `answer${priority}`;
const resolveBy = (priority: TicketPriority) => `resolution${priority}`;

/** In one index: of each priority, no further than the time up to which a target is missed. */
const countBreached = new Statement<Record<string, Date | null>, Pick<Work, 'breached'>>(
  'count breached targets',
  `SELECT ${TICKET_PRIORITIES.flatMap((priority) => {
    const of = `SELECT count(*) FROM tickets WHERE ${OPEN} AND priority = '${priority}' AND created_at`;
    return [`(${of} <= :${answerBy(priority)} AND first_response_at IS NULL)`, `(${of} <= :${resolveBy(priority)})`];
  }).join(' + ')} AS breached`,
  { long: true },
);

/** How much there is to do at this moment, for the metrics. */
export async function countWork({ sql, clock }: Pick<ReadScope, 'sql' | 'clock'>): Promise<Work> {
  const now = clock.now().getTime();
  const openedBefore: Record<string, Date | null> = {};
  for (const { priority, firstResponseMinutes, resolutionMinutes } of await listSlaTargets({ sql })) {
    openedBefore[answerBy(priority)] = missedFrom(firstResponseMinutes, now);
    openedBefore[resolveBy(priority)] = missedFrom(resolutionMinutes, now);
  }
  const open = await sql.row(countOpen, {});
  const breached = await sql.row(countBreached, openedBefore);
  return { open: open?.open ?? 0, waiting: open?.waiting ?? 0, breached: breached?.breached ?? 0 };
}

/** Tickets from then or before have missed a target of so many minutes; null: there is no target. */
function missedFrom(minutes: number, now: number): Date | null {
  return minutes === 0 ? null : new Date(now - minutes * MINUTE_MS);
}
