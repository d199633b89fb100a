import { query, type Writing } from '../db/sql/query.js';
import type { Sql } from '../db/sql/sql.js';
import type { FeedEvent, FeedPlace } from './feed-event.js';

/** Most events that are read at once. */
export const PAGE = 200;

const COLUMNS = [
  'events.transaction_id as position',
  'events.id as eventId',
  'events.ticket_id as ticketId',
  'tickets.user_id as userId',
  'events.type',
  'events.actor',
  'events.before',
  'events.after',
  'events.version',
  'events.created_at as createdAt',
] as const;

/** What can be read without missing anything. */
const shown = ({ db, isInFeed }: Pick<Writing<Record<never, never>>, 'db' | 'isInFeed'>) =>
  db
    .selectFrom('events')
    .innerJoin('tickets', 'tickets.id', 'events.ticket_id')
    .select(COLUMNS)
    .where((eb) => isInFeed(eb.ref('events.transaction_id')));

const selectAfter = query(
  'follow events',
  { position: 'events.transaction_id', eventId: 'events.id', limit: 'number' },
  ({ db, p, isInFeed }) =>
    shown({ db, isInFeed })
      .where((eb) => eb(eb.refTuple('events.transaction_id', 'events.id'), '>', eb.tuple(p.position, p.eventId)))
      .orderBy('events.transaction_id')
      .orderBy('events.id')
      .limit(p.limit),
);

const selectNewest = query('newest events', { limit: 'number' }, ({ db, p, isInFeed }) =>
  shown({ db, isInFeed }).orderBy('events.transaction_id', 'desc').orderBy('events.id', 'desc').limit(p.limit),
);

/** Up to PAGE events that come after a place, in the order of the feed. */
export async function readAfter(sql: Sql, [position, eventId]: FeedPlace): Promise<FeedEvent[]> {
  return (await sql.rows(selectAfter, { position, eventId, limit: PAGE })).map((row) => Object.freeze(row));
}

/** The last events of the feed, oldest first. */
export async function readNewest(sql: Sql, limit: number): Promise<FeedEvent[]> {
  return (await sql.rows(selectNewest, { limit })).map((row) => Object.freeze(row)).reverse();
}
