import { Statement } from '../../db/sql/statement.js';
import { beside, notesOf } from '../../notes/list-notes.js';
import type { ReadScope } from '../../procedure/scope.js';
import { isTicketId } from '../../schema/ids.js';
import { MAX_ITEMS } from '../../schema/pagination.js';
import { type DueTimes, dueTimes, TARGETS_OF_TICKET, type TargetsOfTicket } from '../../sla/due-times.js';
import { TAGS_OF_TICKET } from '../../tags/ticket-tags.js';
import { nearestIds, olderThan } from '../../tickets/conversation.js';
import { ticketNotFound } from '../../tickets/visible-ticket.js';
import type { DeskTicket, TicketInput } from './schemas.js';

type Lists = 'attachments' | 'messages' | 'notes' | 'tags';
type Row = Omit<DeskTicket, Lists | 'olderMessages' | 'olderNotes' | 'waitingSince' | keyof DueTimes> &
  Record<Lists, string> &
  TargetsOfTicket & { waitingSinceAt: string | null };

/** The ids of the newest ones. */
const shown = (table: 'messages' | 'notes', columns: string[]) =>
  nearestIds({ table, ticketId: 'tickets.id', columns, descending: true, limit: MAX_ITEMS });

const selectDeskTicket = new Statement<{ ticketId: string }, Row>(
  'select desk ticket',
  ({ jsonArray, jsonTuple, isoTime }) => `
  SELECT id AS "ticketId", user_id AS "userId", subject, description, status, priority, category_id AS "categoryId",
    assigned_agent AS "assignedAgent", attachments, resolution, version, waiting_since AS "waitingSinceAt",
    first_response_at AS "firstResponseAt", resolved_at AS "resolvedAt", closed_at AS "closedAt",
    created_at AS "createdAt", updated_at AS "updatedAt",
    ${TAGS_OF_TICKET(jsonArray)} AS tags, ${TARGETS_OF_TICKET},
    message_count AS "messageCount",
    (SELECT ${jsonArray(jsonTuple('id', 'sender', 'content', 'CAST(attachments AS text)', isoTime('created_at')), 'position')}
     FROM messages WHERE id IN (${shown('messages', ['position'])})) AS messages,
    (SELECT count(*) FROM notes WHERE ticket_id = tickets.id) AS "noteCount",
    (SELECT ${jsonArray(jsonTuple('id', 'author', 'content', 'CAST(attachments AS text)', isoTime('created_at')), 'created_at, id')}
     FROM notes WHERE id IN (${shown('notes', ['created_at', 'id'])})) AS notes
  FROM tickets WHERE id = :ticketId`,
  { large: true },
);

type Said = [id: string, sender: string, content: string, attachments: string, timestamp: string];

/**
 * All that the desk knows of a ticket, but of its conversation and notes the newest MAX_ITEMS each, oldest first, and at most
 * MAX_TEXT_BYTES of text each: one look at the database.
 *
 * @throws AppError NOT_FOUND
 */
export async function getDeskTicket({ sql }: ReadScope, { ticketId }: TicketInput): Promise<DeskTicket> {
  const row = isTicketId(ticketId) ? await sql.row(selectDeskTicket, { ticketId }) : undefined;
  if (row === undefined) throw ticketNotFound();
  const { attachments, messages, tags, waitingSinceAt, firstResponseMinutes, resolutionMinutes, ...ticket } = row;
  const said = JSON.parse(messages) as Said[];
  const notes = notesOf(row.notes);
  const [oldestNote] = notes;
  return {
    ...ticket,
    ...dueTimes({ ...ticket, firstResponseMinutes, resolutionMinutes }),
    tags: JSON.parse(tags),
    attachments: JSON.parse(attachments),
    messages: said.map(([messageId, sender, content, files, timestamp]) => ({
      messageId,
      sender,
      content,
      attachments: JSON.parse(files),
      timestamp,
    })),
    olderMessages: olderThan(ticket.messageCount - said.length + 1),
    notes,
    olderNotes: oldestNote !== undefined && ticket.noteCount > notes.length ? beside('older', oldestNote) : null,
    waitingSince: waitingSinceAt,
  };
}
