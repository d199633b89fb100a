import { Statement } from '../db/sql/statement.js';
import type { ReadScope } from '../procedure/scope.js';
import { itemsBefore } from '../schema/pagination.js';
import type { ListTicketsInput, TicketSummary } from './schemas.js';

type Filters = { userId: string; status: string; priority: string };
type Page = { limit: number; skip: number };
type Row = TicketSummary & { total: number };

/** A page of rows, each with the number of all that match; and that number alone, for a page that is empty. */
interface Listing {
  near: Statement<Filters & Page, Row>;
  /** The same rows, for pages that are far from the first. */
  far: Statement<Filters & Page, Row>;
  total: Statement<Filters, { total: number }>;
}

const NEWEST_FIRST = 'ORDER BY created_at DESC, id DESC';
/** In `ticket_segments`: of whatever status, of whatever priority. */
const ANY = `'*'`;

/**
 * The same work however many tickets there are (docs/decisions/0012-ticket-counts.md): each list has an index of its
 * own, and the total comes from counts that triggers keep. A far page starts after the last segment that it skips
 * whole; what is left to skip, fewer entries than a segment has, is skipped in the index.
 */
function listing(name: string, { status, priority }: { status?: string; priority?: string }): Listing {
  const where = ['user_id = :userId', status && `status = ${status}`, priority && `priority = ${priority}`]
    .filter(Boolean)
    .join(' AND ');
  const total = `SELECT COALESCE(sum(count), 0) AS total FROM ticket_counts WHERE ${where}`;
  const columns = `id AS "ticketId", subject, status, priority, created_at AS "createdAt", updated_at AS "updatedAt",
    (${total}) AS total`;
  return {
    near: new Statement(
      name,
      `SELECT ${columns} FROM tickets WHERE ${where} ${NEWEST_FIRST} LIMIT :limit OFFSET :skip`,
      { short: true },
    ),
    // 'infinity' is later than all times: PostgreSQL knows it, and as a text it comes after every digit.
    far: new Statement(
      `${name}: far page`,
      `WITH skipped AS (
        SELECT starts_at, tickets FROM (
          SELECT starts_at, sum(count) OVER (ORDER BY starts_at DESC) AS tickets FROM ticket_segments
          WHERE user_id = :userId AND status = ${status ?? ANY} AND priority = ${priority ?? ANY}
        ) AS segments
        WHERE tickets <= :skip ORDER BY starts_at LIMIT 1
      )
      SELECT ${columns} FROM tickets WHERE id IN (
        SELECT id FROM tickets
        WHERE ${where} AND created_at < COALESCE((SELECT starts_at FROM skipped), 'infinity')
        ${NEWEST_FIRST} LIMIT :limit OFFSET :skip - COALESCE((SELECT tickets FROM skipped), 0)
      ) ${NEWEST_FIRST}`,
      { short: true },
    ),
    total: new Statement(`${name}: total`, total, { short: true }),
  };
}

/** Statements for each set of filters: an `OR` that switches one off would cost the planner its index. */
const LISTINGS = {
  all: listing('list tickets', {}),
  status: listing('list tickets by status', { status: ':status' }),
  priority: listing('list tickets by priority', { priority: ':priority' }),
  both: listing('list tickets by both', { status: ':status', priority: ':priority' }),
};

/** So many entries are skipped faster than the segments are read. */
const NEAR = 200;

/** The principal's own tickets, newest first, ties broken by id. */
export async function listTickets(
  { sql, principal, onPage }: ReadScope,
  { status, priority, cursor, page = cursor ?? 1, limit }: ListTicketsInput,
): Promise<TicketSummary[]> {
  const { near, far, total } = listingFor(status, priority);
  const filters = { userId: principal.userId, status: status ?? '', priority: priority ?? '' };
  const skip = itemsBefore({ page, limit });
  const rows = await sql.rows(skip <= NEAR ? near : far, { ...filters, limit, skip });
  const counted = rows[0] ?? (await sql.row(total, filters));
  onPage({ page, limit, total: counted?.total ?? 0 });
  return rows.map(({ ticketId, subject, status, priority, createdAt, updatedAt }) => ({
    ticketId,
    subject,
    status,
    priority,
    createdAt,
    updatedAt,
  }));
}

function listingFor(status: string | undefined, priority: string | undefined): Listing {
  if (status === undefined) return priority === undefined ? LISTINGS.all : LISTINGS.priority;
  return priority === undefined ? LISTINGS.status : LISTINGS.both;
}
