import type { TransactionScope } from '../../procedure/scope.js';
import type { Delivery, DeliveryInput } from '../schemas.js';
import { findDelivery } from './delivery-row.js';

/**
 * Has a delivery sent once more, with the same id, and with all its retries; as soon as its endpoint is active. One that is waiting for
 * its next attempt has it now.
 *
 * @throws AppError NOT_FOUND
 */
export async function redeliver(
  { db, clock }: TransactionScope,
  { webhookId, deliveryId }: DeliveryInput,
): Promise<Delivery> {
  await findDelivery(db, webhookId, deliveryId);
  await db.webhookDelivery.updateMany({
    where: { id: deliveryId },
    data: { state: 'pending', attempts: 0, dueAt: clock.now(), endedAt: null },
  });
  return findDelivery(db, webhookId, deliveryId);
}
