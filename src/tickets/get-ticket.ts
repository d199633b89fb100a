import type { Fragments } from '../db/sql/fragments.js';
import type { ExpressionBuilder } from '../db/sql/kysely.js';
import { query } from '../db/sql/query.js';
import type { Tables } from '../db/sql/tables.js';
import type { ReadScope } from '../procedure/scope.js';
import { MAX_ITEMS } from '../schema/pagination.js';
import { BYTES_WITH_TICKET, MESSAGES_BEYOND, olderThan, wholePage } from './conversation.js';
import type { GetTicketInput, TicketDetails } from './schemas.js';
import { isVisible, ticketNotFound, VISIBLE, visibleTicket } from './visible-ticket.js';

/**
 * So many messages are read with the ticket, if none of them is longer than that: never much text. What most tickets have is among
 * them, and those of a long conversation wait for what else its reader has asked for.
 */
const AT_ONCE = 4;
const SHORT_BYTES = BYTES_WITH_TICKET / AT_ONCE;

type Fragment = Pick<Fragments, 'jsonArray' | 'jsonTuple' | 'isoTime'>;

const said = (messages: ExpressionBuilder<Tables, 'messages'>, { jsonArray, jsonTuple, isoTime }: Fragment) =>
  jsonArray(
    jsonTuple(
      messages.ref('position'),
      messages.ref('messages.id'),
      messages.ref('sender'),
      messages.ref('content'),
      isoTime(messages.ref('messages.created_at')),
    ),
    messages.ref('position'),
  );

/**
 * A ticket and, as one JSON array, the short ones of its newest messages: of most tickets all that there are, and so one look at
 * the database. To look for the others with it would cost PostgreSQL a quarter more for each ticket, long or not.
 */
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
          .where((messages) => messages(messages.fn<number>('octet_length', ['content']), '<=', SHORT_BYTES))
          .$asScalar()
          .$notNull()
          .as('messages'),
      ])
      .where(isVisible(p)),
  { short: true },
);

type Said = [position: number, id: string, sender: string, content: string, createdAt: string];

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
  const { createdAt, messages: said, messageCount, ...ticket } = row;
  const newest = newestOf(JSON.parse(said) as Said[], messageCount);
  const messages = await wholePage('older', newest, Math.min(messageCount, MAX_ITEMS), (edge, bounds) =>
    db.rows(MESSAGES_BEYOND.older, { ticketId, position: edge?.position ?? messageCount + 1, ...bounds }),
  );
  onPart({ total: messageCount, older: olderThan(messageCount - messages.length + 1) });
  return {
    ...ticket,
    messages: messages.map(({ messageId, sender, content, createdAt: timestamp }) => ({
      messageId,
      sender,
      content,
      timestamp,
    })),
    createdAt,
  };
}

/** The newest messages of those that came with a ticket, up to the first that didn't. */
function newestOf(said: readonly Said[], messageCount: number) {
  const oldest = messageCount - said.length + 1;
  const lastBeforeGap = said.findLastIndex(([position], index) => position !== oldest + index);
  return said.slice(lastBeforeGap + 1).map(([position, messageId, sender, content, createdAt]) => ({
    messageId,
    sender,
    content,
    createdAt,
    position,
  }));
}
