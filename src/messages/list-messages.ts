import { z } from 'zod';
import type { Db } from '../db/sql/db.js';
import type { Fragments } from '../db/sql/fragments.js';
import { query } from '../db/sql/query.js';
import type { Sql } from '../db/sql/sql.js';
import { withFiles } from '../files/attachments-of.js';
import type { ReadScope } from '../procedure/scope.js';
import { decodeCursor, encodeCursor, NEITHER_WAY, type Side, side as sideSchema } from '../schema/cursor.js';
import {
  MESSAGES_BEYOND,
  measuredMessages,
  NEWER,
  type Nearest,
  nearestIds,
  OLDER,
  olderThan,
  type Way,
  WITH_TICKET,
  wholePage,
} from '../tickets/conversation.js';
import { isVisible, ticketNotFound, VISIBLE, visibleTicket } from '../tickets/visible-ticket.js';
import type { ListMessagesInput, MessagePage } from './schemas.js';

/** The first messages of those chosen, as far as little text goes, as one JSON array for readMessages(). */
export function messagesNear(
  db: Db,
  chosen: ReturnType<typeof measuredMessages>,
  { descending, limit }: Nearest,
  { jsonArray, jsonTuple, isoTime }: Pick<Fragments, 'jsonArray' | 'jsonTuple' | 'isoTime'>,
) {
  const ids = nearestIds(chosen, { columns: ['position'], descending, limit, fits: WITH_TICKET });
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
  createdAt: string,
  position: number,
];

/** Where a page of a ticket's messages is. */
interface Page {
  ticketId: string;
  side: Side;
  /** The place that it is beyond. */
  position: number;
  limit: number;
  /** All messages of the ticket. */
  total: number;
}

/** A page of messages, oldest first: those that came with the look at their ticket, and what is beyond them. */
export async function readMessages(db: Sql, near: string, { ticketId, side, position, limit, total }: Page) {
  const found = (JSON.parse(near) as Said[]).map(([messageId, sender, content, attachments, createdAt, position]) => ({
    messageId,
    sender,
    content,
    attachments,
    createdAt,
    position,
  }));
  const there = side === 'older' ? Math.min(position - 1, total) : total - position;
  const messages = await wholePage(side, found, Math.min(limit, there), (edge, bounds) =>
    db.rows(MESSAGES_BEYOND[side], { ticketId, position: edge?.position ?? position, ...bounds }),
  );
  return {
    messages: messages.map(({ messageId, sender, content, attachments, createdAt }) => ({
      messageId,
      sender,
      content,
      attachments: JSON.parse(attachments) as string[],
      timestamp: createdAt,
    })),
    first: messages[0]?.position,
    last: messages.at(-1)?.position,
  };
}

/** What is near to a position on one side of it, with the number of all: of most pages all that there is. */
function near(name: string, { beyond, descending }: Way) {
  return query(name, { ...VISIBLE, position: 'messages.position', limit: 'number' }, ({ db, p, ...fragments }) => {
    const chosen = measuredMessages(db).where('position', beyond, p.position);
    return db
      .selectFrom('tickets')
      .select((tickets) => {
        const ofTicket = chosen.where('ticket_id', '=', tickets.ref('tickets.id'));
        return [
          'message_count as total',
          messagesNear(db, ofTicket, { descending, limit: p.limit }, fragments).as('near'),
        ];
      })
      .where(isVisible(p));
  });
}

const NEAR = {
  older: near('list older messages', OLDER),
  newer: near('list newer messages', NEWER),
};

/** As far as a position can go. */
const MAX_POSITION = 2 ** 31 - 1;
const place = z.tuple([sideSchema, z.int().min(0).max(MAX_POSITION)]);

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
  const [side, position] =
    cursor === undefined ? (['older', MAX_POSITION] as const) : decodeCursor(cursor, place, NEITHER_WAY);
  const row = await db.row(NEAR[side], { ...visibleTicket(principal, ticketId), position, limit });
  if (row === undefined) throw ticketNotFound();
  const { total } = row;
  const found = await readMessages(db, row.near, { ticketId, side, position, limit, total });
  // Where there is nothing on that side of the place, all there is is on the other.
  const first = found.first ?? (side === 'newer' ? total + 1 : 1);
  const last = found.last ?? first - 1;
  return {
    messages: await withFiles(db, ticketId, found.messages),
    total,
    older: olderThan(first),
    newer: last < total ? encodeCursor(['newer', last]) : null,
  };
}
