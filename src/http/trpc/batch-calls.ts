import type { FastifyRequest } from 'fastify';

/** How many procedures the path of a tRPC request names: each call of a batch has its own. Other requests are one call. */
export function callsNamedIn({ routeOptions, params }: FastifyRequest): number {
  if (routeOptions.config.maxBatchSize === undefined) return 1;
  return (params as { path: string }).path.split(',').length;
}

/** How many procedure calls a request makes, at most `maxBatchSize`: what is too long a batch is refused whole. */
export function callsIn(request: FastifyRequest): number {
  return Math.min(callsNamedIn(request), request.routeOptions.config.maxBatchSize ?? 1);
}
