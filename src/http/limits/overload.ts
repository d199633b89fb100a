import proxyAddress from '@fastify/proxy-addr';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../../config/config.js';
import type { Metrics } from '../../telemetry/metrics.js';
import { tally } from '../../telemetry/tally.js';
import type { OpenRequests } from '../lifecycle/open-requests.js';
import { clientAddress } from './client-address.js';
import { limitConnections } from './connections.js';
import { endInTurn } from './end-in-turn.js';
import { InFlight } from './in-flight.js';
import { Peers } from './peers.js';
import { doOneAfterAnother } from './pipelining.js';
import { readInTurns } from './read-in-turns.js';

const LOG_INTERVAL_MS = 10_000;

/**
 * Sheds load early instead of growing a queue. While MAX_IN_FLIGHT calls wait or are under way, a request is refused with
 * 503 before its token is checked and its body is read. Beyond MAX_CONNECTIONS, or an address's share of them, a connection is
 * closed when it comes.
 *
 * Gives the InFlight by which calls take their places: one request may hold many.
 */
export function shedOverload(
  app: FastifyInstance,
  {
    MAX_IN_FLIGHT,
    MAX_CONNECTIONS,
    MAX_CONNECTIONS_PER_ADDRESS,
    TRUST_PROXY,
  }: Pick<Config, 'MAX_IN_FLIGHT' | 'MAX_CONNECTIONS' | 'MAX_CONNECTIONS_PER_ADDRESS' | 'TRUST_PROXY'>,
  metrics: Metrics,
  openRequests: OpenRequests,
): InFlight {
  const refused = tally(LOG_INTERVAL_MS, (count) =>
    app.log.warn({ count, MAX_IN_FLIGHT }, 'overloaded: refusing requests'),
  );
  const dropped = tally(LOG_INTERVAL_MS, (count) =>
    app.log.warn({ count, MAX_CONNECTIONS }, 'overloaded: closing new connections'),
  );
  const shareTaken = tally(LOG_INTERVAL_MS, (count, address: string) =>
    app.log.warn({ count, address }, 'overloaded: closing new connections of an address'),
  );
  // As Fastify understands the same setting.
  const isTrusted = proxyAddress.compile(TRUST_PROXY);
  const isProxy = (address: string) => isTrusted(address, 0);
  const peers = new Peers(app.server);
  limitConnections(app.server, peers, {
    max: MAX_CONNECTIONS,
    maxOfAddress: MAX_CONNECTIONS_PER_ADDRESS,
    isProxy,
    onFull() {
      metrics.refused('connections');
      dropped();
    },
    onShareTaken(address) {
      metrics.refused('address-connections');
      shareTaken(address);
    },
  });

  const inFlight = new InFlight(MAX_IN_FLIGHT, (reason) => {
    metrics.refused(reason);
    if (reason === 'overload') refused();
  });
  app.server.on('connection', () => inFlight.accepted());
  const turns = readInTurns(app.server, peers, {
    isIdle: (connection) => openRequests.on(connection) === undefined,
    isProxy,
  });
  doOneAfterAnother(app.server, { openRequests, turns });
  metrics.watch({
    calls: () => inFlight.usage,
    clientConnections: () => ({ used: peers.open, waiting: turns.waiting, max: MAX_CONNECTIONS }),
  });
  endInTurn(app.server);
  app.addHook('onRequest', (request, _reply, done) => {
    if (request.routeOptions.config.unlimited) done();
    else inFlight.whenItMay(clientAddress(request), done, done);
  });
  return inFlight;
}
