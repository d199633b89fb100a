import type { FastifyInstance } from 'fastify';
import { AppError } from '../../errors/app-error.js';
import { addStep } from '../hooks.js';
import { sendFailure } from '../response/send-failure.js';

/**
 * Answers what no route takes, before its body is read: 405 with `Allow` (RFC 9110, 15.5.6) where the path is known for
 * other methods, else 404. Call it before any route is added.
 */
export function answerUnknownRoutes(app: FastifyInstance): void {
  const methods = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    if (url.includes('*')) return;
    const known = methods.get(url) ?? new Set();
    for (const name of [method].flat()) known.add(name);
    methods.set(url, known);
  });

  let paths: { pattern: RegExp; allow: string }[] = [];
  app.addHook('onReady', async () => {
    paths = [...methods].map(([url, allowed]) => ({
      pattern: new RegExp(`^${url.replaceAll(/[.+()]/g, '\\$&').replaceAll(/:\w+/g, '[^/]+')}$`),
      allow: [...allowed].sort().join(', '),
    }));
  });

  addStep(app, 'onRequest', ({ is404, url }, reply) => {
    if (!is404) return;
    const [path = ''] = url.split('?', 1);
    const known = paths.find(({ pattern }) => pattern.test(path));
    if (known === undefined) throw new AppError('NOT_FOUND');
    reply.header('allow', known.allow);
    throw new AppError('METHOD_NOT_ALLOWED');
  });
  // For the docs page, which finds out later that it lacks a file.
  app.setNotFoundHandler((_request, reply) => sendFailure(reply, new AppError('NOT_FOUND')));
}
