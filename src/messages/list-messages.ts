import { z } from 'zod';
import { query } from '../db/sql/query.js';
import type { ReadScope } from '../procedure/scope.js';
import { decodeCursor, encodeCursor, NEITHER_WAY, side } from '../schema/cursor.js';
import { measuredMessages, nearestIds, olderThan } from '../tickets/conversation.js';
import { isVisible, ticketNotFound, VISIBLE, visibleTicket } from '../tickets/visible-ticket.js';
import type { ListMessagesInput, MessagePage } from './schemas.js';

type Said = [position: number, id: string, sender: string, content: string, attachments: string, timestamp: string];

/** A page on one side of a position, with the number of all: one look at the database. */
function page(name: string, { beyond, descending }: { beyond: '<' | '>'; descending: boolean }) {
  return query(
    name,
    { ...VISIBLE, position: 'messages.position', limit: 'number' },
    ({ db, p, jsonArray, jsonTuple, isoTime }) => {
      const chosen = measuredMessages(db).where('position', beyond, p.position);
      return db
        .selectFrom('tickets')
        .select((tickets) => [
          'message_count as total',
          tickets
            .selectFrom('messages')
            .select((eb) =>
              jsonArray(
                jsonTuple(
                  eb.ref('position'),
                  eb.ref('messages.id'),
                  eb.ref('sender'),
                  eb.ref('content'),
                  eb.cast(eb.ref('messages.attachments'), 'text'),
                  isoTime(eb.ref('messages.created_at')),
                ),
                eb.ref('position'),
              ).as('said'),
            )
            .where(
              'messages.id',
              'in',
              nearestIds(chosen.where('ticket_id', '=', tickets.ref('tickets.id')), {
                columns: ['position'],
                descending,
                limit: p.limit,
              }),
            )
            .$asScalar()
            .$notNull()
            .as('messages'),
        ])
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
  { sql, principal }: ReadScope,
  { ticketId, cursor, limit }: ListMessagesInput,
): Promise<MessagePage> {
  const [way, position] =
    cursor === undefined ? (['older', MAX_POSITION] as const) : decodeCursor(cursor, place, NEITHER_WAY);
  const row = await sql.row(PAGES[way], { ...visibleTicket(principal, ticketId), position, limit });
  if (row === undefined) throw ticketNotFound();
  const said = JSON.parse(row.messages) as Said[];
  // Where there is nothing on that side of the place, all there is is on the other.
  const first = said[0]?.[0] ?? (way === 'newer' ? row.total + 1 : 1);
  const last = said.at(-1)?.[0] ?? first - 1;
  return {
    messages: said.map(([, messageId, sender, content, attachments, timestamp]) => ({
      messageId,
      sender,
      content,
      attachments: JSON.parse(attachments),
      timestamp,
    })),
    total: row.total,
    older: olderThan(first),
    newer: last < row.total ? encodeCursor(['newer', last]) : null,
  };
}
