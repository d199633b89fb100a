import { TRPCError } from '@trpc/server';
import type { TRPC_ERROR_CODE_KEY } from '@trpc/server/rpc';
import { ZodError } from 'zod';
import { cutToSize } from './cut.js';
import type { ErrorDetail } from './details.js';
import { zodDetails } from './zod-details.js';

interface ErrorDefinition {
  /** HTTP status on REST, and of a single (not batched) tRPC call. */
  readonly status: number;
  /** What tRPC calls it; decides the JSON-RPC number in the tRPC error shape. */
  readonly trpc: TRPC_ERROR_CODE_KEY;
  /** Shown to people. A procedure may have a documented one of its own for BAD_REQUEST and NOT_FOUND. */
  readonly message: string;
}

/**
 * Every failure that a client can be told of, on either surface. The only such table: docs/errors.md is held against it
 * by a test. Codes are stable; messages are for people.
 */
export const ERRORS = {
  BAD_REQUEST: { status: 400, trpc: 'BAD_REQUEST', message: 'Invalid request' },
  TICKET_CLOSED: { status: 400, trpc: 'BAD_REQUEST', message: 'Invalid message' },
  TICKET_FULL: { status: 400, trpc: 'BAD_REQUEST', message: 'Invalid message' },
  UNAUTHORIZED: { status: 401, trpc: 'UNAUTHORIZED', message: 'Unauthorized' },
  FORBIDDEN: { status: 403, trpc: 'FORBIDDEN', message: 'Your role may not do this' },
  NOT_FOUND: { status: 404, trpc: 'NOT_FOUND', message: 'No such endpoint: see /docs for those there are' },
  METHOD_NOT_ALLOWED: {
    status: 405,
    trpc: 'METHOD_NOT_SUPPORTED',
    message: 'This endpoint does not answer that method: see the Allow header',
  },
  INVALID_TRANSITION: {
    status: 409,
    trpc: 'CONFLICT',
    message: 'The life cycle of the ticket does not allow this step',
  },
  TICKET_TAKEN: { status: 409, trpc: 'CONFLICT', message: 'Somebody else has this ticket' },
  VERSION_CONFLICT: {
    status: 409,
    trpc: 'CONFLICT',
    message: 'The ticket has changed meanwhile: read it again',
  },
  REQUEST_TIMEOUT: { status: 408, trpc: 'TIMEOUT', message: 'The request did not arrive in time' },
  NAME_TAKEN: { status: 409, trpc: 'CONFLICT', message: 'Another one has this name' },
  CATEGORIES_CHANGED: {
    status: 409,
    trpc: 'CONFLICT',
    message: 'The list must have each active category once: read them again',
  },
  MACRO_TOO_LONG: {
    status: 409,
    trpc: 'CONFLICT',
    message: 'Filled in, the text is longer than a message may be',
  },
  TOO_MANY_TAGS: { status: 409, trpc: 'CONFLICT', message: 'A ticket has at most 20 tags' },
  TOO_MANY_CATEGORIES: {
    status: 409,
    trpc: 'CONFLICT',
    message: 'There are as many categories as there may be: 200 active ones, 1,000 in all',
  },
  TOO_MANY_MACROS: {
    status: 409,
    trpc: 'CONFLICT',
    message: 'There may be 1,000 saved replies, with 2 MiB of text together',
  },
  TOO_MANY_VIEWS: { status: 409, trpc: 'CONFLICT', message: 'There may be 100 views of your own, and 100 shared ones' },
  VIEWS_CHANGED: {
    status: 409,
    trpc: 'CONFLICT',
    message: 'The list must have each of these views once: read them again',
  },
  TOO_MANY_WEBHOOKS: { status: 409, trpc: 'CONFLICT', message: 'There may be 20 webhooks' },
  WEBHOOK_NOT_ACTIVE: { status: 409, trpc: 'CONFLICT', message: 'The webhook is not active: resume it first' },
  NOT_RESOLVED: { status: 409, trpc: 'CONFLICT', message: 'The ticket is not resolved yet' },
  ALREADY_RATED: { status: 409, trpc: 'CONFLICT', message: 'The ticket has been rated' },
  PAYLOAD_TOO_LARGE: { status: 413, trpc: 'PAYLOAD_TOO_LARGE', message: 'The request body is too large' },
  URI_TOO_LONG: { status: 414, trpc: 'BAD_REQUEST', message: 'The URL is too long' },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    trpc: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'Send the body as application/json in UTF-8, not compressed',
  },
  FILE_INFECTED: {
    status: 422,
    trpc: 'UNPROCESSABLE_CONTENT',
    message: 'A scanner has found malware in the file: it is not stored',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    trpc: 'UNPROCESSABLE_CONTENT',
    message: 'This Idempotency-Key belongs to another request: use a new one for each',
  },
  TOO_MANY_REQUESTS: {
    status: 429,
    trpc: 'TOO_MANY_REQUESTS',
    message: 'Too many requests: see the Retry-After header',
  },
  HEADERS_TOO_LARGE: { status: 431, trpc: 'BAD_REQUEST', message: 'The request headers are too large' },
  INTERNAL_SERVER_ERROR: {
    status: 500,
    trpc: 'INTERNAL_SERVER_ERROR',
    message: 'Something failed on our side: it is logged under this request id',
  },
  SERVICE_UNAVAILABLE: {
    status: 503,
    trpc: 'SERVICE_UNAVAILABLE',
    message: 'Not available just now: try again after the Retry-After header',
  },
} as const satisfies Record<string, ErrorDefinition>;

export type ErrorCode = keyof typeof ERRORS;

interface AppErrorOptions {
  /** Instead of the table's. */
  message?: string;
  details?: readonly ErrorDetail[];
  /** When it is worth another try; for 429 and 503, which have one of their own otherwise. */
  retryAfterSeconds?: number;
  cause?: unknown;
}

/**
 * A failure that the client is told of by code. Extends TRPCError so that tRPC keeps it as it is, HTTP status included.
 * Its message and details are cut here, for both surfaces: no answer made from it is larger than MAX_FAILURE_BYTES.
 *
 * @example throw new AppError('NOT_FOUND', { message: 'Ticket not found' })
 */
export class AppError extends TRPCError {
  readonly appCode: ErrorCode;
  readonly status: number;
  readonly details: readonly ErrorDetail[] | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    const definition = ERRORS[code];
    const { message, details } = cutToSize({
      message: options.message ?? definition.message,
      details: options.details,
    });
    super({ code: definition.trpc, message, cause: options.cause });
    this.name = 'AppError';
    this.appCode = code;
    this.status = definition.status;
    this.details = details;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** tRPC's own failures (before or beside a procedure) by their code. */
const TRPC_FAILURES: Partial<Record<TRPC_ERROR_CODE_KEY, ErrorCode>> = {
  PARSE_ERROR: 'BAD_REQUEST',
  BAD_REQUEST: 'BAD_REQUEST',
  NOT_FOUND: 'NOT_FOUND',
  METHOD_NOT_SUPPORTED: 'METHOD_NOT_ALLOWED',
  PAYLOAD_TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  UNSUPPORTED_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
};

/**
 * What tRPC threw or wrapped, as an AppError: input that Zod refused, tRPC's own complaints, else a defect. A failure
 * of output validation is a defect too: tRPC reports it as INTERNAL_SERVER_ERROR, which is not in the list above.
 */
export function fromTrpcError(error: TRPCError): AppError {
  if (error instanceof AppError) return error;
  if (error.cause instanceof AppError) return error.cause;
  const code = TRPC_FAILURES[error.code];
  if (code === undefined) return new AppError('INTERNAL_SERVER_ERROR', { cause: error.cause ?? error });
  if (code !== 'BAD_REQUEST') return new AppError(code, { cause: error });
  const details =
    error.cause instanceof ZodError ? zodDetails(error.cause) : [{ path: '', message: 'The request cannot be read' }];
  return new AppError(code, { details, cause: error });
}
