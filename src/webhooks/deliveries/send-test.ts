import { AppError } from '../../errors/app-error.js';
import type { TransactionScope } from '../../procedure/scope.js';
import { newId } from '../../schema/ids.js';
import { findEndpoint } from '../endpoints/endpoint-row.js';
import type { Delivery, WebhookInput } from '../schemas.js';
import { findDelivery } from './delivery-row.js';

/** Before all events. */
const FIRST = -1n;

/**
 * Has an event without a meaning sent to an endpoint: once, and before all others.
 *
 * @throws AppError NOT_FOUND; WEBHOOK_NOT_ACTIVE
 */
export async function sendTest({ db, clock }: TransactionScope, { webhookId }: WebhookInput): Promise<Delivery> {
  const now = clock.now();
  await findEndpoint(db, webhookId);
  // Whoever tests doesn't want to wait for what has failed before.
  const { count } = await db.webhookEndpoint.updateMany({
    where: { id: webhookId, state: 'active' },
    data: { retryAt: null },
  });
  if (count === 0) throw new AppError('WEBHOOK_NOT_ACTIVE');
  const id = newId('delivery');
  await db.webhookDelivery.create({
    data: { id, endpointId: webhookId, position: FIRST, state: 'pending', dueAt: now, createdAt: now },
  });
  return findDelivery(db, webhookId, id);
}
