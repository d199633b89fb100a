import { Statement } from '../db/sql/statement.js';
import type { ReadScope } from '../procedure/scope.js';
import { ticketNotFound, visibleTicket } from '../tickets/visible-ticket.js';
import type { TicketTags, TicketTagsInput } from './schemas.js';

/** The tags of the ticket in `tickets.id`, in the order of their bytes, as a JSON array. */
export const TAGS_OF_TICKET = (jsonArray: (expression: string, orderBy: string) => string) =>
  `(SELECT ${jsonArray('tag', 'tag')} FROM ticket_tags WHERE ticket_id = tickets.id)`;

const selectTags = new Statement<{ ticketId: string }, { tags: string; version: number }>(
  'select tags',
  ({ jsonArray }) => `SELECT ${TAGS_OF_TICKET(jsonArray)} AS tags, version FROM tickets WHERE id = :ticketId`,
);

/**
 * The tags of a ticket.
 *
 * @throws AppError NOT_FOUND
 */
export async function ticketTags({ sql, principal }: ReadScope, { ticketId }: TicketTagsInput): Promise<TicketTags> {
  const row = await sql.row(selectTags, { ticketId: visibleTicket(principal, ticketId).ticketId });
  if (row === undefined) throw ticketNotFound();
  return { ticketId, tags: JSON.parse(row.tags), version: row.version };
}
