import { z } from 'zod';
import type { Sql } from '../../db/sql/sql.js';
import { Statement } from '../../db/sql/statement.js';
import type { ReadScope } from '../../procedure/scope.js';
import { encodeCursor, placeAfter } from '../../schema/cursor.js';
import { storedTime } from '../../schema/time.js';
import { normalTag } from '../../tags/normal-tag.js';
import { edgeStatement, type Place, pageStatement, valuesOf, WINDOW, walkFor } from './keyset-scan.js';
import { BY_URGENCY, ORDERS } from './orders.js';
import { queuedTicketOf } from './queued-ticket.js';
import { type ListQueueInput, QUEUE_SORTS, type QueuePage } from './schemas.js';

/**
 * One page of all tickets that match, in an order. A ticket that stays where it is while the pages are walked comes
 * exactly once; one that moves can come again, or where it moves to what was walked already, not at all.
 *
 * @throws AppError BAD_REQUEST at `after` or `cursor` unless that is the `next` of a page in the same order.
 */
export async function listQueue({ sql, principal }: ReadScope, input: ListQueueInput): Promise<QueuePage> {
  const { sort, limit } = input;
  const after = placeOf(input);
  const walk = walkFor(principal, input, { tagIsRare: input.tag !== undefined && (await isRare(sql, input.tag)) });

  const edge =
    walk.rest.sql.length === 0 ? undefined : await sql.row(edgeStatement(walk, after), valuesOf(walk, { after }));
  const found = await sql.rows(pageStatement(walk, { after, edge }), {
    ...valuesOf(walk, { after, edge }),
    ...walk.rest.values,
    take: limit + 1,
  });
  const rows = found.slice(0, limit);
  const last = found.length > limit ? rows.at(-1) : edge;
  return {
    tickets: rows.map(({ rank: _, timeAt: __, ...row }) => queuedTicketOf(row)),
    next: last === undefined ? null : encodeCursor([sort, last.rank, last.timeAt, last.ticketId]),
  };
}

const countTagged = new Statement<{ tag: string }, { tagged: number }>(
  'queue: count tagged',
  `SELECT count(*) AS tagged FROM (SELECT 1 FROM ticket_tags WHERE tag = :tag LIMIT ${WINDOW}) AS first_tagged`,
);

/** No more tickets have it than would be looked at along a walk. Pages on both sides of that have the same order. */
export async function isRare(sql: Sql, tag: string): Promise<boolean> {
  const counted = await sql.row(countTagged, { tag: normalTag(tag) });
  return (counted?.tagged ?? 0) < WINDOW;
}

const cursor = z.tuple([
  z.enum(QUEUE_SORTS),
  z.int().min(0).max(BY_URGENCY.length),
  storedTime,
  z.string().regex(/^ticket_[\w-]{1,64}$/),
]);

function placeOf({ sort, ...sent }: ListQueueInput): Place | undefined {
  const sameOrder = cursor.refine(([by, rank]) => by === sort && rank > 0 === ORDERS[sort].ranked);
  const place = placeAfter(sent, sameOrder);
  if (place === undefined) return undefined;
  const [, rank, timeAt, ticketId] = place;
  return { rank, timeAt, ticketId };
}
