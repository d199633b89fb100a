import type { Database } from '../db/database.js';
import { query } from '../db/sql/query.js';
import type { Clock } from '../schema/clock.js';

const selectEndpoints = query('measure webhooks', {}, ({ db, isInFeed }) =>
  db
    .selectFrom('webhook_endpoints as endpoint')
    .select((eb) => [
      'endpoint.state',
      eb
        .selectFrom('webhook_deliveries as delivery')
        .leftJoin('events', 'events.id', 'delivery.event_id')
        .select((of) => of.fn.min(of.fn.coalesce('events.created_at', 'delivery.created_at')).as('at'))
        .whereRef('delivery.endpoint_id', '=', 'endpoint.id')
        .where('delivery.state', '=', 'pending')
        .as('pendingAt'),
      eb
        .selectFrom('events')
        .select('events.created_at')
        .where((of) =>
          of(
            of.refTuple('events.transaction_id', 'events.id'),
            '>',
            of.refTuple('endpoint.position', 'endpoint.event_id'),
          ),
        )
        .where((of) => isInFeed(of.ref('events.transaction_id')))
        .orderBy('events.transaction_id')
        .orderBy('events.id')
        .limit(1)
        .as('nextAt'),
    ])
    .where('endpoint.removed_at', 'is', null),
);

export interface WebhookMeasures {
  /** How many endpoints have each state. */
  readonly states: Readonly<Record<'active' | 'paused' | 'disabled', number>>;
  /** Age of the oldest event that an active endpoint has not got yet, in seconds; 0: they have all. */
  readonly oldestPendingSeconds: number;
}

/** How the webhooks do, for the metrics. */
export async function measureWebhooks({ db, clock }: { db: Database; clock: Clock }): Promise<WebhookMeasures> {
  const now = clock.now().getTime();
  const states = { active: 0, paused: 0, disabled: 0 };
  let oldest = now;
  for (const { state, pendingAt, nextAt } of await db.sql.rows(selectEndpoints, {})) {
    states[state] += 1;
    if (state !== 'active') continue;
    for (const at of [pendingAt, nextAt]) if (at !== null) oldest = Math.min(oldest, Date.parse(at));
  }
  return { states, oldestPendingSeconds: (now - oldest) / 1000 };
}
