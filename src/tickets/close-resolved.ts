import type { Principal } from '../auth/principal.js';
import { query } from '../db/sql/query.js';
import { recordEvent } from '../events/record-event.js';
import type { WriteScope } from '../procedure/scope.js';
import { SYSTEM_USER_ID } from '../schema/text.js';
import { nextEventAt } from './event-time.js';

/** Who does what happens by itself. */
const SYSTEM: Principal = { userId: SYSTEM_USER_ID, role: 'admin' };

const takeResolved = query(
  'take resolved tickets',
  { before: 'tickets.resolved_at', limit: 'number' },
  ({ db, p, tryLockUser, takeRows }) =>
    db
      .with('due', (due) =>
        due
          .selectFrom('tickets')
          .select(['id', 'user_id'])
          .where('status', '=', 'Resolved')
          .where('resolved_at', '<=', p.before)
          .orderBy('resolved_at')
          .limit(p.limit),
      )
      .selectFrom('due')
      .crossJoin('tickets')
      .select('tickets.id as ticketId')
      .whereRef('tickets.id', '=', 'due.id')
      .where('tickets.status', '=', 'Resolved')
      .where('tickets.resolved_at', '<=', p.before)
      .where((eb) => tryLockUser(eb.ref('due.user_id')))
      .$call(takeRows),
);

const closeTaken = query(
  'close resolved ticket',
  { ticketId: 'tickets.id', now: 'tickets.updated_at' },
  ({ db, p, ...fragments }) =>
    db
      .updateTable('tickets')
      .set((eb) => ({
        status: 'Closed',
        waiting_since: null,
        version: eb('version', '+', 1),
        closed_at: nextEventAt(fragments, p.now),
        updated_at: nextEventAt(fragments, p.now),
      }))
      .where('id', '=', p.ticketId)
      .returning('updated_at as closedAt'),
);

/**
 * Closes up to `limit` tickets that have been resolved since `before` or longer, longest first, and gives how many. Waits for
 * no lock: those of users whose tickets somebody changes in this moment are left for the next time, and so are tickets that
 * somebody works on. So it takes the tickets of several users in whatever order (docs/decisions/0019-lock-order.md).
 */
export async function closeResolved(
  { db, clock }: Pick<WriteScope, 'db' | 'clock'>,
  { before, limit }: { before: Date; limit: number },
): Promise<number> {
  const taken = await db.rows(takeResolved, { before, limit });
  for (const { ticketId } of taken) {
    const closed = await db.row(closeTaken, { ticketId, now: clock.now() });
    if (closed === undefined) throw new TypeError(`${ticketId} was taken, and is not there`);
    await recordEvent(
      { db, principal: SYSTEM },
      {
        ticketId,
        type: 'ticket.closed',
        before: { status: 'Resolved' },
        after: { status: 'Closed' },
        at: new Date(closed.closedAt),
      },
    );
  }
  return taken.length;
}
