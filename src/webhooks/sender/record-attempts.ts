import type { Database } from '../../db/database.js';
import { query } from '../../db/sql/query.js';

/** What came of one attempt. */
export interface MadeAttempt {
  readonly deliveryId: string;
  readonly durationMs: number;
  readonly status: number | null;
  /** null: it was delivered. */
  readonly error: string | null;
  readonly answer: string | null;
  /** When it is tried again; null: no more. */
  readonly retryAt: Date | null;
  /** Whether it counts: one that was only put off doesn't. */
  readonly counts: boolean;
}

/** How an endpoint does. */
export interface Health {
  failingAt: Date | null;
  failures: number;
  retryAt: Date | null;
  /** Why nothing is sent to it any more; null: it goes on. */
  disabled: 'gone' | 'failing' | null;
}

const recordHealth = query(
  'record webhook health',
  {
    id: 'webhook_endpoints.id',
    by: 'webhook_endpoints.leased_by',
    until: 'webhook_endpoints.lease_ends_at',
    failingAt: 'webhook_endpoints.failing_at?',
    failures: 'webhook_endpoints.failures',
    retryAt: 'webhook_endpoints.retry_at?',
  },
  ({ db, p }) =>
    db
      .updateTable('webhook_endpoints')
      .set({ lease_ends_at: p.until, failing_at: p.failingAt, failures: p.failures, retry_at: p.retryAt })
      .where('id', '=', p.id)
      .where('leased_by', '=', p.by)
      .where('state', '=', 'active')
      .where('removed_at', 'is', null),
);

const disableEndpoint = query(
  'disable webhook',
  {
    id: 'webhook_endpoints.id',
    reason: 'webhook_endpoints.state_reason',
    now: 'webhook_endpoints.state_at',
  },
  ({ db, p }) =>
    db
      .updateTable('webhook_endpoints')
      .set({ state: 'disabled', state_reason: p.reason, state_at: p.now, updated_at: p.now })
      .where('id', '=', p.id)
      .where('state', '=', 'active'),
);

const markDelivered = query(
  'mark webhooks delivered',
  { ids: 'text', now: 'webhook_deliveries.ended_at' },
  ({ db, p, listed }) =>
    db
      .updateTable('webhook_deliveries')
      .set((eb) => ({ state: 'delivered', attempts: eb('attempts', '+', 1), due_at: null, ended_at: p.now }))
      .where('id', 'in', (eb) => eb.selectFrom(listed(p.ids).as('listed')).select('listed.value')),
);

const FAILED = { id: 'webhook_deliveries.id', counts: 'number' } as const;

const putOff = query('put off webhook', { ...FAILED, dueAt: 'webhook_deliveries.due_at' }, ({ db, p }) =>
  db
    .updateTable('webhook_deliveries')
    .set((eb) => ({ attempts: eb('attempts', '+', p.counts), due_at: p.dueAt }))
    .where('id', '=', p.id)
    .where('state', '=', 'pending'),
);

const giveUp = query('give up webhook', { ...FAILED, now: 'webhook_deliveries.ended_at' }, ({ db, p }) =>
  db
    .updateTable('webhook_deliveries')
    .set((eb) => ({ state: 'failed', attempts: eb('attempts', '+', p.counts), due_at: null, ended_at: p.now }))
    .where('id', '=', p.id)
    .where('state', '=', 'pending'),
);

/** Of deliveries that are still there. */
const insertAttempts = query(
  'insert webhook attempts',
  {
    ids: 'text',
    durations: 'text',
    statuses: 'text',
    errors: 'text',
    answers: 'text',
    now: 'webhook_attempts.created_at',
  },
  ({ db, p, listed, insertFrom }) => {
    const rows = db
      .selectFrom([
        'webhook_deliveries',
        listed(p.ids).as('ids'),
        listed(p.durations).as('durations'),
        listed(p.statuses).as('statuses'),
        listed(p.errors).as('errors'),
        listed(p.answers).as('answers'),
      ])
      .whereRef('webhook_deliveries.id', '=', 'ids.value')
      .whereRef('durations.place', '=', 'ids.place')
      .whereRef('statuses.place', '=', 'ids.place')
      .whereRef('errors.place', '=', 'ids.place')
      .whereRef('answers.place', '=', 'ids.place')
      .orderBy('ids.place');
    return insertFrom(rows, 'webhook_attempts', (eb) => ({
      delivery_id: eb.ref('ids.value'),
      created_at: p.now,
      duration_ms: eb.cast<number>('durations.value', 'integer'),
      status: eb.cast<number | null>('statuses.value', 'integer'),
      error: eb.ref('errors.value'),
      answer: eb.ref('answers.value'),
    }));
  },
);

interface Recording {
  db: Database;
  /** The instance that has the endpoint. */
  by: string;
  now: Date;
  leaseUntil: Date;
}

/**
 * Records what came of attempts, and how the endpoint does, in one transaction. False where the endpoint is no longer this instance's, or
 * nothing more is to be sent to it: what was done counts all the same.
 */
export async function recordAttempts(
  { db, by, now, leaseUntil: until }: Recording,
  webhookId: string,
  { disabled, ...health }: Health,
  made: readonly MadeAttempt[],
): Promise<boolean> {
  const column = (value: (attempt: MadeAttempt) => string | number | null) =>
    JSON.stringify(made.map((attempt) => value(attempt)?.toString() ?? null));
  return db.write(async (sql) => {
    const goesOn = (await sql.run(recordHealth, { id: webhookId, by, until, ...health })) > 0;
    if (goesOn && disabled !== null) await sql.run(disableEndpoint, { id: webhookId, reason: disabled, now });
    const delivered = made.filter(({ error }) => error === null).map(({ deliveryId }) => deliveryId);
    if (delivered.length > 0) await sql.run(markDelivered, { ids: JSON.stringify(delivered), now });
    for (const { deliveryId: id, error, retryAt, counts } of made) {
      if (error === null) continue;
      if (retryAt === null) await sql.run(giveUp, { id, counts: Number(counts), now });
      else await sql.run(putOff, { id, counts: Number(counts), dueAt: retryAt });
    }
    await sql.run(insertAttempts, {
      ids: column(({ deliveryId }) => deliveryId),
      durations: column(({ durationMs }) => durationMs),
      statuses: column(({ status }) => status),
      errors: column(({ error }) => error),
      answers: column(({ answer }) => answer),
      now,
    });
    return goesOn && disabled === null;
  });
}
