import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../../config/config.js';
import { AppError } from '../../errors/app-error.js';
import type { Metrics } from '../../telemetry/metrics.js';

/** Of the bytes that may be on their way, the part that one user may have. */
const SHARE = 1 / 8;

/**
 * Bytes that a request brings: by its Content-Length; without one, as many as its operation takes at most.
 */
export function announcedBytes({ headers, routeOptions }: FastifyRequest): number {
  const length = headers['content-length'];
  if (length !== undefined) return Number(length);
  return headers['transfer-encoding'] === undefined ? 0 : (routeOptions.bodyLimit ?? 0);
}

/**
 * A bound on the bodies in memory: those that are on their way, and those whose request has no answer yet. Beyond
 * BODY_BYTES_IN_FLIGHT a request is refused with 503, beyond a user's share of it (an eighth) with 429, before its body is read.
 * A body counts whole from its headers on, as its sender may go on with it at any time.
 *
 * Call it in a scope whose requests have a principal.
 */
export function limitBodyBytes(
  scope: FastifyInstance,
  { BODY_BYTES_IN_FLIGHT: max, BODY_LIMIT }: Pick<Config, 'BODY_BYTES_IN_FLIGHT' | 'BODY_LIMIT'>,
  metrics: Metrics,
): void {
  // The largest body fits in any case.
  const share = Math.max(BODY_LIMIT, Math.floor(max * SHARE));
  const bytesOf = new Map<string, number>();
  let total = 0;
  metrics.watch({ bodyBytes: () => total });

  const refuse = (error: AppError): never => {
    metrics.refused('body-bytes');
    throw error;
  };
  scope.addHook('onRequest', (request, reply, done) => {
    const bytes = announcedBytes(request);
    if (bytes === 0) {
      done();
      return;
    }
    const user = request.principal?.userId ?? '';
    const own = (bytesOf.get(user) ?? 0) + bytes;
    // What its operation doesn't take is refused for that, by the next one to look at it.
    if (bytes <= BODY_LIMIT) {
      if (own > share) refuse(new AppError('TOO_MANY_REQUESTS', { message: TOO_MANY_BYTES, retryAfterSeconds: 1 }));
      if (total + bytes > max) refuse(new AppError('SERVICE_UNAVAILABLE'));
      bytesOf.set(user, own);
      total += bytes;
      reply.raw.once('close', () => {
        total -= bytes;
        const left = (bytesOf.get(user) ?? 0) - bytes;
        if (left > 0) bytesOf.set(user, left);
        else bytesOf.delete(user);
      });
    }
    done();
  });
}

const TOO_MANY_BYTES = 'Too many bytes of yours are on their way: wait for some requests to end';
