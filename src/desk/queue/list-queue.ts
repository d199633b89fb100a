import { z } from 'zod';
import { fragment } from '../../db/sql/kysely.js';
import { query } from '../../db/sql/query.js';
import type { Sql } from '../../db/sql/sql.js';
import { presentAt } from '../../presence/present-agents.js';
import type { ReadScope } from '../../procedure/scope.js';
import { encodeCursor, placeAfter } from '../../schema/cursor.js';
import { storedTime } from '../../schema/time.js';
import { findWorkingTime } from '../../sla/find-working-time.js';
import { normalTag } from '../../tags/normal-tag.js';
import { filterValues, rangeValues } from './filters.js';
import { findScanEnd, placeValues, readQueuePage } from './keyset-scan.js';
import { BY_URGENCY, ORDERS } from './orders.js';
import { queuedTicketOf } from './queued-ticket.js';
import { between, isLimited, type Place, SCAN_LIMIT, scanFor } from './scan.js';
import { type ListQueueInput, QUEUE_SORTS, type QueuePage } from './schemas.js';

/**
 * One page of all tickets that match, in an order. A ticket that stays where it is while the pages are read comes
 * exactly once; one that moves can come again, or where it moves to what was read already, not at all.
 *
 * @throws AppError BAD_REQUEST at `after` or `cursor` unless that is the `next` of a page in the same order.
 */
export async function listQueue({ db, principal, clock }: ReadScope, input: ListQueueInput): Promise<QueuePage> {
  const { sort, limit } = input;
  const after = placeOf(input);
  const scan = scanFor(input, { tagIsRare: input.tag !== undefined && (await isRare(db, input.tag)) });
  const asked = { ...filterValues(principal, input), ...rangeValues(input) };

  const beginning = { ...asked, ...placeValues(after, undefined) };
  const end = isLimited(scan) ? await db.row(findScanEnd(between(scan, after, undefined)), beginning) : undefined;
  const bounded = { ...asked, ...placeValues(after, end), take: limit + 1 };
  const found = await db.rows(readQueuePage(between(scan, after, end)), bounded);
  const rows = found.slice(0, limit);
  const working = await findWorkingTime(db, rows[0]?.calendarRevision);
  const last = found.length > limit ? rows.at(-1) : end;
  const ticketIds = rows.map(({ ticketId }) => ticketId);
  const present = await presentAt(db, ticketIds, clock.now());
  return {
    tickets: rows.map(({ rank: _, timeAt: __, ...row }) => ({
      ...queuedTicketOf(row, working),
      presence: present(row.ticketId),
    })),
    next: last === undefined ? null : encodeCursor([sort, last.rank, last.timeAt, last.ticketId]),
  };
}

const countTagged = query('queue: count tagged', { tag: 'ticket_tags.tag' }, ({ db, p }) => {
  const tagged = db
    .selectFrom('ticket_tags')
    .select(fragment.lit(1).as('one'))
    .where('tag', '=', p.tag)
    .limit(SCAN_LIMIT);
  return db.selectFrom(tagged.as('first_tagged')).select((eb) => eb.fn.countAll<number>().as('tagged'));
});

/** No more tickets have it than would be looked at in a scan. Pages on both sides of that have the same order. */
export async function isRare(db: Sql, tag: string): Promise<boolean> {
  const counted = await db.row(countTagged, { tag: normalTag(tag) });
  return (counted?.tagged ?? 0) < SCAN_LIMIT;
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
