import type { TransactionScope } from '../../procedure/scope.js';
import { later } from '../../schema/time.js';
import type { ChangeWebhookInput, Webhook } from '../schemas.js';
import { findEndpoint, SHOWN, toWebhook } from './endpoint-row.js';
import { requireUrl } from './require-url.js';

/**
 * Changes where an endpoint is, what it is for or what it gets; what is not given stays. Deliveries that are waiting go to the new URL.
 *
 * @throws AppError NOT_FOUND; BAD_REQUEST where the URL may not be called
 */
export async function changeWebhook(
  { db, clock, outbound }: TransactionScope,
  { webhookId, url, description, eventTypes }: ChangeWebhookInput,
): Promise<Webhook> {
  if (url !== undefined) requireUrl(outbound, url);
  const known = await findEndpoint(db, webhookId);
  const changed = await db.webhookEndpoint.update({
    where: { id: webhookId },
    data: {
      // Whatever kept it waiting was at the old one.
      ...(url !== undefined && url !== known.url && { url, failures: 0, retryAt: null }),
      ...(description !== undefined && { description }),
      ...(eventTypes !== undefined && { eventTypes }),
      updatedAt: later(known.updatedAt, clock.now()),
    },
    select: SHOWN,
  });
  return toWebhook(changed, clock.now());
}
