import { expect } from 'vitest';
import type { RestAnswer } from './rest-client.js';

/** What an answer says went wrong, in the envelope or in tRPC's shape. Fails where the shape itself is not exact. */
export function failureOf({ status, headers, body }: RestAnswer): object {
  expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
  if (body.success === undefined) {
    expect(body).toEqual({ error: { message: expect.any(String), code: expect.any(Number), data: expect.anything() } });
    const { message, data } = body.error;
    const { code, httpStatus, path: _procedure, ...rest } = data;
    expect(httpStatus).toBe(status);
    return { status, code, message, ...rest };
  }
  expect(body).toEqual({ success: false, statusCode: status, data: null, error: expect.anything() });
  return { status, ...body.error };
}
