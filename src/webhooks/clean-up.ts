import type { Database } from '../db/database.js';
import { query } from '../db/sql/query.js';
import type { Clock } from '../schema/clock.js';
import type { Vault } from '../secrets/vault.js';
import { secretPlace } from './endpoints/endpoint-row.js';

const KEPT_MS = 30 * 24 * 3_600_000;
/** Deliveries in one transaction: on SQLite all other writes wait for it. */
const BATCH = 200;

const selectEndpoints = query('webhooks to clean up', {}, ({ db }) =>
  db
    .selectFrom('webhook_endpoints')
    .select(['id', 'secret', 'old_secret as oldSecret', 'removed_at as removedAt'])
    .orderBy('id'),
);

/** By the index that has the state in it: ids rise with the time at which they were made. Attempts go with them. */
const deleteOld = query(
  'delete old webhook deliveries',
  {
    id: 'webhook_deliveries.endpoint_id',
    state: 'webhook_deliveries.state',
    before: 'webhook_deliveries.id',
    ended: 'webhook_deliveries.ended_at',
  },
  ({ db, p, takeRows }) =>
    db
      .deleteFrom('webhook_deliveries')
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('webhook_deliveries as old')
          .select('old.id')
          .where('old.endpoint_id', '=', p.id)
          .where('old.state', '=', p.state)
          .where('old.id', '<', p.before)
          .where('old.ended_at', '<=', p.ended)
          .orderBy('old.id')
          .limit(BATCH)
          .$call(takeRows),
      ),
);

const deleteAny = query(
  'delete deliveries of removed webhook',
  { id: 'webhook_deliveries.endpoint_id' },
  ({ db, p, takeRows }) =>
    db
      .deleteFrom('webhook_deliveries')
      .where('id', 'in', (eb) =>
        eb
          .selectFrom('webhook_deliveries as old')
          .select('old.id')
          .where('old.endpoint_id', '=', p.id)
          .limit(BATCH)
          .$call(takeRows),
      ),
);

const deleteEndpoint = query(
  'delete removed webhook',
  { id: 'webhook_endpoints.id', now: 'webhook_endpoints.lease_ends_at' },
  ({ db, p }) =>
    db
      .deleteFrom('webhook_endpoints')
      .where('id', '=', p.id)
      .where('removed_at', 'is not', null)
      // Whoever still sends to it records that.
      .where((eb) => eb.or([eb('lease_ends_at', 'is', null), eb('lease_ends_at', '<=', p.now)])),
);

const setSecrets = query(
  'seal webhook secrets',
  {
    id: 'webhook_endpoints.id',
    was: 'webhook_endpoints.secret',
    secret: 'webhook_endpoints.secret',
    oldSecret: 'webhook_endpoints.old_secret?',
  },
  ({ db, p }) =>
    db
      .updateTable('webhook_endpoints')
      .set({ secret: p.secret, old_secret: p.oldSecret })
      .where('id', '=', p.id)
      .where('secret', '=', p.was),
);

interface Parts {
  db: Database;
  clock: Clock;
  secrets: Vault;
}

/**
 * Removes what was delivered or left out 30 days ago, and all of endpoints that were deleted; gives how many deliveries. What was given up
 * stays. Seals secrets that were stored without a key, or under one that is to go. Instances that share a database may all do so.
 */
export async function cleanUpWebhooks({ db, clock, secrets }: Parts, signal: AbortSignal): Promise<number> {
  const now = clock.now();
  const ended = new Date(now.getTime() - KEPT_MS);
  let removed = 0;
  const inBatches = async (remove: () => Promise<number>) => {
    for (let last = BATCH; last === BATCH && !signal.aborted; removed += last) last = await remove();
  };
  for (const { id, removedAt, secret, oldSecret } of await db.sql.rows(selectEndpoints, {})) {
    if (removedAt !== null) {
      await inBatches(() => db.write((sql) => sql.run(deleteAny, { id }), { single: true }));
      if (!signal.aborted) await db.write((sql) => sql.run(deleteEndpoint, { id, now }), { single: true });
      continue;
    }
    for (const state of ['delivered', 'skipped'] as const) {
      const old = { id, state, before: firstIdAt(ended), ended };
      await inBatches(() => db.write((sql) => sql.run(deleteOld, old), { single: true }));
    }
    await sealAnew({ db, secrets }, { id, secret, oldSecret });
  }
  return removed;
}

async function sealAnew(
  { db, secrets }: Pick<Parts, 'db' | 'secrets'>,
  { id, secret, oldSecret }: { id: string; secret: string; oldSecret: string | null },
): Promise<void> {
  const place = secretPlace(id);
  if ([secret, ...(oldSecret === null ? [] : [oldSecret])].every((one) => secrets.isCurrent(one, place))) return;
  const anew = (sealed: string) => secrets.seal(secrets.open(sealed, place), place);
  const values = { id, was: secret, secret: anew(secret), oldSecret: oldSecret === null ? null : anew(oldSecret) };
  await db.write((sql) => sql.run(setSecrets, values), { single: true });
}

/** Before all ids that are made from then on. */
function firstIdAt(time: Date): string {
  const digits = time.getTime().toString(16).padStart(12, '0');
  return `delivery_${digits.slice(0, 8)}-${digits.slice(8)}`;
}
