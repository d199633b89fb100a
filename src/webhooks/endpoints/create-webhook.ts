import { query } from '../../db/sql/query.js';
import { AppError } from '../../errors/app-error.js';
import type { TransactionScope } from '../../procedure/scope.js';
import { newId } from '../../schema/ids.js';
import { type CreatedWebhook, type CreateWebhookInput, MAX_WEBHOOKS } from '../schemas.js';
import { endOfFeed } from './end-of-feed.js';
import { SHOWN, secretPlace, toWebhook } from './endpoint-row.js';
import { newSecret } from './new-secret.js';
import { requireUrl } from './require-url.js';

/** How many there are decides: admins create them one after the other. SQL: models know no locks. */
const lockWebhooks = query('lock webhooks', {}, ({ exclusive }) => exclusive('webhook_endpoints'));

/**
 * Adds an endpoint that gets what happens from now on. Its secret is in this answer alone.
 *
 * @throws AppError BAD_REQUEST where the URL may not be called; TOO_MANY_WEBHOOKS
 */
export async function createWebhook(
  { db, clock, outbound, secrets }: TransactionScope,
  { url, description, eventTypes }: CreateWebhookInput,
): Promise<CreatedWebhook> {
  requireUrl(outbound, url);
  const now = clock.now();
  await db.rows(lockWebhooks, {});
  if ((await db.webhookEndpoint.count({ where: { removedAt: null } })) >= MAX_WEBHOOKS) {
    throw new AppError('TOO_MANY_WEBHOOKS');
  }
  const id = newId('webhook');
  const secret = newSecret();
  const created = await db.webhookEndpoint.create({
    data: {
      id,
      url,
      description,
      eventTypes,
      state: 'active',
      stateAt: now,
      secret: secrets.seal(secret, secretPlace(id)),
      home: await outbound.home(),
      ...(await endOfFeed(db)),
      createdAt: now,
      updatedAt: now,
    },
    select: SHOWN,
  });
  return { ...toWebhook(created, now), secret };
}
