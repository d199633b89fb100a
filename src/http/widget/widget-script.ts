import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import staticFiles from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { allowCaching } from '../response/security-headers.js';
import type { StaticFiles } from '../response/static-files.js';

/** What `npm run build` makes of src/widget; the same from src/ and from dist/. */
export const WIDGET_FOLDER = join(import.meta.dirname, '../../../dist/widget');

/** How long a browser uses it without asking: after an upgrade, pages have the new one by then. */
const MAX_AGE_SECONDS = 600;

/**
 * The customers' widget, one script for pages of others at `/widget/v1.js`: they load it from this origin, whichever theirs is. Its
 * name says what a page may call of it, so what is in it changes under the same name.
 */
export async function widgetScript(
  app: FastifyInstance,
  { folder, files }: { folder: string; files: StaticFiles },
): Promise<void> {
  const script = join(folder, 'v1.js');
  if (!existsSync(script)) {
    app.log.warn({ folder }, 'the widget has not been built: npm run build');
    return;
  }
  // By what is in it: the time of a file that came in a package says nothing.
  const etag = `W/"${createHash('sha256').update(readFileSync(script)).digest('base64url')}"`;

  allowCaching(app);
  files.serveIn(app);
  await app.register(staticFiles, {
    root: folder,
    serve: false,
    preCompressed: true,
    cacheControl: false,
    etag: false,
    lastModified: false,
  });
  const offer = (reply: FastifyReply) =>
    reply
      .header('cross-origin-resource-policy', 'cross-origin')
      .header('cache-control', `public, max-age=${MAX_AGE_SECONDS}`);
  app.get('/widget/v1.js', { logLevel: 'warn' }, ({ headers }, reply) => {
    offer(reply).header('etag', etag);
    if (headers['if-none-match']?.includes(etag)) return reply.code(304).header('vary', 'accept-encoding').send();
    return reply.sendFile('v1.js');
  });
  app.get('/widget/licenses.md', { logLevel: 'warn' }, (_request, reply) => offer(reply).sendFile('licenses.md'));
}
