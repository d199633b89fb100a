import type { FastifyInstance } from 'fastify';
import type { Config } from '../../config/config.js';
import type { Metrics } from '../../telemetry/metrics.js';
import { tally } from '../../telemetry/tally.js';
import { acceptFirst } from './accept-first.js';
import { clientAddress } from './client-address.js';
import { InFlight } from './in-flight.js';

const LOG_INTERVAL_MS = 10_000;

/**
 * Sheds load early instead of growing a queue. While MAX_IN_FLIGHT calls wait or are under way, a request is refused with
 * 503 before its token is checked and its body is read. Beyond MAX_CONNECTIONS, a connection is closed when it comes.
 *
 * Gives the InFlight by which calls take their places: one request may hold many.
 */
export function shedOverload(
  app: FastifyInstance,
  { MAX_IN_FLIGHT, MAX_CONNECTIONS }: Pick<Config, 'MAX_IN_FLIGHT' | 'MAX_CONNECTIONS'>,
  metrics: Metrics,
): InFlight {
  const refused = tally(LOG_INTERVAL_MS, (count) =>
    app.log.warn({ count, MAX_IN_FLIGHT }, 'overloaded: refusing requests'),
  );
  const dropped = tally(LOG_INTERVAL_MS, (count) =>
    app.log.warn({ count, MAX_CONNECTIONS }, 'overloaded: closing new connections'),
  );
  app.server.maxConnections = MAX_CONNECTIONS;
  app.server.on('drop', () => {
    metrics.refused('connections');
    dropped();
  });

  const inFlight = new InFlight(MAX_IN_FLIGHT, (reason) => {
    metrics.refused(reason);
    if (reason === 'overload') refused();
  });
  app.server.on('connection', () => inFlight.accepted());
  acceptFirst(app.server);
  app.addHook('onRequest', (request, _reply, done) => {
    if (request.routeOptions.config.unlimited) done();
    else inFlight.whenItMay(clientAddress(request), done, done);
  });
  return inFlight;
}
