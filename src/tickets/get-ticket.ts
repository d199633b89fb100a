import { type Dialect, Statement } from '../db/sql/statement.js';
import type { ReadScope } from '../procedure/scope.js';
import { MAX_ITEMS, MAX_TEXT_BYTES } from '../schema/pagination.js';
import { nearestIds, olderThan } from './conversation.js';
import type { GetTicketInput, TicketDetails } from './schemas.js';
import { ticketNotFound, VISIBLE_TICKET, type VisibleTicket, visibleTicket } from './visible-ticket.js';

type Row = Omit<TicketDetails, 'messages'> & { messages: string; messageCount: number };

/**
 * So many messages are never much text, 160 kB at most: they are read with the ticket. What most tickets have is among them, and
 * those of a long conversation wait for what else its reader has asked for.
 */
const AT_ONCE = 4;

const said = ({ jsonArray, jsonTuple, isoTime }: Dialect) =>
  jsonArray(jsonTuple('id', 'sender', 'content', isoTime('created_at')), 'position');

/** A ticket and, as one JSON array, its newest messages: of most tickets all that there are, and so one look at the database. */
const selectTicket = new Statement<VisibleTicket, Row>(
  'select ticket',
  (dialect) => `
  SELECT id AS "ticketId", user_id AS "userId", subject, description, status, priority, category_id AS "categoryId",
    assigned_agent AS "assignedAgent", created_at AS "createdAt", message_count AS "messageCount",
    (SELECT ${said(dialect)}
     FROM messages WHERE ticket_id = tickets.id AND position > message_count - ${AT_ONCE}) AS messages
  FROM tickets WHERE ${VISIBLE_TICKET}`,
  { short: true },
);

/**
 * Those before them, of a long conversation. To look for them with the ticket would cost PostgreSQL a quarter more for each
 * ticket, long or not. Messages never change, so it doesn't matter that it is a moment later.
 */
const selectOlder = new Statement<
  { ticketId: string; position: number; limit: number; room: number },
  { messages: string }
>(
  'select older messages of ticket',
  (dialect) => `
  SELECT ${said(dialect)} AS messages FROM messages
  WHERE id IN (${nearestIds({
    table: 'messages',
    ticketId: ':ticketId',
    columns: ['position'],
    descending: true,
    where: 'position < :position',
    limit: ':limit',
    room: ':room',
  })})`,
  { large: true },
);

type Said = [id: string, sender: string, content: string, time: string];

/**
 * One ticket: a customer's own, or any for the desk. Of its conversation the newest MAX_ITEMS messages, oldest first, and at
 * most MAX_TEXT_BYTES of text, but one always; what is older comes by listMessages().
 *
 * @throws AppError NOT_FOUND
 */
export async function getTicket(
  { sql, principal, onPart }: ReadScope,
  { ticketId }: GetTicketInput,
): Promise<TicketDetails> {
  const row = await sql.row(selectTicket, visibleTicket(principal, ticketId));
  if (row === undefined) throw ticketNotFound();
  const { createdAt, messages, messageCount, ...ticket } = row;
  const { newest, room } = newestWithin(JSON.parse(messages) as Said[]);
  const position = messageCount - newest.length + 1;
  const more = position > 1 && room > 0;
  const older = more && (await sql.row(selectOlder, { ticketId, position, limit: MAX_ITEMS - newest.length, room }));
  const conversation = older ? [...(JSON.parse(older.messages) as Said[]), ...newest] : newest;
  onPart({ total: messageCount, older: olderThan(messageCount - conversation.length + 1) });
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

/** The newest messages that have room, one whatever it has, and the room that is left. Others than imported ones all have. */
function newestWithin(messages: Said[]): { newest: Said[]; room: number } {
  let room = MAX_TEXT_BYTES;
  const last = messages.length - 1;
  const tooMuch = messages.findLastIndex(([, , content], index) => {
    room -= Buffer.byteLength(content);
    return room < 0 && index < last;
  });
  return { newest: messages.slice(tooMuch + 1), room };
}
