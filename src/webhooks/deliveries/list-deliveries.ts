import { z } from 'zod';
import { dynamicQuery } from '../../db/sql/dynamic-query.js';
import { fragment } from '../../db/sql/kysely.js';
import type { ReadScope } from '../../procedure/scope.js';
import { encodeCursor, placeAfter } from '../../schema/cursor.js';
import { isStorable } from '../../schema/text.js';
import { findEndpoint } from '../endpoints/endpoint-row.js';
import type { DeliveryPage, ListDeliveriesInput } from '../schemas.js';
import { COLUMNS, toDelivery } from './delivery-row.js';

const STATES = ['pending', 'delivered', 'failed', 'skipped'] as const;
type State = (typeof STATES)[number];

/**
 * SQL: no model's relation leads to the event. Each state's newest by the index that has the state in it; all states in one statement,
 * so that a delivery whose state changes meanwhile is neither missing nor there twice.
 */
const selectPage = dynamicQuery(
  'list webhook deliveries',
  { webhookId: 'webhook_deliveries.endpoint_id', before: 'webhook_deliveries.id', limit: 'number' },
  ({ db, p }, { states: [first, ...others] }: { states: readonly [State, ...State[]] }) => {
    const newest = (state: State) =>
      db.selectFrom(
        db
          .selectFrom('webhook_deliveries')
          .select('id')
          .where('endpoint_id', '=', p.webhookId)
          .where('state', '=', fragment.lit(state))
          .where('id', '<', p.before)
          .orderBy('id', 'desc')
          .limit(p.limit)
          .as('of_state'),
      );
    const ids = others.reduce((all, state) => all.unionAll(newest(state).select('id')), newest(first).select('id'));
    return db
      .selectFrom(ids.as('newest'))
      .innerJoin('webhook_deliveries', 'webhook_deliveries.id', 'newest.id')
      .leftJoin('events', 'events.id', 'webhook_deliveries.event_id')
      .select(COLUMNS)
      .orderBy('webhook_deliveries.id', 'desc')
      .limit(p.limit);
  },
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
  const states = state === undefined ? STATES : ([state] as const);
  const found = await db.rows(selectPage({ states }), { webhookId, before, limit: limit + 1 });
  const shown = found.slice(0, limit);
  const last = shown.at(-1);
  return {
    deliveries: shown.map(toDelivery),
    next: found.length > limit && last !== undefined ? encodeCursor([last.deliveryId]) : null,
  };
}
