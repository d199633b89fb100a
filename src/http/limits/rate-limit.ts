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

export interface Quota {
  /** Its name in the headers. */
  readonly name: 'address' | 'user' | 'user-bytes';
  /** Points per minute; 0: no limit. */
  readonly points: number;
}

/**
 * Takes points from a key's quota, and tells in the answer what is left: at once where it is counted in memory.
 *
 * @throws AppError TOO_MANY_REQUESTS beyond the quota; what is refused counts too.
 */
export type Spend = (reply: FastifyReply, key: string, points: number) => void | Promise<void>;

/** Opens the account of a quota; undefined: there is no limit. */
export type OpenQuota = (quota: Quota) => Promise<Spend | undefined>;

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
): Promise<OpenQuota> {
  const shared = config.REDIS_URL === undefined ? undefined : await connectSharedCounters(config.REDIS_URL, app.log);
  app.addHook('onClose', async () => shared?.close());
  metrics.watch({ sharedRateLimits: () => shared?.ready });

  return async ({ name, points: quota }) => {
    if (quota === 0) return undefined;
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
    return (reply, key, points) => {
      const used = count(key, points);
      return used instanceof Promise ? used.then((later) => tell(reply, later)) : tell(reply, used);
    };
  };
}

/**
 * Limits the calls of a scope, before their bodies are read. A tRPC batch costs what its calls would cost one by one.
 * `keyOf`: whom a request counts for; '': nobody.
 */
export function limitCalls(
  scope: FastifyInstance,
  spend: Spend | undefined,
  keyOf: (request: FastifyRequest) => string,
): void {
  if (spend === undefined) return;
  scope.addHook('onRequest', (request, reply, done) => {
    const key = request.routeOptions.config.unlimited ? '' : keyOf(request);
    if (key === '') done();
    else endWith(spend(reply, key, callsIn(request)), () => {}, done);
  });
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
