import { once } from 'node:events';
import type { FastifyBaseLogger } from 'fastify';
import type { Redis } from 'ioredis';

/** Longest that a request waits for Redis, and only one that is under way when Redis falls silent. */
const COMMAND_TIMEOUT_MS = 250;
const CONNECT_TIMEOUT_MS = 2000;
const RECONNECT_DELAY_MS = 2000;

/** A Redis that several instances count in. */
export interface SharedCounters {
  readonly client: Redis;
  /** Whether it answers. While it doesn't, it is tried again in the background, not by requests. */
  readonly ready: boolean;
  /** To be told of a command that failed: `ready` is false until a new connection has answered. */
  failed(error: Error): void;
  close(): void;
}

/**
 * Connects to Redis, and waits for its first answer, 2 s at most: a service without shared rate limits is better than
 * none. Never rejects, whatever Redis does; says in the log when it goes away and when it is back.
 */
export async function connectSharedCounters(url: string, log: FastifyBaseLogger): Promise<SharedCounters> {
  // Not at the top: nobody without a REDIS_URL should load it.
  const { Redis } = await import('ioredis');
  const client = new Redis(url, {
    connectionName: 'support-api',
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    retryStrategy: () => RECONNECT_DELAY_MS,
    // A command fails at once without a connection, and is never sent later, when its request is long answered.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
  });
  let state: 'new' | 'ready' | 'away' = 'new';
  const gone = (err?: Error) => {
    if (state === 'away') return;
    state = 'away';
    log.warn({ err }, 'rate limits: Redis is away, each instance counts by itself');
  };
  client.on('error', gone);
  client.on('close', gone);
  client.on('ready', () => {
    state = 'ready';
    log.info('rate limits: counting in Redis');
  });
  await once(client, 'ready', { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) }).catch(() => {});
  return {
    client,
    get ready() {
      return state === 'ready';
    },
    failed(error) {
      if (state !== 'ready') return;
      gone(error);
      // Whatever is wrong, a new connection tells when it is over: it is ready once Redis has answered.
      client.disconnect(true);
    },
    close() {
      client.off('close', gone);
      client.disconnect();
    },
  };
}
