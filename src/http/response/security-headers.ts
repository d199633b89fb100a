import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';
import { addStep } from '../hooks.js';

/**
 * Sends helmet's headers with every answer. They are the same for all of them: helmet is asked once, at start-up, instead of
 * working them out for each (docs/performance.md).
 */
export function sendSecurityHeaders(app: FastifyInstance): void {
  const answer = new ServerResponse(new IncomingMessage(new Socket()));
  helmet({
    contentSecurityPolicy: { directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] }, useDefaults: false },
  })(answer.req, answer, () => {});
  const headers = Object.entries(answer.getHeaders()) as [name: string, value: string][];

  addStep(app, 'onRequest', (_request, reply) => {
    for (const [name, value] of headers) reply.header(name, value);
  });
}
