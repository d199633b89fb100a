import { dynamicQuery } from '../../db/sql/dynamic-query.js';
import { query } from '../../db/sql/query.js';
import type { RowOf } from '../../db/sql/row.js';
import { AppError } from '../../errors/app-error.js';
import type { EventType } from '../../events/event-types.js';
import { recordEvent } from '../../events/record-event.js';
import type { WriteScope } from '../../procedure/scope.js';
import { isTicketId } from '../../schema/ids.js';
import { lastEventAt } from '../../tickets/event-time.js';
import { mayStep, type TicketStatus } from '../../tickets/lifecycle.js';
import { ticketNotFound } from '../../tickets/visible-ticket.js';
import type { TicketState } from './schemas.js';

const lockTicket = query('lock ticket', { ticketId: 'tickets.id' }, ({ db, p, lockUser, lockRow }) =>
  db
    .selectFrom('tickets')
    .select([
      'id as ticketId',
      'status',
      'priority',
      'category_id as categoryId',
      'assigned_agent as assignedAgent',
      'resolution',
      'version',
      'updated_at as updatedAt',
      lastEventAt().as('lastEventAt'),
      'waiting_since as waitingSinceAt',
      'resolved_at as resolvedAt',
      'closed_at as closedAt',
    ])
    .where('id', '=', p.ticketId)
    .where((eb) => lockUser(eb.ref('user_id')))
    .$call(lockRow),
);

/** A ticket under its lock, and its user's before it: nobody changes it before the transaction ends. */
export type LockedTicket = Readonly<RowOf<typeof lockTicket>>;

/** What the desk may change of a ticket. */
export type Change = Partial<Pick<LockedTicket, 'status' | 'priority' | 'categoryId' | 'assignedAgent' | 'resolution'>>;

/**
 * Names only the columns that change: SQLite writes anew each index that has one of those named, and fires the triggers
 * for them, also where the values are the same.
 */
const updateTicket = dynamicQuery(
  'update ticket',
  {
    ticketId: 'tickets.id',
    status: 'tickets.status',
    priority: 'tickets.priority',
    categoryId: 'tickets.category_id',
    assignedAgent: 'tickets.assigned_agent?',
    resolution: 'tickets.resolution?',
    waitingSince: 'tickets.waiting_since?',
    resolvedAt: 'tickets.resolved_at?',
    closedAt: 'tickets.closed_at?',
    updatedAt: 'tickets.updated_at',
  },
  ({ db, p }, changed: readonly (keyof Change)[]) =>
    db
      .updateTable('tickets')
      .set((eb) => ({
        ...(changed.includes('status') && {
          status: p.status,
          waiting_since: p.waitingSince,
          resolved_at: p.resolvedAt,
          closed_at: p.closedAt,
        }),
        ...(changed.includes('priority') && { priority: p.priority }),
        ...(changed.includes('categoryId') && { category_id: p.categoryId }),
        ...(changed.includes('assignedAgent') && { assigned_agent: p.assignedAgent }),
        ...(changed.includes('resolution') && { resolution: p.resolution }),
        updated_at: p.updatedAt,
        version: eb('version', '+', 1),
      }))
      .where('id', '=', p.ticketId),
  { prepared: true },
);

/**
 * Changes a ticket for the desk: locks its user and it, has `decide` say what is to change, and writes that with its event. What is so
 * already is no change; where nothing is left, nothing is written. `decide` may throw: then nothing is, either.
 *
 * @throws AppError NOT_FOUND; INVALID_TRANSITION for a step that the life cycle does not have, and for any change of a
 * closed ticket.
 */
export async function changeTicket(
  scope: WriteScope,
  ticketId: string,
  decide: (ticket: LockedTicket) => Change | Promise<Change>,
): Promise<TicketState> {
  const ticket = isTicketId(ticketId) ? await scope.db.row(lockTicket, { ticketId }) : undefined;
  if (ticket === undefined) throw ticketNotFound();
  const change = realChange(ticket, reopening(ticket, await decide(ticket)));
  const changed = (Object.keys(change) as (keyof Change)[]).sort();
  if (changed.length === 0) return stateOf(ticket);
  requireStep(ticket.status, change.status);

  // Always later than the event before it, whatever the clocks say: as nextEventAt().
  const now = new Date(Math.max(scope.clock.now().getTime(), Date.parse(ticket.lastEventAt) + 1));
  const after = { ...ticket, ...change, ...timesOf(ticket, change.status, now.toISOString()) };
  await scope.db.run(updateTicket(changed), {
    ticketId,
    status: after.status,
    priority: after.priority,
    categoryId: after.categoryId,
    assignedAgent: after.assignedAgent,
    resolution: after.resolution,
    waitingSince: toDate(after.waitingSinceAt),
    resolvedAt: toDate(after.resolvedAt),
    closedAt: toDate(after.closedAt),
    updatedAt: now,
  });
  const before = Object.fromEntries(changed.map((field) => [field, ticket[field]]));
  await recordEvent(scope, { ticketId, type: eventType(ticket.status, change), before, after: { ...change }, at: now });
  return stateOf({ ...after, version: ticket.version + 1, updatedAt: now.toISOString() });
}

/** How it was resolved holds no more where it is reopened. */
function reopening({ status }: LockedTicket, change: Change): Change {
  const reopens = status === 'Resolved' && (change.status === 'Open' || change.status === 'In Progress');
  return reopens ? { ...change, resolution: null } : change;
}

function realChange(ticket: LockedTicket, change: Change): Change {
  const real = Object.entries(change).filter(
    ([field, value]) => value !== undefined && value !== ticket[field as keyof Change],
  );
  return Object.fromEntries(real);
}

function requireStep(from: TicketStatus, to: TicketStatus | undefined): void {
  if (from === 'Closed') throw new AppError('INVALID_TRANSITION', { message: `The ticket is Closed, which is final` });
  if (to === undefined || mayStep(from, to, 'desk')) return;
  throw new AppError('INVALID_TRANSITION', { message: `The ticket is ${from}, and can't become ${to} from there` });
}

/** What else a step of the status changes. */
function timesOf(ticket: LockedTicket, to: TicketStatus | undefined, now: string) {
  const { waitingSinceAt, resolvedAt, closedAt } = ticket;
  if (to === 'Resolved') return { waitingSinceAt: null, resolvedAt: now, closedAt };
  if (to === 'Closed') return { waitingSinceAt: null, resolvedAt, closedAt: now };
  // Reopened.
  if (to !== undefined) return { waitingSinceAt, resolvedAt: null, closedAt };
  return { waitingSinceAt, resolvedAt, closedAt };
}

/** One event for a change, called after the most that it did. */
function eventType(from: TicketStatus, { status, assignedAgent }: Change): EventType {
  if (status === 'Closed') return 'ticket.closed';
  if (status === 'Resolved') return 'ticket.resolved';
  if (from === 'Resolved' && status !== undefined) return 'ticket.reopened';
  if (assignedAgent === undefined) return 'ticket.updated';
  return assignedAgent === null ? 'ticket.unassigned' : 'ticket.assigned';
}

function stateOf(ticket: LockedTicket): TicketState {
  const { ticketId, status, priority, categoryId, assignedAgent, resolution, version, updatedAt } = ticket;
  return { ticketId, status, priority, categoryId, assignedAgent, resolution, version, updatedAt };
}

function toDate(time: string | null): Date | null {
  return time === null ? null : new Date(time);
}
