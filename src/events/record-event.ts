import type { Json, Time } from '../db/sql/column-types.js';
import type { NewValues } from '../db/sql/db.js';
import type { Fragments } from '../db/sql/fragments.js';
import type { Expression } from '../db/sql/kysely.js';
import { query } from '../db/sql/query.js';
import type { WriteScope } from '../procedure/scope.js';
import type { EventType } from './event-types.js';

interface EventSql {
  type: EventType | Expression<EventType>;
  ticketId: Expression<string>;
  actor: Expression<string>;
  at: Expression<Time>;
  /** The ticket's, which the change led to. */
  version: Expression<number>;
  before: Expression<Json>;
  after: Expression<Json>;
}

/** The row of an event. A link of a chain inserts it: for what a customer does, so that it stays one statement. */
export function eventValues({ eventPosition }: Pick<Fragments, 'eventPosition'>, event: EventSql): NewValues<'events'> {
  const { type, ticketId, actor, before, after, version, at } = event;
  return { transaction_id: eventPosition(), ticket_id: ticketId, type, actor, before, after, version, created_at: at };
}

const insertEvent = query(
  'insert event',
  {
    ticketId: 'events.ticket_id',
    type: 'events.type',
    actor: 'events.actor',
    before: 'events.before',
    after: 'events.after',
    at: 'events.created_at',
  },
  ({ db, p, asJson, eventPosition }) => {
    // Of the row as the transaction has left it.
    const version = db.selectFrom('tickets').select('version').where('id', '=', p.ticketId).$asScalar().$notNull();
    const event = { ...p, version, before: asJson(p.before), after: asJson(p.after) };
    return db.insertInto('events').values(eventValues({ eventPosition }, event));
  },
);

export interface RecordedEvent {
  ticketId: string;
  type: EventType;
  /** The fields that changed, as they were and as they are now; for what was added, its id in `after`. */
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
  /** When: as the change of the ticket's row gave it, so that no event is earlier than the one before it. */
  at: Date;
}

/**
 * Writes one event, of what the principal did, in the transaction of the change that it tells of. Change the ticket first: then the
 * feed has its events in the order in which they happened, and the event has the version that the change led to.
 */
export async function recordEvent(
  { db, principal }: Pick<WriteScope, 'db' | 'principal'>,
  { ticketId, type, before = {}, after = {}, at }: RecordedEvent,
): Promise<void> {
  await db.run(insertEvent, {
    ticketId,
    type,
    actor: principal.userId,
    before: JSON.stringify(before),
    after: JSON.stringify(after),
    at,
  });
}
