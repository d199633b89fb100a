import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import staticFiles from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { allowCaching } from '../response/security-headers.js';
import type { StaticFiles } from '../response/static-files.js';
import type { ConsoleSignIn } from './console-sign-in.js';

/** What `npm run build` makes of src/console; the same from src/ and from dist/. */
export const CONSOLE_FOLDER = join(import.meta.dirname, '../../../dist/console');

/** In the page as it is built; where it is served in truth is known only here. */
const BUILT_BASE = '<base href="/console/">';

/**
 * This server and nothing else but the `issuer` of the tokens, to fetch them: no inline script or style, and no text that becomes
 * markup. What customers write can't run, even where the page had a defect.
 */
const consolePolicy = (issuer: readonly string[]) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src ${["'self'", ...issuer].join(' ')}`,
    "base-uri 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');

interface ConsolePage {
  /** What `npm run build` has made. */
  folder: string;
  /** What a proxy puts before our paths, and takes off again. */
  publicPath?: string | undefined;
  /** None: there is a field for a token. */
  signIn?: ConsoleSignIn | undefined;
  files: StaticFiles;
}

/**
 * The agents' console at `/console`: one page, whatever comes behind that path, and its parts. The parts are named by a hash of
 * what is in them, so they are kept for good; they are sent compressed as the build has left them.
 */
export async function consolePage(
  app: FastifyInstance,
  { folder, publicPath = '', signIn, files }: ConsolePage,
): Promise<void> {
  const index = join(folder, 'index.html');
  if (!existsSync(index)) {
    app.log.warn({ folder }, 'the console has not been built: npm run build');
    return;
  }
  const head = `<base href="${publicPath}/console/">${signIn ? meta('support-oidc', JSON.stringify(signIn.client)) : ''}`;
  const page = readFileSync(index, 'utf8').replace(BUILT_BASE, () => head);
  const policy = consolePolicy(signIn?.origins ?? []);
  const etag = `"${createHash('sha256').update(page).digest('base64url')}"`;

  allowCaching(app);
  files.serveIn(app);
  const sendPage = async ({ headers }: FastifyRequest, reply: FastifyReply) => {
    reply.header('content-security-policy', policy).header('cache-control', 'no-cache').header('etag', etag);
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

/** `content` is an operator's text: in double quotes, what could end it is escaped. */
function meta(name: string, content: string): string {
  return `\n    <meta name="${name}" content="${content.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}">`;
}
