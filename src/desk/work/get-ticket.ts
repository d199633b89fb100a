import { Statement } from '../../db/sql/statement.js';
import type { ReadScope } from '../../procedure/scope.js';
import { isTicketId } from '../../schema/ids.js';
import { type DueTimes, dueTimes, TARGETS_OF_TICKET, type TargetsOfTicket } from '../../sla/due-times.js';
import { TAGS_OF_TICKET } from '../../tags/ticket-tags.js';
import { ticketNotFound } from '../../tickets/visible-ticket.js';
import type { DeskTicket, TicketInput } from './schemas.js';

type Lists = 'attachments' | 'messages' | 'notes' | 'tags';
type Row = Omit<DeskTicket, Lists | 'waitingSince' | keyof DueTimes> &
  Record<Lists, string> &
  TargetsOfTicket & { waitingSinceAt: string | null };

const selectDeskTicket = new Statement<{ ticketId: string }, Row>(
  'select desk ticket',
  ({ jsonArray, jsonTuple, isoTime }) => `
  SELECT id AS "ticketId", user_id AS "userId", subject, description, status, priority, category_id AS "categoryId",
    assigned_agent AS "assignedAgent", attachments, resolution, version, waiting_since AS "waitingSinceAt",
    first_response_at AS "firstResponseAt", resolved_at AS "resolvedAt", closed_at AS "closedAt",
    created_at AS "createdAt", updated_at AS "updatedAt",
    ${TAGS_OF_TICKET(jsonArray)} AS tags, ${TARGETS_OF_TICKET},
    (SELECT ${jsonArray(jsonTuple('id', 'sender', 'content', 'CAST(attachments AS text)', isoTime('created_at')), 'position')}
     FROM messages WHERE ticket_id = tickets.id) AS messages,
    (SELECT ${jsonArray(jsonTuple('id', 'author', 'content', 'CAST(attachments AS text)', isoTime('created_at')), 'created_at, id')}
     FROM notes WHERE ticket_id = tickets.id) AS notes
  FROM tickets WHERE id = :ticketId`,
);

type Said = [id: string, author: string, content: string, attachments: string, timestamp: string];

/**
 * All that the desk knows of a ticket, its conversation and notes included, oldest first: one look at the database.
 *
 * @throws AppError NOT_FOUND
 */
export async function getDeskTicket({ sql }: ReadScope, { ticketId }: TicketInput): Promise<DeskTicket> {
  const row = isTicketId(ticketId) ? await sql.row(selectDeskTicket, { ticketId }) : undefined;
  if (row === undefined) throw ticketNotFound();
  const { attachments, messages, notes, tags, waitingSinceAt, firstResponseMinutes, resolutionMinutes, ...ticket } =
    row;
  return {
    ...ticket,
    ...dueTimes({ ...ticket, firstResponseMinutes, resolutionMinutes }),
    tags: JSON.parse(tags),
    attachments: JSON.parse(attachments),
    messages: (JSON.parse(messages) as Said[]).map(([messageId, sender, content, files, timestamp]) => ({
      messageId,
      sender,
      content,
      attachments: JSON.parse(files),
      timestamp,
    })),
    notes: (JSON.parse(notes) as Said[]).map(([noteId, author, content, files, timestamp]) => ({
      noteId,
      author,
      content,
      attachments: JSON.parse(files),
      timestamp,
    })),
    waitingSince: waitingSinceAt,
  };
}
