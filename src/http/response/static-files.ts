import type { FastifyError, FastifyInstance } from 'fastify';
import { AppError } from '../../errors/app-error.js';
import { addStep } from '../hooks.js';
import { handleError } from './error-handler.js';

/** To some of these the handler of static files has failures of its own; a whole file is always right, too. */
const IGNORED_HEADERS = ['range', 'if-range', 'if-match', 'if-unmodified-since'];

/** In a scope that serves static files: what its handler refuses is a 404 as everywhere. */
export function refuseAsNotFound(app: FastifyInstance): void {
  addStep(app, 'onRequest', ({ headers }) => {
    for (const name of IGNORED_HEADERS) delete headers[name];
  });
  app.setErrorHandler<FastifyError>((error, request, reply) =>
    handleError(isRefusedFile(error) ? new AppError('NOT_FOUND') : error, request, reply),
  );
}

/** A path that leads out of the folder, or that no file can have: the handler of static files has 4xx of its own for it. */
function isRefusedFile({ code = '', statusCode = 500 }: FastifyError): boolean {
  return code === 'FST_STATIC_FORBIDDEN_PATH' || (code === '' && statusCode < 500);
}
