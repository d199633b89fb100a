import type { Database } from '../db/database.js';
import type { Clock } from '../schema/clock.js';
import type { Vault } from '../secrets/vault.js';
import { cleanUpWebhooks } from '../webhooks/clean-up.js';
import type { Job } from './run-jobs.js';

/** Removes deliveries of webhooks that are not kept any longer. */
export function webhookCleanUp(parts: { db: Database; clock: Clock; secrets: Vault }): Job {
  return { name: 'webhook-clean-up', everyMs: 600_000, run: (signal) => cleanUpWebhooks(parts, signal) };
}
