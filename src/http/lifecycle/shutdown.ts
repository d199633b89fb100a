import type { FastifyInstance } from 'fastify';
import { AppError } from '../../errors/app-error.js';
import type { Metrics } from '../../telemetry/metrics.js';
import { addStep } from '../hooks.js';

/**
 * From the moment the app begins to close, new requests on connections that are still open are told so (503, and the
 * connection closes); those under way are answered whole, as Fastify waits for them.
 */
export function refuseWhileClosing(app: FastifyInstance, metrics: Metrics): void {
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  addStep(app, 'onRequest', (_request, reply) => {
    if (!closing) return;
    reply.header('connection', 'close');
    metrics.refused('stopping');
    throw new AppError('SERVICE_UNAVAILABLE');
  });
  // An answer that leaves during the drain is the last on its connection.
  addStep(app, 'onSend', (_request, reply) => {
    if (closing) reply.header('connection', 'close');
  });
}
