import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import type { FastifyReply } from 'fastify';
import type { AppError } from '../../errors/app-error.js';
import { describeFailure } from '../../procedure/trpc.js';
import { failure, failureHeaders } from './envelope.js';
import { NO_STORE } from './security-headers.js';

/** Where the tRPC surface is. */
export const TRPC_PREFIX = '/trpc';

/** Answers with a failure in the shape of the surface that was asked: a tRPC error under its prefix, else the envelope. */
export function sendFailure(reply: FastifyReply, error: AppError): FastifyReply {
  const { id, url } = reply.request;
  // Also where no hook has run, and where what was asked for could have been kept.
  reply.header('cache-control', NO_STORE);
  return reply
    .code(error.status)
    .headers(failureHeaders(error))
    .send(failureBody(url, error, id));
}

/** A failure in the shape of the surface that a URL belongs to. */
export function failureBody(url: string, error: AppError, requestId: string): object {
  return url.startsWith(`${TRPC_PREFIX}/`) ? trpcFailure(error, requestId) : failure(error, requestId);
}

/** What tRPC's handler answers, for what fails before it sees the call. */
function trpcFailure(error: AppError, requestId: string): object {
  return { error: { code: TRPC_ERROR_CODES_BY_KEY[error.code], ...describeFailure(error, { requestId }) } };
}
