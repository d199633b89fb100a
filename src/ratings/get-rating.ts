import { query } from '../db/sql/query.js';
import { AppError } from '../errors/app-error.js';
import type { ReadScope } from '../procedure/scope.js';
import { visibleTicket } from '../tickets/visible-ticket.js';
import type { GetRatingInput, Rating } from './schemas.js';

const selectRating = query('select rating', { ticketId: 'tickets.id' }, ({ db, p }) =>
  db
    .selectFrom('ratings')
    .select(['ticket_id as ticketId', 'score', 'comment', 'created_at as ratedAt'])
    .where('ticket_id', '=', p.ticketId),
);

/**
 * What the requester thought of a ticket.
 *
 * @throws AppError NOT_FOUND where there is no such ticket, or no rating of it.
 */
export async function getRating({ db, principal }: ReadScope, { ticketId }: GetRatingInput): Promise<Rating> {
  const found = await db.row(selectRating, { ticketId: visibleTicket(principal, ticketId).ticketId });
  if (found === undefined) throw new AppError('NOT_FOUND', { message: 'Nobody has rated such a ticket' });
  return found;
}
