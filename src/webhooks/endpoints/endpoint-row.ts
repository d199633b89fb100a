import type { Models } from '../../db/models/models.js';
import { AppError } from '../../errors/app-error.js';
import { isStorable } from '../../schema/text.js';
import type { Webhook } from '../schemas.js';

/** What of an endpoint is shown: for a `select`. */
export const SHOWN = {
  id: true,
  url: true,
  description: true,
  eventTypes: true,
  state: true,
  stateReason: true,
  stateAt: true,
  failingAt: true,
  retryAt: true,
  oldSecretUntilAt: true,
  createdAt: true,
  updatedAt: true,
} as const;

interface Row {
  id: string;
  url: string;
  description: string;
  eventTypes: unknown;
  state: string;
  stateReason: string | null;
  stateAt: Date;
  failingAt: Date | null;
  retryAt: Date | null;
  oldSecretUntilAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

export function toWebhook(row: Row, now: Date): Webhook {
  const { id, url, description, state, stateReason, stateAt, failingAt, retryAt, oldSecretUntilAt } = row;
  return {
    webhookId: id,
    url,
    description,
    // What is stored was checked: the three are what the schemas say.
    eventTypes: row.eventTypes as Webhook['eventTypes'],
    state: state as Webhook['state'],
    reason: stateReason as Webhook['reason'],
    since: stateAt.toISOString(),
    failingSince: isoTime(failingAt),
    retryAt: isoTime(retryAt),
    oldSecretUntil: oldSecretUntilAt !== null && oldSecretUntilAt > now ? oldSecretUntilAt.toISOString() : null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** @throws AppError NOT_FOUND */
export async function findEndpoint(
  { webhookEndpoint }: { webhookEndpoint: Pick<Models['webhookEndpoint'], 'findUnique'> },
  id: string,
): Promise<Row> {
  const found = isStorable(id)
    ? await webhookEndpoint.findUnique({ where: { id, removedAt: null }, select: SHOWN })
    : null;
  if (found === null) throw webhookNotFound();
  return found;
}

export function webhookNotFound(): AppError {
  return new AppError('NOT_FOUND', { message: 'Webhook not found' });
}

/** Where the secret of an endpoint is kept: see SecretKeeper. */
export function secretPlace(id: string): string {
  return `webhook ${id}`;
}

function isoTime(time: Date | null): string | null {
  return time?.toISOString() ?? null;
}
