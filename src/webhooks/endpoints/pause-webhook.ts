import type { TransactionScope } from '../../procedure/scope.js';
import { later } from '../../schema/time.js';
import type { ResumeWebhookInput, Webhook, WebhookInput } from '../schemas.js';
import { endOfFeed } from './end-of-feed.js';
import { findEndpoint, SHOWN, toWebhook } from './endpoint-row.js';

/**
 * Sends nothing more to an endpoint, but for what is on its way in this moment; what happens waits. One that is not active stays
 * as it is.
 *
 * @throws AppError NOT_FOUND
 */
export async function pauseWebhook({ db, clock }: TransactionScope, { webhookId }: WebhookInput): Promise<Webhook> {
  const now = clock.now();
  await findEndpoint(db, webhookId);
  await db.webhookEndpoint.updateMany({
    where: { id: webhookId, state: 'active' },
    data: { state: 'paused', stateReason: 'admin', stateAt: now, updatedAt: now },
  });
  return toWebhook(await findEndpoint(db, webhookId), now);
}

/**
 * Sends to an endpoint again, from where it was; with `skip`, from now on. What waits for its next attempt is sent at once.
 *
 * @throws AppError NOT_FOUND
 */
export async function resumeWebhook(
  { db, clock, outbound }: TransactionScope,
  { webhookId, skip }: ResumeWebhookInput,
): Promise<Webhook> {
  const now = clock.now();
  const known = await findEndpoint(db, webhookId);
  const resumed = await db.webhookEndpoint.update({
    where: { id: webhookId },
    data: {
      ...(known.state !== 'active' && { state: 'active', stateReason: null, stateAt: now, failingAt: null }),
      ...(skip && (await endOfFeed(db))),
      home: await outbound.home(),
      failures: 0,
      retryAt: null,
      updatedAt: later(known.updatedAt, now),
    },
    select: SHOWN,
  });
  await db.webhookDelivery.updateMany({
    where: { endpointId: webhookId, state: 'pending' },
    data: skip ? { state: 'skipped', dueAt: null, endedAt: now } : { dueAt: now },
  });
  return toWebhook(resumed, now);
}
