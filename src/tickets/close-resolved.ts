import type { Principal } from '../auth/principal.js';
import { Statement } from '../db/sql/statement.js';
import { recordEvent } from '../events/record-event.js';
import type { WriteScope } from '../procedure/scope.js';
import { SYSTEM_USER_ID } from '../schema/text.js';

/** Who does what happens by itself. */
const SYSTEM: Principal = { userId: SYSTEM_USER_ID, role: 'admin' };

const takeResolved = new Statement<{ before: Date; limit: number }, { ticketId: string }>(
  'take resolved tickets',
  ({ tryLockUser, takeRows }) => `
  WITH due AS (
    SELECT id, user_id FROM tickets WHERE status = 'Resolved' AND resolved_at <= :before ORDER BY resolved_at LIMIT :limit)
  SELECT tickets.id AS "ticketId" FROM due CROSS JOIN tickets
  WHERE tickets.id = due.id AND tickets.status = 'Resolved' AND tickets.resolved_at <= :before
    AND ${tryLockUser('due.user_id')} ${takeRows}`,
);

const closeTaken = new Statement<{ ticketId: string; now: Date }, { closedAt: string }>(
  'close resolved ticket',
  ({ later }) => `
  UPDATE tickets
  SET status = 'Closed', waiting_since = NULL, version = version + 1,
      closed_at = ${later('updated_at', ':now')}, updated_at = ${later('updated_at', ':now')}
  WHERE id = :ticketId
  RETURNING closed_at AS "closedAt"`,
);

/**
 * Closes up to `limit` tickets that have been resolved since `before` or longer, longest first, and gives how many. Waits for
 * no lock: those of users whose tickets somebody changes in this moment are left for the next time, and so are tickets that
 * somebody works on. So it takes the tickets of several users in whatever order (docs/decisions/0019-lock-order.md).
 */
export async function closeResolved(
  { sql, clock }: Pick<WriteScope, 'sql' | 'clock'>,
  { before, limit }: { before: Date; limit: number },
): Promise<number> {
  const taken = await sql.rows(takeResolved, { before, limit });
  for (const { ticketId } of taken) {
    const closed = await sql.row(closeTaken, { ticketId, now: clock.now() });
    if (closed === undefined) throw new TypeError(`${ticketId} was taken, and is not there`);
    await recordEvent(
      { sql, clock, principal: SYSTEM },
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
