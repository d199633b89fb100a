import type { Db } from '../db/sql/db.js';
import { type Expression, fragment, type RawBuilder, type SelectQueryBuilder, type SqlBool } from '../db/sql/kysely.js';
import { query } from '../db/sql/query.js';
import type { Tables } from '../db/sql/tables.js';
import { encodeCursor, type Side } from '../schema/cursor.js';
import { MAX_TEXT_BYTES } from '../schema/pagination.js';

/** The cursor of the messages before that position; null where there are none. */
export function olderThan(position: number): string | null {
  return position > 1 ? encodeCursor(['older', position]) : null;
}

/** A message or note: what it is found by, and how long its text is. */
interface Measured {
  id: string;
  bytes: number;
}

/** The messages of all tickets, for nearestIds(). */
export function measuredMessages(db: Db) {
  return db
    .selectFrom('messages')
    .select((eb) => ['id', 'position', eb.fn<number>('octet_length', ['content']).as('bytes')]);
}

/** Which messages or notes are the nearest ones on one side of a place. */
export interface Nearest {
  descending: boolean;
  limit: Expression<number> | number;
}

interface Order<O> extends Nearest {
  /** They are ordered by these. */
  columns: readonly (keyof O & string)[];
  /** How much text: with `bytes` of each and the `total` so far. */
  fits: RawBuilder<SqlBool>;
}

/**
 * The ids of the first messages or notes of those that are chosen, in an order, as many as there is room for their texts.
 * They are found by the lengths alone.
 */
export function nearestIds<T extends keyof Tables, O extends Measured>(
  chosen: SelectQueryBuilder<Tables, T, O>,
  { columns, descending, limit, fits }: Order<O>,
) {
  const order = fragment.join(
    columns.map((column) => fragment`${fragment.ref(column)}${descending ? fragment` DESC` : fragment``}`),
  );
  const nearest = chosen.orderBy(order).limit(limit);
  return fragment<string>`(
    SELECT id FROM (SELECT id, bytes, sum(bytes) OVER (ORDER BY ${order}) AS total FROM ${nearest} AS nearest) AS measured
    WHERE ${fits})`;
}

/**
 * What may come with the look at its ticket, as JSON: little text. The others come as rows, which SQLite gives in less than
 * two thirds of the time that a long JSON text takes.
 */
export const BYTES_WITH_TICKET = 32 * 1024;
export const WITH_TICKET = fragment<SqlBool>`total <= ${BYTES_WITH_TICKET}`;

/** Text that is read in one go, if it isn't one alone: the event loop is held for that long, 1 to 3 ms. */
export const PIECE_BYTES = 256 * 1024;

/** A piece of what a page has room for. Where that is MAX_TEXT_BYTES, the page has nothing yet, and one fits whatever it has. */
export const piece = (room: Expression<number>) =>
  fragment<SqlBool>`(total <= ${PIECE_BYTES} OR total = bytes) AND (total <= ${room} OR (total = bytes AND ${room} = ${MAX_TEXT_BYTES}))`;

/**
 * A page of texts, oldest first: those that came with the look at their ticket and, as far as there is room, those that are beyond
 * them, a piece at a time.
 *
 * @param most how many it may have, and there are
 * @param readPiece those beyond `edge`, or beyond the place itself where the page has none yet
 */
export async function wholePage<T extends { content: string }>(
  side: Side,
  near: readonly T[],
  most: number,
  readPiece: (edge: T | undefined, bounds: { limit: number; room: number }) => Promise<T[]>,
): Promise<readonly T[]> {
  // Of most pages that is all.
  if (near.length >= most) return near;
  let page = near;
  let room = MAX_TEXT_BYTES - textBytes(near);
  while (page.length < most && room > 0) {
    const edge = side === 'older' ? page[0] : page.at(-1);
    const found = await readPiece(edge, { limit: most - page.length, room });
    if (found.length === 0) break;
    room -= textBytes(found);
    page = side === 'older' ? [...found, ...page] : [...page, ...found];
  }
  return page;
}

function textBytes(texts: readonly { content: string }[]): number {
  return texts.reduce((bytes, { content }) => bytes + Buffer.byteLength(content), 0);
}

/** How a side of a place is found. */
export interface Way {
  beyond: '<' | '>';
  descending: boolean;
}
export const OLDER: Way = { beyond: '<', descending: true };
export const NEWER: Way = { beyond: '>', descending: false };

/** Messages of a ticket on one side of a position, oldest first. They never change: it doesn't matter that it is a moment later. */
function messagesBeyond(name: string, { beyond, descending }: Way) {
  return query(
    name,
    { ticketId: 'messages.ticket_id', position: 'messages.position', limit: 'number', room: 'number' },
    ({ db, p }) => {
      const chosen = measuredMessages(db).where('ticket_id', '=', p.ticketId).where('position', beyond, p.position);
      return db
        .selectFrom('messages')
        .select(['id as messageId', 'sender', 'content', 'attachments', 'created_at as createdAt', 'position'])
        .where(
          'id',
          'in',
          nearestIds(chosen, { columns: ['position'], descending, limit: p.limit, fits: piece(p.room) }),
        )
        .orderBy('position');
    },
    { large: true },
  );
}

export const MESSAGES_BEYOND = {
  older: messagesBeyond('select older messages', OLDER),
  newer: messagesBeyond('select newer messages', NEWER),
};
