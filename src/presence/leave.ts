import { query } from '../db/sql/query.js';
import type { WriteScope } from '../procedure/scope.js';
import { isTicketId } from '../schema/ids.js';
import { ticketNotFound } from '../tickets/visible-ticket.js';
import type { LeaveInput, LeftTicket } from './schemas.js';

const deletePresence = query(
  'leave ticket',
  { ticketId: 'presence.ticket_id', agentId: 'presence.agent_id' },
  ({ db, p }) => db.deleteFrom('presence').where('ticket_id', '=', p.ticketId).where('agent_id', '=', p.agentId),
);

/**
 * Says that the principal has a ticket no longer before them. Who was not there is not there now either.
 *
 * @throws AppError NOT_FOUND where no ticket can have that id.
 */
export async function leave({ db, principal }: WriteScope, { ticketId }: LeaveInput): Promise<LeftTicket> {
  if (!isTicketId(ticketId)) throw ticketNotFound();
  await db.run(deletePresence, { ticketId, agentId: principal.userId });
  return { ticketId };
}
