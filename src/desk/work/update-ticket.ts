import { categoryNotActive } from '../../categories/category-not-active.js';
import { query } from '../../db/sql/query.js';
import type { WriteScope } from '../../procedure/scope.js';
import { isStorable } from '../../schema/text.js';
import { requireVersion } from '../../tickets/require-version.js';
import { type Change, changeTicket, type LockedTicket } from './change-ticket.js';
import type { ResolveTicketInput, TicketState, UpdateTicketInput } from './schemas.js';

const selectActive = query('select active category', { categoryId: 'categories.id' }, ({ db, p }) =>
  db.selectFrom('categories').select('id').where('id', '=', p.categoryId).where('archived_at', 'is', null),
);

/**
 * Changes priority, category or status, as far as they are given; all of it or nothing. With a `version`, only if the
 * ticket still has that one.
 *
 * @throws AppError NOT_FOUND; VERSION_CONFLICT; INVALID_TRANSITION; BAD_REQUEST at `categoryId` unless that is an active
 * category, or the one that the ticket has.
 */
export function updateTicket(
  scope: WriteScope,
  { ticketId, version, ...change }: UpdateTicketInput,
): Promise<TicketState> {
  return changeTicket(scope, ticketId, async (ticket) => {
    requireVersion(ticket, version);
    await requireCategory(scope, ticket, change.categoryId);
    return change as Change;
  });
}

/** @throws AppError BAD_REQUEST at `categoryId` */
export async function requireCategory(
  { db }: WriteScope,
  ticket: LockedTicket,
  categoryId: string | undefined,
): Promise<void> {
  if (categoryId === undefined || categoryId === ticket.categoryId) return;
  if (!isStorable(categoryId) || !(await db.row(selectActive, { categoryId }))) throw categoryNotActive();
}

/**
 * Says that a ticket is resolved, and how. Saying so again changes nothing: the first resolution stays. A blank one
 * counts as none.
 *
 * @throws AppError NOT_FOUND; INVALID_TRANSITION for a closed one.
 */
export function resolveTicket(scope: WriteScope, { ticketId, resolution }: ResolveTicketInput): Promise<TicketState> {
  return changeTicket(scope, ticketId, ({ status }) => {
    if (status === 'Resolved') return {};
    return { status: 'Resolved', ...(resolution?.trim() && { resolution }) };
  });
}
