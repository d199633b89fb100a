import type { FastifyRequest } from 'fastify';
import { AppError } from '../../errors/app-error.js';

/**
 * The procedures that the path of a tRPC request names: each call of a batch has its own. What is counted, checked and
 * limited is this list, and tRPC's is the same: see requireReadablePath().
 */
export function proceduresNamedIn({ params }: FastifyRequest): string[] {
  return (params as { path: string }).path.split(',');
}

/** How many procedure calls a request makes, at most `maxBatchSize`: what is too long a batch is refused whole. */
export function callsIn(request: FastifyRequest): number {
  const { maxBatchSize } = request.routeOptions.config;
  return maxBatchSize === undefined ? 1 : Math.min(proceduresNamedIn(request).length, maxBatchSize);
}

/**
 * tRPC decodes the path once more than the router has: an escape that is left would be a comma to tRPC and none to us, and
 * one call in every count would be a thousand.
 *
 * @throws AppError BAD_REQUEST where one is left.
 */
export function requireReadablePath({ params }: FastifyRequest): void {
  if (!(params as { path: string }).path.includes('%')) return;
  throw new AppError('BAD_REQUEST', {
    details: [{ path: '', message: 'The path has a percent-escape within a percent-escape' }],
  });
}
