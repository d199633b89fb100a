import { TRPCError } from '@trpc/server';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { toAppError } from '../../db/driver-errors.js';
import { AppError, type ErrorCode, fromTrpcError } from '../../errors/app-error.js';
import type { ErrorDetail } from '../../errors/details.js';
import { sendFailure } from './send-failure.js';

interface KnownFailure {
  code: ErrorCode;
  detail?: string;
}

/** Fastify's own refusals, by its code: what we call them, and what is wrong with the request. */
const FASTIFY_FAILURES: Record<string, KnownFailure> = {
  FST_ERR_BAD_URL: { code: 'BAD_REQUEST', detail: 'The URL has a malformed percent-escape' },
  FST_ERR_INVALID_URL: { code: 'BAD_REQUEST', detail: 'The URL is malformed' },
  FST_ERR_MAX_PARAM_LENGTH: { code: 'URI_TOO_LONG' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: { code: 'UNSUPPORTED_MEDIA_TYPE' },
};

/** Whatever was thrown, as the one kind of failure that clients are told of. */
function describeError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof TRPCError) return fromTrpcError(error);
  const { code = '' } = (error ?? {}) as Partial<FastifyError>;
  const known = FASTIFY_FAILURES[code];
  if (known !== undefined) {
    const details: ErrorDetail[] | undefined = known.detail ? [{ path: '', message: known.detail }] : undefined;
    return new AppError(known.code, { ...(details && { details }), cause: error });
  }
  return toAppError(error) ?? new AppError('INTERNAL_SERVER_ERROR', { cause: error });
}

/** A failure's own line in the log: all that the client is not told. */
export function logFailure(request: FastifyRequest, error: AppError): void {
  if (error.status < 500) return;
  // A refusal of ours (overload, shutdown), and maybe one of thousands: there is nothing behind it to tell.
  if (error.appCode === 'SERVICE_UNAVAILABLE' && error.cause === undefined) return;
  request.log.error({ err: error.cause ?? error, code: error.appCode, route: request.routeOptions.url }, error.message);
}

/** For whatever fails outside of a tRPC call; with the message that a REST route documents for its 400. */
export function handleError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  // Fastify closes the connection after each body that fails. Closing while the client still sends would often lose the
  // answer on its way (RFC 9112, 9.6); without it, Node reads the rest and drops it.
  if (reply.hasHeader('connection') && reply.raw.shouldKeepAlive) reply.header('connection', 'keep-alive');
  let failure = describeError(error);
  const { invalid } = request.routeOptions.config;
  if (invalid !== undefined && failure.appCode === 'BAD_REQUEST' && failure.details !== undefined) {
    failure = new AppError('BAD_REQUEST', { message: invalid, details: failure.details, cause: failure.cause });
  }
  logFailure(request, failure);
  return sendFailure(reply, failure);
}
