import type { FastifyRequest } from 'fastify';
import { AppError } from '../../errors/app-error.js';
import { callsIn } from '../trpc/batch-calls.js';

/** Visible ASCII. Node joins several headers of one name with a comma and a space, which is none. */
const KEY = /^[!-~]{1,255}$/;

/**
 * What the client has named its request with `Idempotency-Key`; undefined if it hasn't.
 *
 * @throws AppError BAD_REQUEST for what is no key, and where one key would have to do for several calls.
 */
export function idempotencyKey(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (callsIn(request) > 1) throw refusal('One key is for one call: send this call in a request of its own');
  if (typeof key !== 'string' || !KEY.test(key)) throw refusal('Must be 1 to 255 visible ASCII characters, sent once');
  return key;
}

function refusal(message: string): AppError {
  return new AppError('BAD_REQUEST', { details: [{ path: 'Idempotency-Key', message }] });
}
