import { z } from 'zod';
import { query } from '../../db/sql/query.js';
import type { RowOf } from '../../db/sql/row.js';
import type { ReadScope } from '../../procedure/scope.js';
import { encodeCursor, placeAfter, serial } from '../../schema/cursor.js';
import { isTicketId } from '../../schema/ids.js';
import { ticketNotFound } from '../../tickets/visible-ticket.js';
import type { EventPage, ListEventsInput, ListTicketEventsInput, TicketEvent } from './schemas.js';

const COLUMNS = [
  'id as eventId',
  'ticket_id as ticketId',
  'type',
  'actor',
  'before',
  'after',
  'version',
  'created_at as createdAt',
] as const;

const selectFeed = query(
  'list events',
  { position: 'events.transaction_id', eventId: 'events.id', limit: 'number' },
  ({ db, p, isInFeed }) =>
    db
      .selectFrom('events')
      .select([...COLUMNS, 'transaction_id as position'])
      .where((eb) => eb(eb.refTuple('transaction_id', 'id'), '>', eb.tuple(p.position, p.eventId)))
      .where((eb) => isInFeed(eb.ref('transaction_id')))
      .orderBy('transaction_id')
      .orderBy('id')
      .limit(p.limit),
);

const selectOfTicket = query(
  'list ticket events',
  { ticketId: 'tickets.id', eventId: 'events.id', limit: 'number' },
  ({ db, p }) =>
    db
      .selectFrom('events')
      .select(COLUMNS)
      .where('ticket_id', '=', p.ticketId)
      .where('id', '>', p.eventId)
      .orderBy('id')
      .limit(p.limit),
);

const selectTicketId = query('ticket of events', { ticketId: 'tickets.id' }, ({ db, p }) =>
  db.selectFrom('tickets').select('id').where('id', '=', p.ticketId),
);

/** What a cursor of the feed holds. */
export const feedPlace = z.tuple([serial, serial]);
const ticketPlace = z.tuple([serial]);

/**
 * The history of all tickets as one feed. A reader that asks for what comes after `next` misses nothing and gets nothing
 * twice, whatever commits meanwhile, and has the events of each ticket in the order in which they happened. On PostgreSQL
 * an event is shown when no transaction is under way any more that could still write one before it.
 */
export async function listEvents({ db }: ReadScope, { limit, ...sent }: ListEventsInput): Promise<EventPage> {
  const place = placeAfter(sent, feedPlace) ?? ([0, 0] as const);
  const rows = await db.rows(selectFeed, { position: place[0], eventId: place[1], limit });
  const last = rows.at(-1);
  return { events: rows.map(eventOf), next: encodeCursor(last ? [last.position, last.eventId] : place) };
}

/**
 * The history of one ticket. Its events are written under its lock, so that their ids are in the order of the commits.
 *
 * @throws AppError NOT_FOUND
 */
export async function listTicketEvents(
  { db }: ReadScope,
  { ticketId, limit, ...sent }: ListTicketEventsInput,
): Promise<EventPage> {
  const [eventId] = placeAfter(sent, ticketPlace) ?? [0];
  if (!isTicketId(ticketId)) throw ticketNotFound();
  const rows = await db.rows(selectOfTicket, { ticketId, eventId, limit });
  if (rows.length === 0 && (await db.row(selectTicketId, { ticketId })) === undefined) {
    throw ticketNotFound();
  }
  return { events: rows.map(eventOf), next: encodeCursor([rows.at(-1)?.eventId ?? eventId]) };
}

export function eventOf(row: RowOf<typeof selectOfTicket>): TicketEvent {
  const { eventId, ticketId, type, actor, before, after, version, createdAt } = row;
  const fields = { before: JSON.parse(before), after: JSON.parse(after) };
  return { eventId, ticketId, type, actor, ...fields, version, timestamp: createdAt };
}
