import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../errors/app-error.js';
import { allowCaching } from '../response/security-headers.js';
import type { StaticFiles } from '../response/static-files.js';

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
export async function docsPage(
  app: FastifyInstance,
  { document, publicPath, files }: { document: string; publicPath?: string | undefined; files: StaticFiles },
): Promise<void> {
  const served = publicPath === undefined ? document : withServer(document, publicPath);
  // Bytes that all answers share. Of a text each would make its own, and keep it for as long as its client doesn't read.
  const bytes = Buffer.from(served);
  const sendDocument = (_request: FastifyRequest, reply: FastifyReply) =>
    reply.type('application/json; charset=utf-8').send(bytes);
  allowCaching(app);
  files.serveIn(app);
  app.get('/openapi.json', { logLevel: 'warn' }, sendDocument);
  // The page's own would write the document anew for each request: as YAML, which the page doesn't read, in 300 ms.
  app.addHook('onRoute', (route) => {
    if (route.url === '/docs/json') route.handler = sendDocument;
    if (route.url === '/docs/yaml') {
      route.handler = () => {
        throw new AppError('NOT_FOUND');
      };
    }
  });
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
