import { z } from 'zod';
import { query } from '../../db/sql/query.js';
import type { ReadScope } from '../../procedure/scope.js';
import { encodeCursor, placeAfter } from '../../schema/cursor.js';
import { isStorable } from '../../schema/text.js';
import { findEndpoint } from '../endpoints/endpoint-row.js';
import type { DeliveryPage, ListDeliveriesInput } from '../schemas.js';
import { COLUMNS, toDelivery } from './delivery-row.js';

const STATES = ['pending', 'delivered', 'failed', 'skipped'] as const;

/** SQL: no model's relation leads to the event. By the index that has the state in it. */
const selectPage = query(
  'list webhook deliveries',
  {
    webhookId: 'webhook_deliveries.endpoint_id',
    state: 'webhook_deliveries.state',
    before: 'webhook_deliveries.id',
    limit: 'number',
  },
  ({ db, p }) =>
    db
      .selectFrom('webhook_deliveries')
      .leftJoin('events', 'events.id', 'webhook_deliveries.event_id')
      .select(COLUMNS)
      .where('webhook_deliveries.endpoint_id', '=', p.webhookId)
      .where('webhook_deliveries.state', '=', p.state)
      .where('webhook_deliveries.id', '<', p.before)
      .orderBy('webhook_deliveries.id', 'desc')
      .limit(p.limit),
);

/** After all ids that we give out. */
const NEWEST = 'delivery_g';
const place = z.tuple([z.string().startsWith('delivery_').refine(isStorable)]);

/**
 * One page of the deliveries of an endpoint, those that were written last first; all, or those in one state.
 *
 * @throws AppError NOT_FOUND; BAD_REQUEST at the name of the place for what no page has given out.
 */
export async function listDeliveries(
  { db }: ReadScope,
  { webhookId, state, limit, ...sent }: ListDeliveriesInput,
): Promise<DeliveryPage> {
  const [before] = placeAfter(sent, place) ?? [NEWEST];
  await findEndpoint(db, webhookId);
  const states = state === undefined ? STATES : [state];
  const pages = await Promise.all(
    states.map((one) => db.rows(selectPage, { webhookId, state: one, before, limit: limit + 1 })),
  );
  const found = pages.flat().sort((one, other) => (one.deliveryId < other.deliveryId ? 1 : -1));
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  return {
    deliveries: shown.map(toDelivery),
    next: found.length > limit && last !== undefined ? encodeCursor([last.deliveryId]) : null,
  };
}
