import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';
import type { Config } from '../../config/config.js';
import { addStep } from '../hooks.js';

/** `Cache-Control` of whatever may hold personal data. */
export const NO_STORE = 'no-store';

/**
 * Sends helmet's headers with every answer. They are the same for all of them: helmet is asked once, at start-up, instead of
 * working them out for each (docs/performance.md).
 *
 * Nothing of what is answered may be kept by a cache, not even the browser's own: see allowCaching() for what is for all.
 */
export function sendSecurityHeaders(
  app: FastifyInstance,
  { HSTS_INCLUDE_SUBDOMAINS: includeSubDomains }: Pick<Config, 'HSTS_INCLUDE_SUBDOMAINS'>,
): void {
  const answer = new ServerResponse(new IncomingMessage(new Socket()));
  helmet({
    contentSecurityPolicy: { directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] }, useDefaults: false },
    // What else runs below the same domain is not ours to say.
    strictTransportSecurity: { includeSubDomains },
  })(answer.req, answer, () => {});
  const headers = Object.entries({ ...answer.getHeaders(), 'cache-control': NO_STORE }) as [
    name: string,
    value: string,
  ][];

  addStep(app, 'onRequest', (_request, reply) => {
    for (const [name, value] of headers) reply.header(name, value);
  });
}

/** For what is the same for everybody: whoever answers says how long it may be kept, or says nothing. */
export function allowCaching(app: FastifyInstance): void {
  addStep(app, 'onRequest', (_request, reply) => {
    reply.removeHeader('cache-control');
  });
}
