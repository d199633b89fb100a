import { isTrackedEnvelope } from '@trpc/server';
import type { AppError } from '../../errors/app-error.js';
import type { StreamValue } from '../../procedure/stream-output.js';

/** How a surface writes a stream of server-sent events. */
export interface StreamEncoding {
  readonly beginning: string;
  item(value: StreamValue): string;
  readonly heartbeat: string;
  /** For what fails after it has begun. */
  failure(error: AppError): string;
}

/** All who watch the same are sent the same: it is written once. */
const texts = new WeakMap<object, string>();

function jsonOf(value: object): string {
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = JSON.stringify(value);
  texts.set(value, text);
  return text;
}

/** Where there is no id, a client keeps the one that it has. */
function item(value: StreamValue): string {
  if (!isTrackedEnvelope<object>(value)) return `data: ${jsonOf(value)}\n\n`;
  return `id: ${value[0]}\ndata: ${jsonOf(value[1])}\n\n`;
}

/** A client that hears nothing for so long connects again: more than two heartbeats. */
const INACTIVITY_MS = 25_000;

/** As tRPC's own producer of server-sent events writes it, and its httpSubscriptionLink reads it. */
export function trpcEncoding(describe: (error: AppError) => object): StreamEncoding {
  return {
    beginning: `event: connected\ndata: ${JSON.stringify({ reconnectAfterInactivityMs: INACTIVITY_MS })}\n\n`,
    item,
    heartbeat: 'event: ping\ndata: \n\n',
    failure: (error) => `event: serialized-error\ndata: ${JSON.stringify(describe(error))}\n\n`,
  };
}

/** `describe`: the envelope. A heartbeat is a comment: no client has to know it. */
export function restEncoding(describe: (error: AppError) => object): StreamEncoding {
  return {
    beginning: '',
    item,
    heartbeat: ': heartbeat\n\n',
    failure: (error) => `event: failure\ndata: ${JSON.stringify(describe(error))}\n\n`,
  };
}
