import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../config/config.js';
import { AppError } from '../../errors/app-error.js';
import type { Metrics } from '../../telemetry/metrics.js';
import { endWith } from '../hooks.js';
import { MemoryCounters } from './memory-counters.js';
import { connectSharedCounters, type SharedCounters } from './shared-counters.js';

const WINDOW_SECONDS = 60;
const REDIS_PREFIX = 'support-api:rate-limit:';

export interface RateLimit {
  /** Its name in the headers. */
  readonly name: 'address' | 'user' | 'user-bytes';
  /** Points per minute; 0: no limit. */
  readonly quota: number;
  /** Whom a request counts for; '': nobody. */
  keyOf(request: FastifyRequest): string;
  /** How many points a request takes; one that takes none is not asked about. */
  costOf(request: FastifyRequest): number;
}

/** Limits the requests of a scope, before their bodies are read. */
export type AddRateLimit = (scope: FastifyInstance, limit: RateLimit) => Promise<void>;

/**
 * Counts points in windows of a minute, each from a client's first one on: in Redis where REDIS_URL names one, else in
 * memory. While Redis is away each instance counts by itself: nobody is refused for it, and nobody waits.
 *
 * Answers tell what is left in `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10). Beyond the
 * quota they are a 429 with `Retry-After`.
 */
export async function rateLimits(
  app: FastifyInstance,
  config: Pick<Config, 'REDIS_URL'>,
  metrics: Metrics,
): Promise<AddRateLimit> {
  const shared = config.REDIS_URL === undefined ? undefined : await connectSharedCounters(config.REDIS_URL, app.log);
  app.addHook('onClose', async () => shared?.close());
  metrics.watch({ sharedRateLimits: () => shared?.ready });

  return async (scope, { name, quota, keyOf, costOf }) => {
    if (quota === 0) return;
    const inMemory = memoryCounter(quota);
    const count = shared === undefined ? inMemory : orElse(shared, await redisCounter(shared, name, quota), inMemory);
    const unit = name === 'user-bytes' ? ';qu="content-bytes"' : '';
    const policy = `"${name}";q=${quota};w=${WINDOW_SECONDS}${unit}`;

    const tell = (reply: FastifyReply, { remaining, seconds, isExceeded }: Counted) => {
      append(reply, 'ratelimit-policy', policy);
      append(reply, 'ratelimit', `"${name}";r=${remaining};t=${seconds}`);
      if (!isExceeded) return;
      metrics.refused('rate-limit');
      throw new AppError('TOO_MANY_REQUESTS', { retryAfterSeconds: seconds });
    };
    scope.addHook('onRequest', (request, reply, done) => {
      const points = request.routeOptions.config.unlimited ? 0 : costOf(request);
      const key = points === 0 ? '' : keyOf(request);
      if (key === '') done();
      else endWith(count(key, points), (counted) => tell(reply, counted), done);
    });
  };
}

interface Counted {
  remaining: number;
  /** Until there are as many again as the quota says; at least 1. */
  seconds: number;
  isExceeded: boolean;
}

type Counter<Result = Counted> = (key: string, points: number) => Result;

function counted(quota: number, points: number, leftMs: number): Counted {
  return {
    remaining: Math.max(0, quota - points),
    seconds: Math.max(1, Math.ceil(leftMs / 1000)),
    isExceeded: points > quota,
  };
}

function memoryCounter(quota: number): Counter {
  const counters = new MemoryCounters(WINDOW_SECONDS * 1000);
  return (key, points) => {
    const count = counters.add(key, points);
    return counted(quota, count.points, count.leftMs);
  };
}

async function redisCounter(
  { client }: SharedCounters,
  name: string,
  quota: number,
): Promise<Counter<Promise<Counted>>> {
  // Not at the top: nobody without a REDIS_URL should load it.
  const { RateLimiterRedis, RateLimiterRes } = await import('rate-limiter-flexible');
  const limiter = new RateLimiterRedis({
    storeClient: client,
    keyPrefix: `${REDIS_PREFIX}${name}`,
    points: quota,
    duration: WINDOW_SECONDS,
  });
  return async (key, points) => {
    // What is over the quota is rejected with the count, and a Redis that fails with an error.
    const result = await limiter.consume(key, points).catch((error: unknown) => {
      if (error instanceof RateLimiterRes) return error;
      throw error;
    });
    return counted(quota, result.consumedPoints, result.msBeforeNext);
  };
}

function orElse(
  shared: SharedCounters,
  inRedis: Counter<Promise<Counted>>,
  inMemory: Counter,
): Counter<Counted | Promise<Counted>> {
  return (key, points) => {
    if (!shared.ready) return inMemory(key, points);
    return inRedis(key, points).catch((error) => {
      shared.failed(error as Error);
      return inMemory(key, points);
    });
  };
}

/** Adds to a header that is a list. */
function append(reply: FastifyReply, name: string, value: string): void {
  const before = reply.getHeader(name);
  reply.header(name, before === undefined ? value : `${before}, ${value}`);
}
