import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../config/config.js';
import { AppError } from '../../errors/app-error.js';
import type { Metrics } from '../../telemetry/metrics.js';
import { endWith } from '../hooks.js';
import { callsIn } from '../trpc/batch-calls.js';
import { MemoryCounters } from './memory-counters.js';
import { connectSharedCounters, type SharedCounters } from './shared-counters.js';

const WINDOW_SECONDS = 60;
const REDIS_PREFIX = 'support-api:rate-limit:';

export interface RateLimit {
  /** Its name in the headers. */
  readonly name: 'address' | 'user';
  /** Calls per minute; 0: no limit. */
  readonly quota: number;
  /** Whom a request counts for; '': nobody. */
  keyOf(request: FastifyRequest): string;
}

/** Limits the requests of a scope, before their bodies are read. */
export type AddRateLimit = (scope: FastifyInstance, limit: RateLimit) => Promise<void>;

/**
 * Counts calls in windows of a minute, each from a client's first call on: in Redis where REDIS_URL names one, else in
 * memory. While Redis is away each instance counts by itself: nobody is refused for it, and nobody waits.
 *
 * Answers tell what is left in `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10). Beyond the
 * quota they are a 429 with `Retry-After`. A tRPC batch costs what its calls would cost one by one.
 */
export async function rateLimits(
  app: FastifyInstance,
  config: Pick<Config, 'REDIS_URL'>,
  metrics: Metrics,
): Promise<AddRateLimit> {
  const shared = config.REDIS_URL === undefined ? undefined : await connectSharedCounters(config.REDIS_URL, app.log);
  app.addHook('onClose', async () => shared?.close());
  metrics.watch({ sharedRateLimits: () => shared?.ready });

  return async (scope, limit) => {
    const { name, quota, keyOf } = limit;
    if (quota === 0) return;
    const inMemory = memoryCounter(quota);
    const count = shared === undefined ? inMemory : orElse(shared, await redisCounter(app, shared, limit), inMemory);
    const policy = `"${name}";q=${quota};w=${WINDOW_SECONDS}`;

    const tell = (reply: FastifyReply, { remaining, seconds, isExceeded }: Counted) => {
      append(reply, 'ratelimit-policy', policy);
      append(reply, 'ratelimit', `"${name}";r=${remaining};t=${seconds}`);
      if (!isExceeded) return;
      reply.header('retry-after', seconds);
      metrics.refused('rate-limit');
      throw new AppError('TOO_MANY_REQUESTS');
    };
    scope.addHook('onRequest', (request, reply, done) => {
      const key = request.routeOptions.config.unlimited ? '' : keyOf(request);
      if (key === '') done();
      else endWith(count(request, key), (counted) => tell(reply, counted), done);
    });
  };
}

interface Counted {
  remaining: number;
  /** Until there are as many again as the quota says; at least 1. */
  seconds: number;
  isExceeded: boolean;
}

type Counter<Result = Counted> = (request: FastifyRequest, key: string) => Result;

function memoryCounter(quota: number): Counter {
  const counters = new MemoryCounters(WINDOW_SECONDS * 1000);
  return (request, key) => {
    const { calls, leftMs } = counters.add(key, callsIn(request));
    return {
      remaining: Math.max(0, quota - calls),
      seconds: Math.max(1, Math.ceil(leftMs / 1000)),
      isExceeded: calls > quota,
    };
  };
}

/** The plugin counts by ones. Those of a batch leave together, as one write. */
async function redisCounter(
  app: FastifyInstance,
  { client }: SharedCounters,
  { name, quota, keyOf }: RateLimit,
): Promise<Counter<Promise<Counted>>> {
  let check: ReturnType<FastifyInstance['createRateLimit']> | undefined;
  // In a scope of its own: the plugin has one counter for all that is made in one.
  await app.register(async (scope) => {
    await scope.register(rateLimit, {
      global: false,
      redis: client,
      nameSpace: `${REDIS_PREFIX}${name}:`,
      max: quota,
      timeWindow: WINDOW_SECONDS * 1000,
      keyGenerator: keyOf,
    });
    check = scope.createRateLimit();
  });
  return async (request) => {
    const counts = await Promise.all(Array.from({ length: callsIn(request) }, () => check?.(request)));
    const last = counts.at(-1);
    if (last === undefined || last.isAllowed) throw new TypeError('The plugin has let a request through uncounted');
    return { remaining: last.remaining, seconds: Math.max(1, last.ttlInSeconds), isExceeded: last.isExceeded };
  };
}

function orElse(
  shared: SharedCounters,
  inRedis: Counter<Promise<Counted>>,
  inMemory: Counter,
): Counter<Counted | Promise<Counted>> {
  return (request, key) => {
    if (!shared.ready) return inMemory(request, key);
    return inRedis(request, key).catch((error) => {
      shared.failed(error as Error);
      return inMemory(request, key);
    });
  };
}

/** Adds to a header that is a list. */
function append(reply: FastifyReply, name: string, value: string): void {
  const before = reply.getHeader(name);
  reply.header(name, before === undefined ? value : `${before}, ${value}`);
}
