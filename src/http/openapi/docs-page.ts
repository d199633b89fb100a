import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { allowCaching } from '../response/security-headers.js';
import { refuseAsNotFound } from '../response/static-files.js';

/** This server and nothing else. Not the plugin's default: that sends a page on plain HTTP to HTTPS for its parts. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";

/** A token is longer than the field that the page has for it. */
const CSS = '.swagger-ui .auth-container input[type=text] { width: 100%; max-width: none; }';

/**
 * `GET /openapi.json` as it is committed, and `GET /docs`: a page to read it and try requests with a token. The page
 * brings all that it needs with it: no CDN, no outside validator. It forgets the token when it is left.
 *
 * `publicPath`: what a proxy puts before our paths, and takes off again.
 */
export async function docsPage(app: FastifyInstance, document: string, publicPath?: string): Promise<void> {
  const served = publicPath === undefined ? document : withServer(document, publicPath);
  allowCaching(app);
  refuseAsNotFound(app);
  app.get('/openapi.json', { logLevel: 'warn' }, async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(served),
  );
  await app.register(swagger, {
    mode: 'static',
    specification: { document: JSON.parse(served) },
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    ...(publicPath !== undefined && { indexPrefix: publicPath }),
    logLevel: 'warn',
    staticCSP: CONTENT_SECURITY_POLICY,
    uiConfig: {
      // Without the bar at the top: another document's address has no place here.
      layout: 'BaseLayout',
      validatorUrl: null,
      displayRequestDuration: true,
      tryItOutEnabled: true,
      defaultModelsExpandDepth: 0,
    },
    theme: { title: 'Support API', css: [{ filename: 'support-api.css', content: CSS }] },
  });
}

/** The document for clients that reach us below a path. */
function withServer(document: string, publicPath: string): string {
  return JSON.stringify(
    { ...JSON.parse(document), servers: [{ url: publicPath, description: 'This server' }] },
    null,
    2,
  );
}
