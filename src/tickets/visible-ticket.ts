import { isStaff, type Principal } from '../auth/principal.js';
import { expressionBuilder } from '../db/sql/kysely.js';
import type { Params, Placeholders } from '../db/sql/params.js';
import type { Tables } from '../db/sql/tables.js';
import { AppError } from '../errors/app-error.js';
import { isTicketId } from '../schema/ids.js';

/** The values of isVisible(). `owner`: whose it must be; null for the desk, which sees everybody's. */
export const VISIBLE = { ticketId: 'tickets.id', owner: 'tickets.user_id?' } as const;
export type VisibleTicket = Params<typeof VISIBLE>;

/**
 * The `WHERE` of the one ticket that somebody may see: ownership is part of the query, so that another's ticket and no
 * ticket are the same empty answer.
 */
export function isVisible({ ticketId, owner }: Placeholders<typeof VISIBLE>) {
  const eb = expressionBuilder<Tables, 'tickets'>();
  return eb.and([
    eb('tickets.id', '=', ticketId),
    eb.or([eb(eb.cast(owner, 'text'), 'is', null), eb('tickets.user_id', '=', owner)]),
  ]);
}

/**
 * The values of isVisible() for a principal.
 *
 * @throws AppError NOT_FOUND where no ticket can have that id.
 */
export function visibleTicket(principal: Principal, ticketId: string): VisibleTicket {
  if (!isTicketId(ticketId)) throw ticketNotFound();
  return { ticketId, owner: isStaff(principal) ? null : principal.userId };
}

/**
 * The same as the `where` of a model.
 *
 * @throws AppError NOT_FOUND where no ticket can have that id.
 */
export function whereVisible(principal: Principal, ticketId: string): { id: string; userId?: string } {
  const { ticketId: id, owner } = visibleTicket(principal, ticketId);
  return owner === null ? { id } : { id, userId: owner };
}

/** The one refusal for missing and for another's: made afresh, so that nothing of the reason can shine through. */
export function ticketNotFound(): AppError {
  return new AppError('NOT_FOUND', { message: 'Ticket not found' });
}
