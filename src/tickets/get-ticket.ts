import type { Fragments } from '../db/sql/fragments.js';
import type { ExpressionBuilder } from '../db/sql/kysely.js';
import { query } from '../db/sql/query.js';
import type { Tables } from '../db/sql/tables.js';
import type { ReadScope } from '../procedure/scope.js';
import { MAX_ITEMS, MAX_TEXT_BYTES } from '../schema/pagination.js';
import { measuredMessages, nearestIds, olderThan } from './conversation.js';
import type { GetTicketInput, TicketDetails } from './schemas.js';
import { isVisible, ticketNotFound, VISIBLE, visibleTicket } from './visible-ticket.js';

/**
 * So many messages are never much text, 160 kB at most: they are read with the ticket. What most tickets have is among them, and
 * those of a long conversation wait for what else its reader has asked for.
 */
const AT_ONCE = 4;

type Fragment = Pick<Fragments, 'jsonArray' | 'jsonTuple' | 'isoTime'>;

const said = (messages: ExpressionBuilder<Tables, 'messages'>, { jsonArray, jsonTuple, isoTime }: Fragment) =>
  jsonArray(
    jsonTuple(
      messages.ref('messages.id'),
      messages.ref('sender'),
      messages.ref('content'),
      isoTime(messages.ref('messages.created_at')),
    ),
    messages.ref('position'),
  );

/** A ticket and, as one JSON array, its newest messages: of most tickets all that there are, and so one look at the database. */
const selectTicket = query(
  'select ticket',
  VISIBLE,
  ({ db, p, ...fragments }) =>
    db
      .selectFrom('tickets')
      .select((tickets) => [
        'id as ticketId',
        'user_id as userId',
        'subject',
        'description',
        'status',
        'priority',
        'category_id as categoryId',
        'assigned_agent as assignedAgent',
        'created_at as createdAt',
        'message_count as messageCount',
        tickets
          .selectFrom('messages')
          .select((messages) => said(messages, fragments).as('said'))
          .whereRef('ticket_id', '=', 'tickets.id')
          .where('position', '>', tickets('message_count', '-', AT_ONCE))
          .$asScalar()
          .$notNull()
          .as('messages'),
      ])
      .where(isVisible(p)),
  { short: true },
);

/**
 * Those before them, of a long conversation. To look for them with the ticket would cost PostgreSQL a quarter more for each
 * ticket, long or not. Messages never change, so it doesn't matter that it is a moment later.
 */
const selectOlder = query(
  'select older messages of ticket',
  { ticketId: 'messages.ticket_id', position: 'messages.position', limit: 'number', room: 'number' },
  ({ db, p }) => {
    const older = measuredMessages(db).where('ticket_id', '=', p.ticketId).where('position', '<', p.position);
    return db
      .selectFrom('messages')
      .select(['id as messageId', 'sender', 'content', 'created_at as createdAt'])
      .where('id', 'in', nearestIds(older, { columns: ['position'], descending: true, limit: p.limit, room: p.room }))
      .orderBy('position');
  },
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
  { db, principal, onPart }: ReadScope,
  { ticketId }: GetTicketInput,
): Promise<TicketDetails> {
  const row = await db.row(selectTicket, visibleTicket(principal, ticketId));
  if (row === undefined) throw ticketNotFound();
  const { createdAt, messages, messageCount, ...ticket } = row;
  const { newest, room } = newestWithin(JSON.parse(messages) as Said[]);
  const position = messageCount - newest.length + 1;
  const more = position > 1 && room > 0;
  const older = more ? await db.rows(selectOlder, { ticketId, position, limit: MAX_ITEMS - newest.length, room }) : [];
  onPart({ total: messageCount, older: olderThan(position - older.length) });
  return {
    ...ticket,
    messages: [
      ...older.map(({ createdAt: timestamp, ...message }) => ({ ...message, timestamp })),
      ...newest.map(([messageId, sender, content, timestamp]) => ({ messageId, sender, content, timestamp })),
    ],
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
