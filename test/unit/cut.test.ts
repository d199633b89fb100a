import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError, ERRORS, type ErrorCode } from '../../src/errors/app-error.js';
import { cutToSize, MAX_DETAILS, MAX_FAILURE_BYTES } from '../../src/errors/cut.js';
import { failure } from '../../src/http/response/envelope.js';
import { describeFailure } from '../../src/procedure/trpc.js';
import { randomness } from '../support/randomness.js';

const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

/** Short and long, and of all that takes more room in JSON than it has characters. */
const text = fc
  .tuple(fc.string({ unit: fc.constantFrom('a', '"', '\\', '\u0001', 'é', '語', '😀', '\ud800') }), fc.nat(200))
  .map(([piece, times]) => piece.repeat(times));
const details = fc.array(fc.record({ path: text, message: text }), { maxLength: 150 });
const code = fc.constantFrom(...(Object.keys(ERRORS) as ErrorCode[]));
const REQUEST_ID = 'x'.repeat(128);

describe('a failure', () => {
  it('is at most 16 KiB on either surface, whatever is in it', () => {
    fc.assert(
      fc.property(code, text, details, text, (name, message, list, path) => {
        const failed = new AppError(name, { message, details: list });
        expect(bytesOf(failure(failed, REQUEST_ID))).toBeLessThanOrEqual(MAX_FAILURE_BYTES);
        const shape = { error: { code: -32603, ...describeFailure(failed, { path, requestId: REQUEST_ID }) } };
        expect(bytesOf(shape)).toBeLessThanOrEqual(MAX_FAILURE_BYTES);
      }),
      randomness('failures', 300),
    );
  });

  it('takes no more than its part of a batch of 20, and still says what is wrong first', () => {
    fc.assert(
      fc.property(code, text, details, text, (name, message, list, path) => {
        const bytes = Math.floor(MAX_FAILURE_BYTES / 20) - 2;
        const failed = new AppError(name, { message, details: list });
        const shape = { error: { code: -32603, ...describeFailure(failed, { path, requestId: REQUEST_ID, bytes }) } };
        expect(bytesOf(shape)).toBeLessThanOrEqual(bytes);
        expect(shape.error.data.details?.length ?? 0).toBeGreaterThanOrEqual(Math.min(1, list.length));
      }),
      randomness('failures of a batch', 300),
    );
  });

  it('is as it was made where it is small', () => {
    const small = {
      message: 'Invalid ticket data',
      path: 'support.tickets.create',
      details: [{ path: 'attachments.0', message: 'Must be 1 to 128 characters long' }],
    };
    expect(cutToSize(small)).toEqual(small);
    expect(cutToSize(small, MAX_FAILURE_BYTES / 20)).toEqual(small);
  });

  it('is cut between characters, with a mark, and no further the second time', () => {
    const once = cutToSize({ message: '😀'.repeat(5000), details: [{ path: '"'.repeat(5000), message: 'm' }] });
    expect(once.message).toMatch(/^(😀)+…$/u);
    expect(once.details?.[0]?.path).toMatch(/^"+…$/);
    expect(cutToSize(once)).toEqual(once);
  });

  it(`has at most ${MAX_DETAILS} details, the first ones`, () => {
    const many = Array.from({ length: 1000 }, (_, index) => ({ path: `f${index}`, message: 'm' }));
    expect(new AppError('BAD_REQUEST', { details: many }).details).toEqual(many.slice(0, MAX_DETAILS));
  });
});
