import type { Time } from '../db/sql/column-types.js';
import { fragment } from '../db/sql/kysely.js';
import { query, type Writing } from '../db/sql/query.js';
import type { Sql } from '../db/sql/sql.js';
import type { ReadScope } from '../procedure/scope.js';
import { itemsBefore } from '../schema/pagination.js';
import type { ListTicketsInput, TicketSummary } from './schemas.js';

const FILTERS = { userId: 'tickets.user_id', status: 'tickets.status?', priority: 'tickets.priority?' } as const;
const PAGE = { ...FILTERS, limit: 'number', skip: 'number' } as const;

/** In `ticket_segments`: of whatever status, of whatever priority. */
const ANY = '*';

/**
 * A page of rows, each with the number of all that match (`near`); the same rows, for pages that are far from the first
 * (`far`); and that number alone, for a page that is empty (`total`).
 *
 * The same work however many tickets there are (docs/decisions/0012-ticket-counts.md): each list has an index of its
 * own, and the total comes from counts that triggers keep. A far page starts after the last segment that it skips
 * whole; what is left to skip, fewer entries than a segment has, is skipped in the index.
 */
function listing(name: string, by: { status?: true; priority?: true }) {
  const total = ({ db, p }: Writing<typeof FILTERS>) =>
    db
      .selectFrom('ticket_counts')
      .select((eb) => eb.fn.coalesce(eb.fn.sum<number>('count'), fragment.lit(0)).as('total'))
      .where('user_id', '=', p.userId)
      .$if(by.status === true, (counts) => counts.where('status', '=', p.status))
      .$if(by.priority === true, (counts) => counts.where('priority', '=', p.priority));
  const matching = ({ db, p }: Writing<typeof FILTERS>) =>
    db
      .selectFrom('tickets')
      .where('user_id', '=', p.userId)
      .$if(by.status === true, (tickets) => tickets.where('status', '=', p.status))
      .$if(by.priority === true, (tickets) => tickets.where('priority', '=', p.priority))
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc');
  const columns = (writing: Writing<typeof FILTERS>) =>
    [
      'id as ticketId',
      'subject',
      'status',
      'priority',
      'created_at as createdAt',
      'updated_at as updatedAt',
      total(writing).$asScalar().$notNull().as('total'),
    ] as const;
  return {
    near: query(
      name,
      PAGE,
      (writing) => matching(writing).select(columns(writing)).limit(writing.p.limit).offset(writing.p.skip),
      { short: true },
    ),
    far: query(
      `${name}: far page`,
      PAGE,
      (writing) => {
        const { db, p } = writing;
        const segments = db
          .selectFrom('ticket_segments')
          .select((eb) => [
            'starts_at',
            eb.fn
              .sum<number>('count')
              .over((over) => over.orderBy('starts_at', 'desc'))
              .as('tickets'),
          ])
          .where('user_id', '=', p.userId)
          .where('status', '=', by.status ? p.status : ANY)
          .where('priority', '=', by.priority ? p.priority : ANY);
        const skipped = db
          .selectFrom(segments.as('segments'))
          .select(['starts_at as since', 'tickets'])
          .where('tickets', '<=', p.skip)
          .orderBy('starts_at')
          .limit(1);
        // Infinity is later than all times: PostgreSQL knows it, and as a text it comes after every digit.
        const ids = matching(writing)
          .select('id')
          .where('created_at', '<', fragment<Time>`COALESCE((SELECT since FROM skipped), 'infinity')`)
          .limit(p.limit)
          .offset(fragment<number>`${p.skip} - COALESCE((SELECT tickets FROM skipped), 0)`);
        return db
          .with('skipped', () => skipped)
          .selectFrom('tickets')
          .select(columns(writing))
          .where('id', 'in', ids)
          .orderBy('created_at', 'desc')
          .orderBy('id', 'desc');
      },
      { short: true },
    ),
    total: query(`${name}: total`, FILTERS, total, { short: true }),
  };
}

/** Statements for each set of filters: an `OR` that switches one off would cost the planner its index. */
const LISTINGS = {
  all: listing('list tickets', {}),
  status: listing('list tickets by status', { status: true }),
  priority: listing('list tickets by priority', { priority: true }),
  both: listing('list tickets by both', { status: true, priority: true }),
};

/** So many entries are skipped faster than the segments are read. */
const NEAR = 200;

/** The principal's own tickets, newest first, ties broken by id. */
export async function listTickets(
  { db, principal, onPage }: Pick<ReadScope, 'principal' | 'onPage'> & { db: Sql },
  { status, priority, cursor, page = cursor ?? 1, limit }: ListTicketsInput,
): Promise<TicketSummary[]> {
  const { near, far, total } = listingFor(status, priority);
  const filters = { userId: principal.userId, status: status ?? null, priority: priority ?? null };
  const skip = itemsBefore({ page, limit });
  const rows = await db.rows(skip <= NEAR ? near : far, { ...filters, limit, skip });
  // An empty page is counted afterwards: what has come since would be on it, and is not.
  const counted = rows[0]?.total ?? Math.min((await db.row(total, filters))?.total ?? 0, skip);
  onPage({ page, limit, total: counted });
  return rows.map(({ ticketId, subject, status, priority, createdAt, updatedAt }) => ({
    ticketId,
    subject,
    status,
    priority,
    createdAt,
    updatedAt,
  }));
}

function listingFor(status: string | undefined, priority: string | undefined) {
  if (status === undefined) return priority === undefined ? LISTINGS.all : LISTINGS.priority;
  return priority === undefined ? LISTINGS.status : LISTINGS.both;
}
