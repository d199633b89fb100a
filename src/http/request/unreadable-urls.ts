import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { AppError } from '../../errors/app-error.js';
import { addStep } from '../hooks.js';
import { TRPC_PREFIX } from '../response/send-failure.js';

/** Longest part of a path between two slashes, in characters as sent: a tRPC batch names all its procedures in one. */
export const MAX_PATH_SEGMENT = 2000;

const FAILURE = Symbol('why the URL can not be read');
type WithFailure = IncomingMessage & { [FAILURE]?: () => AppError };

/**
 * For Fastify's `rewriteUrl`: its router answers a URL that it can't read before any hook runs, and so without a log line, a limit
 * or the headers that let a page of another origin read the answer. Such a URL becomes one that it can read, and
 * refuseUnreadableUrls() refuses the request in its place among the hooks.
 */
export function readableUrl(raw: IncomingMessage): string {
  const { url = '/' } = raw;
  // Nearly all URLs.
  if (url.length <= MAX_PATH_SEGMENT && !url.includes('%')) return url;
  const [path = ''] = url.split('?', 1);
  const failure = failureOf(path);
  if (failure === undefined) return url;
  (raw as WithFailure)[FAILURE] = failure;
  return path.startsWith(`${TRPC_PREFIX}/`) ? `${TRPC_PREFIX}/unreadable` : '/unreadable';
}

/** Call it where the limits of what may come are: before whatever looks at the route. */
export function refuseUnreadableUrls(app: FastifyInstance): void {
  addStep(app, 'onRequest', ({ raw }) => {
    const failure = (raw as WithFailure)[FAILURE];
    if (failure !== undefined) throw failure();
  });
}

function failureOf(path: string): (() => AppError) | undefined {
  if (path.split('/').some(({ length }) => length > MAX_PATH_SEGMENT)) return () => new AppError('URI_TOO_LONG');
  try {
    decodeURIComponent(path);
    return undefined;
  } catch {
    const details = [{ path: '', message: 'The URL has a malformed percent-escape' }];
    return () => new AppError('BAD_REQUEST', { details });
  }
}
