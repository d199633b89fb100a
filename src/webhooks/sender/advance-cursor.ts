import type { Database } from '../../db/database.js';
import { fragment } from '../../db/sql/kysely.js';
import { query } from '../../db/sql/query.js';
import { newId } from '../../schema/ids.js';
import type { TakenEndpoint } from './leases.js';

/** Events that are read at once. */
const PAGE = 200;
/** Most deliveries of an endpoint that are pending: what it has not got beyond these waits in the feed. */
export const MAX_PENDING = 500;

const selectAfter = query(
  'events for webhook',
  { position: 'events.transaction_id', eventId: 'events.id', limit: 'number' },
  ({ db, p, isInFeed }) =>
    db
      .selectFrom('events')
      .select(['transaction_id as position', 'id as eventId', 'type'])
      .where((eb) => eb(eb.refTuple('transaction_id', 'id'), '>', eb.tuple(p.position, p.eventId)))
      .where((eb) => isInFeed(eb.ref('transaction_id')))
      .orderBy('transaction_id')
      .orderBy('id')
      .limit(p.limit),
);

const countPending = query('count pending deliveries', { id: 'webhook_deliveries.endpoint_id' }, ({ db, p }) =>
  db
    .selectFrom('webhook_deliveries')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('endpoint_id', '=', p.id)
    .where('state', '=', 'pending'),
);

/** Where nobody else has moved it. */
const moveCursor = query(
  'move webhook cursor',
  {
    id: 'webhook_endpoints.id',
    by: 'webhook_endpoints.leased_by',
    position: 'webhook_endpoints.position',
    eventId: 'webhook_endpoints.event_id',
    toPosition: 'webhook_endpoints.position',
    toEventId: 'webhook_endpoints.event_id',
    until: 'webhook_endpoints.lease_ends_at',
  },
  ({ db, p }) =>
    db
      .updateTable('webhook_endpoints')
      .set({ position: p.toPosition, event_id: p.toEventId, lease_ends_at: p.until })
      .where('id', '=', p.id)
      .where('leased_by', '=', p.by)
      .where('state', '=', 'active')
      .where('removed_at', 'is', null)
      .where('position', '=', p.position)
      .where('event_id', '=', p.eventId),
);

/** One for each event. One that is there already was asked for again: it keeps its id. */
const insertDeliveries = query(
  'insert webhook deliveries',
  { id: 'webhook_deliveries.endpoint_id', ids: 'text', eventIds: 'text', now: 'webhook_deliveries.created_at' },
  ({ db, p, listed, insertFrom }) => {
    const rows = db
      .selectFrom([listed(p.ids).as('ids'), listed(p.eventIds).as('event_ids'), 'events'])
      .whereRef('ids.place', '=', 'event_ids.place')
      .where((eb) => eb('events.id', '=', eb.cast<number>('event_ids.value', 'bigint')));
    return insertFrom(rows, 'webhook_deliveries', (eb) => ({
      id: eb.ref('ids.value'),
      endpoint_id: p.id,
      event_id: eb.ref('events.id'),
      position: eb.ref('events.transaction_id'),
      state: fragment.lit('pending' as const),
      due_at: p.now,
      created_at: p.now,
    })).onConflict((known) =>
      known
        .columns(['endpoint_id', 'event_id'])
        .doUpdateSet({ state: 'pending', attempts: 0, due_at: p.now, ended_at: null }),
    );
  },
);

interface Advancing {
  db: Database;
  /** The instance that has the endpoint. */
  by: string;
  now: Date;
  leaseUntil: Date;
}

/**
 * Writes deliveries of the next events and moves the endpoint's cursor behind them, in one transaction, as long as not too many are
 * pending; nothing is sent in it. Gives how many events it has passed; undefined where the endpoint is no longer this instance's.
 */
export async function advanceCursor(
  { db, by, now, leaseUntil: until }: Advancing,
  endpoint: TakenEndpoint,
): Promise<number | undefined> {
  const { id, position, eventId } = endpoint;
  const { count = 0 } = (await db.sql.row(countPending, { id })) ?? {};
  const limit = Math.min(PAGE, MAX_PENDING - count);
  if (limit <= 0) return 0;
  const events = await db.sql.rows(selectAfter, { position, eventId, limit });
  const last = events.at(-1);
  if (last === undefined) return 0;
  const types = JSON.parse(endpoint.eventTypes) as string[];
  const wanted = types.length === 0 ? events : events.filter(({ type }) => types.includes(type));
  const isMoved = await db.write(async (sql) => {
    const place = { position, eventId, toPosition: last.position, toEventId: last.eventId };
    if ((await sql.run(moveCursor, { id, by, until, ...place })) === 0) return false;
    if (wanted.length > 0) {
      const ids = JSON.stringify(wanted.map(() => newId('delivery')));
      const eventIds = JSON.stringify(wanted.map((event) => String(event.eventId)));
      await sql.run(insertDeliveries, { id, ids, eventIds, now });
    }
    return true;
  });
  if (!isMoved) return undefined;
  endpoint.position = last.position;
  endpoint.eventId = last.eventId;
  return events.length;
}
