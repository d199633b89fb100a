import type { TransactionScope } from '../../procedure/scope.js';
import { isStorable } from '../../schema/text.js';
import type { DeletedWebhook, WebhookInput } from '../schemas.js';
import { webhookNotFound } from './endpoint-row.js';

/**
 * Removes an endpoint: nothing is sent to it any more. A background job removes its deliveries, of which there may be very many.
 *
 * @throws AppError NOT_FOUND
 */
export async function deleteWebhook(
  { db, clock }: TransactionScope,
  { webhookId }: WebhookInput,
): Promise<DeletedWebhook> {
  const where = { id: webhookId, removedAt: null };
  const { count } = isStorable(webhookId)
    ? await db.webhookEndpoint.updateMany({ where, data: { removedAt: clock.now() } })
    : { count: 0 };
  if (count === 0) throw webhookNotFound();
  return { webhookId };
}
