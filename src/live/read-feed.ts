import { query, type Writing } from '../db/sql/query.js';
import type { Sql } from '../db/sql/sql.js';
import type { FeedEvent, FeedPlace } from './feed-event.js';

/** Most events that are read at once. */
export const PAGE = 200;

const COLUMNS = [
  'transaction_id as position',
  'id as eventId',
  'ticket_id as ticketId',
  'type',
  'actor',
  'before',
  'after',
  'version',
  'created_at as createdAt',
] as const;

/**
 * What can be read without missing anything. Whose ticket it is, by a subquery: with some statistics, SQLite makes a join by
 * reading all tickets, each time.
 */
const shown = ({ db, isInFeed }: Pick<Writing<Record<never, never>>, 'db' | 'isInFeed'>) =>
  db
    .selectFrom('events')
    .select(COLUMNS)
    .select((eb) =>
      eb
        .selectFrom('tickets')
        .select('user_id')
        .whereRef('tickets.id', '=', 'events.ticket_id')
        .$asScalar()
        .$notNull()
        .as('userId'),
    )
    .where((eb) => isInFeed(eb.ref('transaction_id')));

const selectAfter = query(
  'follow events',
  { position: 'events.transaction_id', eventId: 'events.id', limit: 'number' },
  ({ db, p, isInFeed }) =>
    shown({ db, isInFeed })
      .where((eb) => eb(eb.refTuple('transaction_id', 'id'), '>', eb.tuple(p.position, p.eventId)))
      .orderBy('transaction_id')
      .orderBy('id')
      .limit(p.limit),
);

const selectNewest = query('newest events', { limit: 'number' }, ({ db, p, isInFeed }) =>
  shown({ db, isInFeed }).orderBy('transaction_id', 'desc').orderBy('id', 'desc').limit(p.limit),
);

/** Up to PAGE events that come after a place, in the order of the feed. */
export async function readAfter(sql: Sql, [position, eventId]: FeedPlace): Promise<FeedEvent[]> {
  return (await sql.rows(selectAfter, { position, eventId, limit: PAGE })).map((row) => Object.freeze(row));
}

/** The last events of the feed, oldest first. */
export async function readNewest(sql: Sql, limit: number): Promise<FeedEvent[]> {
  return (await sql.rows(selectNewest, { limit })).map((row) => Object.freeze(row)).reverse();
}
