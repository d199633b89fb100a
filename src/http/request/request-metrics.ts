import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../../telemetry/metrics.js';
import { addStep } from '../hooks.js';

/** Observes each answer that has ended, by the pattern of its route; not how long streams lasted. */
export function measureRequests(app: FastifyInstance, metrics: Metrics): void {
  addStep(app, 'onResponse', ({ method, routeOptions }, { statusCode, elapsedTime }) => {
    if (routeOptions.config.stream && statusCode === 200) return;
    metrics.request(method, routeOptions.url ?? 'unknown', statusCode, elapsedTime / 1000);
  });
}
