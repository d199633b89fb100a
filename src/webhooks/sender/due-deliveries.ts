import { query } from '../../db/sql/query.js';
import type { RowOf } from '../../db/sql/row.js';
import type { Sql } from '../../db/sql/sql.js';

/** Deliveries that are read at once. */
const BATCH = 50;

/** In the order of the feed. */
const selectDue = query(
  'due webhook deliveries',
  { id: 'webhook_deliveries.endpoint_id', now: 'webhook_deliveries.due_at', limit: 'number' },
  ({ db, p }) =>
    db
      .selectFrom('webhook_deliveries as delivery')
      .leftJoin('events', 'events.id', 'delivery.event_id')
      .leftJoin('tickets', 'tickets.id', 'events.ticket_id')
      .select([
        'delivery.id',
        'delivery.attempts',
        'delivery.created_at as createdAt',
        'delivery.event_id as eventId',
        'events.transaction_id as position',
        'events.type',
        'events.ticket_id as ticketId',
        'tickets.user_id as requester',
        'events.actor',
        'events.version',
        'events.before',
        'events.after',
        'events.created_at as happenedAt',
      ])
      .where('delivery.endpoint_id', '=', p.id)
      .where('delivery.state', '=', 'pending')
      .where('delivery.due_at', '<=', p.now)
      .orderBy('delivery.position')
      .orderBy('delivery.event_id')
      .limit(p.limit),
);

type Row = RowOf<typeof selectDue>;
type EventPart = Pick<
  Row,
  'eventId' | 'position' | 'type' | 'ticketId' | 'requester' | 'actor' | 'version' | 'before' | 'after' | 'happenedAt'
>;

/** A delivery that is to be sent now. */
export interface DueDelivery {
  readonly id: string;
  readonly webhookId: string;
  readonly attempts: number;
  readonly createdAt: string;
  /** null: a test. */
  readonly event:
    | { readonly [N in keyof EventPart]: N extends 'version' ? EventPart[N] : NonNullable<EventPart[N]> }
    | null;
}

/** The next deliveries of an endpoint, in the order in which the events happened; tests before them. */
export async function dueDeliveries(sql: Sql, webhookId: string, now: Date): Promise<DueDelivery[]> {
  const rows = await sql.rows(selectDue, { id: webhookId, now, limit: BATCH });
  return rows.map(({ id, attempts, createdAt, ...event }) => ({
    id,
    webhookId,
    attempts,
    createdAt,
    // An event is kept for ever, and its ticket too.
    event: event.eventId === null ? null : (event as DueDelivery['event']),
  }));
}
