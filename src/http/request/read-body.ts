import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../../errors/app-error.js';
import type { BodyIntake } from '../limits/limit-bodies.js';
import { contentLength } from './body-headers.js';

/** What the first bytes of a body of unknown length are put into. */
const FIRST_BYTES = 4096;
/** Nobody's client cuts a body into more pieces; handling one takes about a microsecond. */
const MAX_PIECES = 4096;

interface ReadBody {
  body: Buffer;
  /** How many it came in. */
  pieces: number;
}

/**
 * Reads a body into one buffer, within its limit. Its pieces are not kept: thousands of them would take many times the
 * memory of what they hold.
 *
 * @throws AppError PAYLOAD_TOO_LARGE, BAD_REQUEST if it doesn't come whole, or what makeRoom() does.
 */
export function readBody(request: FastifyRequest, payload: IncomingMessage, intake: BodyIntake): Promise<ReadBody> {
  const announced = contentLength(request);
  let body = Buffer.allocUnsafe(announced ?? 0);
  let length = 0;
  let pieces = 0;

  const grow = (needed: number) => {
    const size = Math.min(intake.bounds.bytes, Math.max(needed, 2 * body.length, FIRST_BYTES));
    intake.makeRoom(size - body.length);
    const larger = Buffer.allocUnsafe(size);
    body.copy(larger, 0, 0, length);
    body = larger;
  };
  const add = (piece: Buffer) => {
    pieces += 1;
    if (pieces > MAX_PIECES) throw unreadable('The body comes in too many pieces');
    intake.requireSize(length + piece.length);
    if (length + piece.length > body.length) grow(length + piece.length);
    piece.copy(body, length);
    length += piece.length;
  };

  return new Promise((resolve, reject) => {
    const leave = () => payload.off('data', onData).off('end', onEnd).off('error', onError);
    const fail = (error: unknown) => {
      leave();
      reject(error);
    };
    const onData = (piece: Buffer) => {
      try {
        add(piece);
      } catch (error) {
        // What still comes is read and dropped.
        fail(error);
      }
    };
    const onEnd = () => {
      leave();
      if (announced === undefined || announced === length) resolve({ body: body.subarray(0, length), pieces });
      else reject(tooShort());
    };
    // The client went away.
    const onError = () => fail(tooShort());
    payload.on('data', onData).on('end', onEnd).on('error', onError);
  });
}

function tooShort(): AppError {
  return unreadable('The body is not as long as Content-Length says');
}

/** The failure for a body that nothing can be made of. */
export function unreadable(message: string): AppError {
  return new AppError('BAD_REQUEST', { details: [{ path: '', message }] });
}
