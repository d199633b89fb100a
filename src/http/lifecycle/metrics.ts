import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { AppError } from '../../errors/app-error.js';
import type { Metrics } from '../../telemetry/metrics.js';

/**
 * `GET /metrics` beside the API, for whoever brings `METRICS_TOKEN` as a bearer token; without the setting there is no such
 * route. It counts against no limit: an operator looks at it when the service is busy.
 */
export function metricsRoute(app: FastifyInstance, metrics: Metrics, token: string | undefined): void {
  if (token === undefined) return;
  const expected = digest(`Bearer ${token}`);
  app.get('/metrics', { logLevel: 'warn', config: { unlimited: true } }, async ({ headers }, reply) => {
    if (!timingSafeEqual(digest(headers.authorization ?? ''), expected)) throw new AppError('UNAUTHORIZED');
    return reply.type(metrics.contentType).send(await metrics.text());
  });
}

/** Of one length, so that the comparison takes as long wherever two tokens differ. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/**
 * The same on a port of its own, without a token: for one that only the operator's network reaches.
 *
 * @throws the system's error where it can't listen there.
 */
export async function listenForMetrics(metrics: Metrics, host: string, port: number): Promise<Server> {
  const server = createServer({ requestTimeout: 5_000 }, (request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    void metrics.text().then((text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text));
  });
  server.maxConnections = 20;
  server.listen(port, host);
  await once(server, 'listening');
  // It ends with the process, and does not keep it.
  return server.unref();
}
