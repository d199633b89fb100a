import type { FastifyRequest } from 'fastify';

/** How many procedure calls a request is: a tRPC batch names each in its path. What is too long a batch makes none. */
export function callsIn(request: FastifyRequest): number {
  const { maxBatchSize } = request.routeOptions.config;
  if (maxBatchSize === undefined) return 1;
  const { path } = request.params as { path: string };
  return Math.min(path.split(',').length, maxBatchSize);
}
