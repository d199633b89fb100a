import { Statement } from '../db/sql/statement.js';
import { AppError } from '../errors/app-error.js';
import { recordEvent } from '../events/record-event.js';
import type { WriteScope } from '../procedure/scope.js';
import { annotateTicket } from '../tickets/event-time.js';
import { ticketNotFound, VISIBLE_TICKET, type VisibleTicket, visibleTicket } from '../tickets/visible-ticket.js';
import type { RateTicketInput, Rating } from './schemas.js';

const lockTicket = new Statement<VisibleTicket, { userId: string; status: string }>(
  'lock ticket for rating',
  ({ lockRow }) => `SELECT user_id AS "userId", status FROM tickets WHERE ${VISIBLE_TICKET} ${lockRow}`,
);
/** Whose work is rated: who resolved it last, where it is resolved; else who has it. */
const selectAgent = new Statement<{ ticketId: string }, { agent: string | null }>(
  'select rated agent',
  `SELECT COALESCE(
    CASE WHEN resolved_at IS NOT NULL THEN
      (SELECT actor FROM events WHERE ticket_id = tickets.id AND type = 'ticket.resolved' ORDER BY id DESC LIMIT 1)
    END, assigned_agent) AS agent
  FROM tickets WHERE id = :ticketId`,
);
type NewRating = { ticketId: string; score: number; comment: string | null; agent: string | null; at: Date };
const insertRating = new Statement<NewRating>(
  'insert rating',
  `INSERT INTO ratings (ticket_id, score, comment, agent, created_at) VALUES (:ticketId, :score, :comment, :agent, :at)
  ON CONFLICT DO NOTHING`,
);

/**
 * What the requester thinks of how a ticket was dealt with: once, when it is resolved or closed. It stays when the
 * ticket is reopened. A blank comment counts as none.
 *
 * @throws AppError NOT_FOUND; FORBIDDEN for the desk; NOT_RESOLVED; ALREADY_RATED
 */
export async function rateTicket(scope: WriteScope, { ticketId, score, comment }: RateTicketInput): Promise<Rating> {
  const { sql, principal, clock } = scope;
  const ticket = await sql.row(lockTicket, visibleTicket(principal, ticketId));
  if (ticket === undefined) throw ticketNotFound();
  if (ticket.userId !== principal.userId) {
    throw new AppError('FORBIDDEN', { message: 'A ticket is rated by its requester alone' });
  }
  if (ticket.status !== 'Resolved' && ticket.status !== 'Closed') throw new AppError('NOT_RESOLVED');
  const rating = { ticketId, score, comment: comment?.trim() ? comment : null };
  const agent = (await sql.row(selectAgent, { ticketId }))?.agent ?? null;
  const annotated = await sql.row(annotateTicket, { ticketId, now: clock.now() });
  if (annotated === undefined) throw ticketNotFound();
  const ratedAt = annotated.annotatedAt;
  const at = new Date(ratedAt);
  if ((await sql.run(insertRating, { ...rating, agent, at })) === 0) throw new AppError('ALREADY_RATED');
  await recordEvent(scope, { ticketId, type: 'ticket.rated', after: { score }, at });
  return { ...rating, ratedAt };
}
