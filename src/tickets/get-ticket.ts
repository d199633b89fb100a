import { Statement } from '../db/sql/statement.js';
import type { ReadScope } from '../procedure/scope.js';
import type { GetTicketInput, TicketDetails } from './schemas.js';
import { ticketNotFound, VISIBLE_TICKET, type VisibleTicket, visibleTicket } from './visible-ticket.js';

type Row = Omit<TicketDetails, 'messages'> & { messages: string };

/** A ticket and, as one JSON array, its conversation: one look at the database, whatever the length. */
const selectTicket = new Statement<VisibleTicket, Row>(
  'select ticket',
  ({ jsonArray, jsonTuple, isoTime }) => `
  SELECT id AS "ticketId", user_id AS "userId", subject, description, status, priority, category_id AS "categoryId",
    assigned_agent AS "assignedAgent", created_at AS "createdAt",
    (SELECT ${jsonArray(jsonTuple('id', 'sender', 'content', isoTime('created_at')), 'position')}
     FROM messages WHERE ticket_id = tickets.id) AS messages
  FROM tickets WHERE ${VISIBLE_TICKET}`,
  { short: true },
);

/**
 * One ticket with its conversation, oldest message first: a customer's own, or any for the desk.
 *
 * @throws AppError NOT_FOUND
 */
export async function getTicket({ sql, principal }: ReadScope, { ticketId }: GetTicketInput): Promise<TicketDetails> {
  const row = await sql.row(selectTicket, visibleTicket(principal, ticketId));
  if (row === undefined) throw ticketNotFound();
  const { createdAt, messages, ...ticket } = row;
  const conversation = JSON.parse(messages) as [id: string, sender: string, content: string, time: string][];
  return {
    ...ticket,
    messages: conversation.map(([messageId, sender, content, timestamp]) => ({
      messageId,
      sender,
      content,
      timestamp,
    })),
    createdAt,
  };
}
