import { type AppError, ERRORS } from '../../errors/app-error.js';
import type { ErrorDetail } from '../../errors/details.js';

/** What every REST answer is (contract). */
export interface SuccessEnvelope<Data> {
  success: true;
  statusCode: 200;
  data: Data;
  error: null;
}

export interface FailureEnvelope {
  success: false;
  statusCode: number;
  data: null;
  error: {
    code: string;
    message: string;
    /** Bad input: one entry for each thing wrong. */
    details?: readonly ErrorDetail[];
    /** Defects only: what to quote when asking about it. */
    requestId?: string;
  };
}

export function success<Data>(data: Data): SuccessEnvelope<Data> {
  return { success: true, statusCode: 200, data, error: null };
}

export function failure(error: AppError, requestId: string): FailureEnvelope {
  return {
    success: false,
    statusCode: error.status,
    data: null,
    error: {
      code: error.appCode,
      message: error.message,
      ...(error.details && { details: error.details }),
      ...(error.appCode === 'INTERNAL_SERVER_ERROR' && { requestId }),
    },
  };
}

/** Seconds after which a 503, or a 429 that knows no better, is worth another try. */
const RETRY_AFTER_SECONDS = 2;

/** The headers that go with a failure, on both surfaces. */
export function failureHeaders(error: AppError): Record<string, string> {
  if (error.status === ERRORS.UNAUTHORIZED.status) return { 'www-authenticate': 'Bearer realm="support-api"' };
  if (error.status === ERRORS.SERVICE_UNAVAILABLE.status || error.status === ERRORS.TOO_MANY_REQUESTS.status) {
    return { 'retry-after': String(error.retryAfterSeconds ?? RETRY_AFTER_SECONDS) };
  }
  // What is still on its way of the request would be taken for the next one (RFC 9110, 15.5.9).
  if (error.status === ERRORS.REQUEST_TIMEOUT.status) return { connection: 'close' };
  return {};
}
