import { z } from 'zod';
import { Statement } from '../../db/sql/statement.js';
import type { ReadScope } from '../../procedure/scope.js';
import { encodeCursor, placeAfter, serial } from '../../schema/cursor.js';
import { isTicketId } from '../../schema/ids.js';
import { ticketNotFound } from '../../tickets/visible-ticket.js';
import type { EventPage, ListEventsInput, ListTicketEventsInput, TicketEvent } from './schemas.js';

type Row = Omit<TicketEvent, 'before' | 'after' | 'timestamp'> & Record<'before' | 'after' | 'createdAt', string>;

const COLUMNS = `id AS "eventId", ticket_id AS "ticketId", type, actor, before, after, version, created_at AS "createdAt"`;

const selectFeed = new Statement<{ position: number; eventId: number; limit: number }, Row & { position: number }>(
  'list events',
  ({ engine }) => `
  SELECT ${COLUMNS}, transaction_id AS position FROM events
  WHERE (transaction_id, id) > (:position, :eventId)
    ${engine === 'postgresql' ? 'AND transaction_id < event_horizon()' : ''}
  ORDER BY transaction_id, id LIMIT :limit`,
);

const selectOfTicket = new Statement<{ ticketId: string; eventId: number; limit: number }, Row>(
  'list ticket events',
  `SELECT ${COLUMNS} FROM events WHERE ticket_id = :ticketId AND id > :eventId ORDER BY id LIMIT :limit`,
);

const selectTicketId = new Statement<{ ticketId: string }>(
  'ticket of events',
  'SELECT id FROM tickets WHERE id = :ticketId',
);

const feedPlace = z.tuple([serial, serial]);
const ticketPlace = z.tuple([serial]);

/**
 * The history of all tickets as one feed. A reader that asks for what comes after `next` misses nothing and gets nothing
 * twice, whatever commits meanwhile, and has the events of each ticket in the order in which they happened. On PostgreSQL
 * an event is shown when no transaction is under way any more that could still write one before it.
 */
export async function listEvents({ sql }: ReadScope, { limit, ...sent }: ListEventsInput): Promise<EventPage> {
  const place = placeAfter(sent, feedPlace) ?? ([0, 0] as const);
  const rows = await sql.rows(selectFeed, { position: place[0], eventId: place[1], limit });
  const last = rows.at(-1);
  return { events: rows.map(eventOf), next: encodeCursor(last ? [last.position, last.eventId] : place) };
}

/**
 * The history of one ticket. Its events are written under its lock, so that their ids are in the order of the commits.
 *
 * @throws AppError NOT_FOUND
 */
export async function listTicketEvents(
  { sql }: ReadScope,
  { ticketId, limit, ...sent }: ListTicketEventsInput,
): Promise<EventPage> {
  const [eventId] = placeAfter(sent, ticketPlace) ?? [0];
  if (!isTicketId(ticketId)) throw ticketNotFound();
  const rows = await sql.rows(selectOfTicket, { ticketId, eventId, limit });
  if (rows.length === 0 && (await sql.row(selectTicketId, { ticketId })) === undefined) {
    throw ticketNotFound();
  }
  return { events: rows.map(eventOf), next: encodeCursor([rows.at(-1)?.eventId ?? eventId]) };
}

function eventOf({ eventId, ticketId, type, actor, before, after, version, createdAt }: Row): TicketEvent {
  const fields = { before: JSON.parse(before), after: JSON.parse(after) };
  return { eventId, ticketId, type, actor, ...fields, version, timestamp: createdAt };
}
