import { Statement } from '../db/sql/statement.js';
import { WriteChain } from '../db/sql/write-chain.js';
import { eventLink } from '../events/record-event.js';
import type { WriteScope } from '../procedure/scope.js';
import { NOT_CLOSED } from './lifecycle-sql.js';
import type { ClosedTicket, CloseTicketInput } from './schemas.js';
import { ticketNotFound, VISIBLE_TICKET, type VisibleTicket, visibleTicket } from './visible-ticket.js';

type Closing = VisibleTicket & { closer: string; resolution: string | null; now: Date };

const closeOpenTicket = new WriteChain<Closing, { closedAt: string }>('close ticket', {
  old: ({ lockUser, lockRow }) => `
    SELECT status AS "oldStatus", resolution AS "oldResolution" FROM tickets
    WHERE ${VISIBLE_TICKET} AND ${NOT_CLOSED} AND ${lockUser('user_id')} ${lockRow}`,
  ticket: ({ later, from }) => `
    UPDATE tickets
    SET status = 'Closed', resolution = COALESCE(:resolution, resolution), waiting_since = NULL, version = version + 1,
        closed_at = ${later('updated_at', ':now')}, updated_at = ${later('updated_at', ':now')}
    ${from('old')} WHERE id = :ticketId
    RETURNING closed_at AS "closedAt", resolution`,
  event: (dialect) => {
    const fields = (status: string, resolution: string) => `
      CASE WHEN @old.oldResolution IS DISTINCT FROM @ticket.resolution THEN ${dialect.jsonObject({ status, resolution })}
      ELSE ${dialect.jsonObject({ status })} END`;
    return eventLink(dialect, {
      type: 'ticket.closed',
      ticketId: ':ticketId',
      actor: ':closer',
      at: '@ticket.closedAt',
      before: fields('@old.oldStatus', '@old.oldResolution'),
      after: fields(`'Closed'`, '@ticket.resolution'),
      from: ['old', 'ticket'],
    });
  },
});

const selectClosedAt = new Statement<VisibleTicket, { closedAt: string }>(
  'select closed at',
  `SELECT closed_at AS "closedAt" FROM tickets WHERE ${VISIBLE_TICKET}`,
);

/**
 * Closes a ticket for good. Closing again changes nothing and answers with the first `closedAt`; the first resolution
 * stays. A blank resolution counts as none, and leaves the one that the desk resolved it with.
 *
 * @throws AppError NOT_FOUND
 */
export async function closeTicket(
  { sql, principal, clock }: WriteScope,
  { ticketId, resolution }: CloseTicketInput,
): Promise<ClosedTicket> {
  const visible = visibleTicket(principal, ticketId);
  const closing = {
    ...visible,
    closer: principal.userId,
    resolution: resolution?.trim() ? resolution : null,
    now: clock.now(),
  };
  const closed = (await sql.chain(closeOpenTicket, closing)) ?? (await sql.row(selectClosedAt, visible));
  if (closed === undefined) throw ticketNotFound();
  return { ticketId, status: 'Closed', closedAt: closed.closedAt };
}
