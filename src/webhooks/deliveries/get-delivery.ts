import type { ReadScope } from '../../procedure/scope.js';
import { type DeliveryInput, type DeliveryWithAttempts, MAX_ATTEMPTS } from '../schemas.js';
import { findDelivery } from './delivery-row.js';

/**
 * One delivery, and what came of its newest attempts.
 *
 * @throws AppError NOT_FOUND
 */
export async function getDelivery(
  { db }: ReadScope,
  { webhookId, deliveryId }: DeliveryInput,
): Promise<DeliveryWithAttempts> {
  const delivery = await findDelivery(db, webhookId, deliveryId);
  const made = await db.webhookAttempt.findMany({
    where: { deliveryId },
    orderBy: { id: 'desc' },
    take: MAX_ATTEMPTS,
    select: { createdAt: true, durationMs: true, status: true, error: true, answer: true },
  });
  return { ...delivery, made: made.map(({ createdAt, ...rest }) => ({ at: createdAt.toISOString(), ...rest })) };
}
