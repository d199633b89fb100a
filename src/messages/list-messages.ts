import { z } from 'zod';
import type { Db } from '../db/sql/db.js';
import type { Fragments } from '../db/sql/fragments.js';
import type { Expression } from '../db/sql/kysely.js';
import { query } from '../db/sql/query.js';
import { withFiles } from '../files/attachments-of.js';
import type { ReadScope } from '../procedure/scope.js';
import { decodeCursor, encodeCursor, NEITHER_WAY, side } from '../schema/cursor.js';
import { measuredMessages, nearestIds, olderThan } from '../tickets/conversation.js';
import { isVisible, ticketNotFound, VISIBLE, visibleTicket } from '../tickets/visible-ticket.js';
import type { ListMessagesInput, MessagePage } from './schemas.js';

/** Messages by their ids, as one JSON array for messagesOf(). */
export function messagesIn(
  db: Db,
  ids: Expression<string>,
  { jsonArray, jsonTuple, isoTime }: Pick<Fragments, 'jsonArray' | 'jsonTuple' | 'isoTime'>,
) {
  return db
    .selectFrom('messages')
    .select((eb) =>
      jsonArray(
        jsonTuple(
          eb.ref('id'),
          eb.ref('sender'),
          eb.ref('content'),
          eb.cast(eb.ref('attachments'), 'text'),
          isoTime(eb.ref('created_at')),
          eb.ref('position'),
        ),
        eb.ref('position'),
      ).as('messages'),
    )
    .where('id', 'in', ids)
    .$asScalar()
    .$notNull();
}

type Said = [
  messageId: string,
  sender: string,
  content: string,
  attachments: string,
  timestamp: string,
  position: number,
];

/** Messages as the statements have them, one JSON array; and the places of the first and the last one. */
export function messagesOf(json: string) {
  const said = JSON.parse(json) as Said[];
  return {
    messages: said.map(([messageId, sender, content, attachments, timestamp]) => ({
      messageId,
      sender,
      content,
      attachments: JSON.parse(attachments) as string[],
      timestamp,
    })),
    first: said[0]?.[5],
    last: said.at(-1)?.[5],
  };
}

/** A page on one side of a position, with the number of all: one look at the database. */
function page(name: string, { beyond, descending }: { beyond: '<' | '>'; descending: boolean }) {
  return query(
    name,
    { ...VISIBLE, position: 'messages.position', limit: 'number' },
    ({ db, p, ...fragments }) => {
      const chosen = measuredMessages(db).where('position', beyond, p.position);
      return db
        .selectFrom('tickets')
        .select((tickets) => {
          const ofTicket = chosen.where('ticket_id', '=', tickets.ref('tickets.id'));
          const ids = nearestIds(ofTicket, { columns: ['position'], descending, limit: p.limit });
          return ['message_count as total', messagesIn(db, ids, fragments).as('messages')];
        })
        .where(isVisible(p));
    },
    { large: true },
  );
}

const PAGES = {
  older: page('list older messages', { beyond: '<', descending: true }),
  newer: page('list newer messages', { beyond: '>', descending: false }),
};

/** As far as a position can go. */
const MAX_POSITION = 2 ** 31 - 1;
const place = z.tuple([side, z.int().min(0).max(MAX_POSITION)]);

/**
 * One page of a ticket's conversation, oldest message first: the newest, or what comes before or after a place. At most
 * MAX_TEXT_BYTES of text, but one message at least; the cursors go on behind what that has left out. A customer's own
 * ticket, or any for the desk.
 *
 * @throws AppError NOT_FOUND; BAD_REQUEST at `cursor` for what no page has given out.
 */
export async function listMessages(
  { db, principal }: ReadScope,
  { ticketId, cursor, limit }: ListMessagesInput,
): Promise<MessagePage> {
  const [way, position] =
    cursor === undefined ? (['older', MAX_POSITION] as const) : decodeCursor(cursor, place, NEITHER_WAY);
  const row = await db.row(PAGES[way], { ...visibleTicket(principal, ticketId), position, limit });
  if (row === undefined) throw ticketNotFound();
  const found = messagesOf(row.messages);
  // Where there is nothing on that side of the place, all there is is on the other.
  const first = found.first ?? (way === 'newer' ? row.total + 1 : 1);
  const last = found.last ?? first - 1;
  return {
    messages: await withFiles(db, ticketId, found.messages),
    total: row.total,
    older: olderThan(first),
    newer: last < row.total ? encodeCursor(['newer', last]) : null,
  };
}
