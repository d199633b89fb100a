import { query } from '../../db/sql/query.js';
import type { RowOf } from '../../db/sql/row.js';

// SQL, all of this folder: every instance runs it, most of which never load Prisma.

/** For so long an instance has an endpoint for itself, unless it asks for more. */
export const LEASE_MS = 20_000;

/** Endpoints of this database that there is something to do for, and that no instance has. */
export const selectWork = query(
  'select webhook work',
  { home: 'webhook_endpoints.home', now: 'webhook_endpoints.lease_ends_at' },
  ({ db, p, isInFeed }) =>
    db
      .selectFrom('webhook_endpoints as endpoint')
      .select('endpoint.id')
      .where('endpoint.state', '=', 'active')
      .where('endpoint.removed_at', 'is', null)
      .where('endpoint.home', '=', p.home)
      .where((eb) => eb.or([eb('endpoint.lease_ends_at', 'is', null), eb('endpoint.lease_ends_at', '<=', p.now)]))
      .where((eb) => eb.or([eb('endpoint.retry_at', 'is', null), eb('endpoint.retry_at', '<=', p.now)]))
      .where((eb) =>
        eb.or([
          eb.exists(
            eb
              .selectFrom('webhook_deliveries as delivery')
              .select('delivery.id')
              .whereRef('delivery.endpoint_id', '=', 'endpoint.id')
              .where('delivery.state', '=', 'pending')
              .where('delivery.due_at', '<=', p.now),
          ),
          eb.exists(
            eb
              .selectFrom('events')
              .select('events.id')
              .where((of) =>
                of(
                  of.refTuple('events.transaction_id', 'events.id'),
                  '>',
                  of.refTuple('endpoint.position', 'endpoint.event_id'),
                ),
              )
              .where((of) => isInFeed(of.ref('events.transaction_id'))),
          ),
        ]),
      ),
);

/** Takes an endpoint. Waits for nobody: what an admin is changing just then, or another instance is taking, is left for the next time. */
export const takeEndpoint = query(
  'take webhook endpoint',
  {
    id: 'webhook_endpoints.id',
    home: 'webhook_endpoints.home',
    by: 'webhook_endpoints.leased_by',
    now: 'webhook_endpoints.lease_ends_at',
    until: 'webhook_endpoints.lease_ends_at',
  },
  ({ db, p, takeRows }) =>
    db
      .updateTable('webhook_endpoints')
      .set({ leased_by: p.by, lease_ends_at: p.until })
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('webhook_endpoints as free')
          .select('free.id')
          .where('free.id', '=', p.id)
          .where('free.state', '=', 'active')
          .where('free.removed_at', 'is', null)
          .where('free.home', '=', p.home)
          .where((of) => of.or([of('free.lease_ends_at', 'is', null), of('free.lease_ends_at', '<=', p.now)]))
          .$call(takeRows),
      )
      .returning([
        'id',
        'url',
        'secret',
        'old_secret as oldSecret',
        'old_secret_until_at as oldSecretUntilAt',
        'event_types as eventTypes',
        'position',
        'event_id as eventId',
        'failing_at as failingAt',
        'failures',
        'retry_at as retryAt',
      ]),
);

/** What an instance knows of an endpoint that it has taken. */
export type TakenEndpoint = RowOf<typeof takeEndpoint>;

const HELD = { id: 'webhook_endpoints.id', by: 'webhook_endpoints.leased_by' } as const;

/** 1 where it still has the endpoint, and may go on. */
export const renewLease = query(
  'renew webhook lease',
  { ...HELD, until: 'webhook_endpoints.lease_ends_at' },
  ({ db, p }) =>
    db
      .updateTable('webhook_endpoints')
      .set({ lease_ends_at: p.until })
      .where('id', '=', p.id)
      .where('leased_by', '=', p.by)
      .where('state', '=', 'active')
      .where('removed_at', 'is', null),
);

export const endLease = query('end webhook lease', HELD, ({ db, p }) =>
  db
    .updateTable('webhook_endpoints')
    .set({ leased_by: null, lease_ends_at: null })
    .where('id', '=', p.id)
    .where('leased_by', '=', p.by),
);

/** Those that were active in another place stay silent here until an admin resumes them. */
export const pauseRestored = query(
  'pause restored webhooks',
  { home: 'webhook_endpoints.home', now: 'webhook_endpoints.state_at' },
  ({ db, p }) =>
    db
      .updateTable('webhook_endpoints')
      .set({
        state: 'paused',
        state_reason: 'restored',
        state_at: p.now,
        leased_by: null,
        lease_ends_at: null,
      })
      .where('state', '=', 'active')
      .where('home', '!=', p.home),
);
