import { query } from '../../db/sql/query.js';
import type { TransactionScope } from '../../procedure/scope.js';
import { isStorable } from '../../schema/text.js';
import { later } from '../../schema/time.js';
import type { RotatedSecret, WebhookInput } from '../schemas.js';
import { findEndpoint, secretPlace } from './endpoint-row.js';
import { newSecret } from './new-secret.js';

/** Those who rotate it at once go one after the other: each answer's secret is the new or the old one. SQL: models know no locks. */
const lockEndpoint = query('lock webhook', { webhookId: 'webhook_endpoints.id' }, ({ db, p, lockRow }) =>
  db.selectFrom('webhook_endpoints').select('id').where('id', '=', p.webhookId).$call(lockRow),
);

/** For so long both secrets sign. */
const OVERLAP_MS = 24 * 3_600_000;

/**
 * Gives an endpoint a new secret, which is in this answer alone. For 24 hours the one before signs as well; one from before that no more.
 *
 * @throws AppError NOT_FOUND
 */
export async function rotateSecret(
  { db, clock, secrets }: TransactionScope,
  { webhookId }: WebhookInput,
): Promise<RotatedSecret> {
  const now = clock.now();
  if (isStorable(webhookId)) await db.row(lockEndpoint, { webhookId });
  const { updatedAt } = await findEndpoint(db, webhookId);
  const { secret: oldSecret } = await db.webhookEndpoint.findUniqueOrThrow({
    where: { id: webhookId },
    select: { secret: true },
  });
  const secret = newSecret();
  const oldSecretUntil = new Date(now.getTime() + OVERLAP_MS);
  await db.webhookEndpoint.update({
    where: { id: webhookId },
    data: {
      secret: secrets.seal(secret, secretPlace(webhookId)),
      oldSecret,
      oldSecretUntilAt: oldSecretUntil,
      updatedAt: later(updatedAt, now),
    },
  });
  return { webhookId, secret, oldSecretUntil: oldSecretUntil.toISOString() };
}
