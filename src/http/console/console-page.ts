import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import staticFiles from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { allowCaching } from '../response/security-headers.js';
import { refuseAsNotFound } from '../response/static-files.js';

/** What `npm run build` makes of src/console; the same from src/ and from dist/. */
export const CONSOLE_FOLDER = join(import.meta.dirname, '../../../dist/console');

/** In the page as it is built; where it is served in truth is known only here. */
const BUILT_BASE = '<base href="/console/">';

/**
 * This server and nothing else, no inline script or style, and no text that becomes markup: what customers write can't run,
 * even where the page had a defect.
 */
export const CONSOLE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/**
 * The agents' console at `/console`: one page, whatever comes behind that path, and its parts. The parts are named by a hash of
 * what is in them, so they are kept for good; they are read from disk, compressed as the build has left them.
 *
 * `publicPath`: what a proxy puts before our paths, and takes off again.
 */
export async function consolePage(app: FastifyInstance, folder: string, publicPath = ''): Promise<void> {
  const index = join(folder, 'index.html');
  if (!existsSync(index)) {
    app.log.warn({ folder }, 'the console has not been built: npm run build');
    return;
  }
  const page = readFileSync(index, 'utf8').replace(BUILT_BASE, `<base href="${publicPath}/console/">`);
  const etag = `"${createHash('sha256').update(page).digest('base64url')}"`;

  allowCaching(app);
  refuseAsNotFound(app);
  const sendPage = async ({ headers }: FastifyRequest, reply: FastifyReply) => {
    reply.header('content-security-policy', CONSOLE_POLICY).header('cache-control', 'no-cache').header('etag', etag);
    if (headers['if-none-match'] === etag) return reply.code(304).send();
    return reply.type('text/html; charset=utf-8').send(page);
  };
  app.get('/console', { logLevel: 'warn' }, sendPage);
  app.get('/console/*', { logLevel: 'warn' }, sendPage);
  await app.register(staticFiles, {
    root: join(folder, 'assets'),
    prefix: '/console/assets/',
    decorateReply: false,
    index: false,
    dotfiles: 'deny',
    preCompressed: true,
    maxAge: '365d',
    immutable: true,
    logLevel: 'warn',
  });
}
