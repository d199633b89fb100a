import type { ReadScope } from '../../procedure/scope.js';
import type { Webhook, WebhookInput } from '../schemas.js';
import { findEndpoint, SHOWN, toWebhook } from './endpoint-row.js';

/** All endpoints, in the order in which they were added. */
export async function listWebhooks({ db, clock }: ReadScope): Promise<Webhook[]> {
  const all = await db.webhookEndpoint.findMany({ where: { removedAt: null }, select: SHOWN, orderBy: { id: 'asc' } });
  return all.map((row) => toWebhook(row, clock.now()));
}

/** @throws AppError NOT_FOUND */
export async function getWebhook({ db, clock }: ReadScope, { webhookId }: WebhookInput): Promise<Webhook> {
  return toWebhook(await findEndpoint(db, webhookId), clock.now());
}
