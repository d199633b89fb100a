import type { IncomingMessage } from 'node:http';
import { unreadable } from '../request/read-body.js';
import type { UploadTime } from './upload-time.js';

/**
 * The pieces of a body as they come, and no more of them than are asked for. What is left of it when nobody asks any more stays where
 * it is: reading and dropping it is for whoever has answered.
 *
 * @throws AppError BAD_REQUEST if it doesn't come whole, REQUEST_TIMEOUT if it takes too long, SERVICE_UNAVAILABLE if the service
 * stops before.
 */
export async function* readPieces(body: IncomingMessage, time: UploadTime): AsyncGenerator<Buffer, void> {
  const pieces: Buffer[] = [];
  let ended = false;
  let failure: unknown;
  let wake = () => {};

  const onData = (piece: Buffer) => {
    body.pause();
    pieces.push(piece);
    wake();
  };
  const onEnd = () => {
    ended = true;
    wake();
  };
  const fail = (error: unknown) => {
    failure ??= error;
    wake();
  };
  const onError = () => fail(unreadable('The body is not as long as Content-Length says'));
  if (body.destroyed) onError();
  body.on('data', onData).on('end', onEnd).on('error', onError).pause();
  try {
    for (;;) {
      const piece = pieces.shift();
      if (piece !== undefined) yield piece;
      else if (failure !== undefined) throw failure;
      else if (ended) return;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
          time.waiting(fail);
          body.resume();
        });
        time.waited(pieces.reduce((bytes, { length }) => bytes + length, 0));
      }
    }
  } finally {
    body.off('data', onData).off('end', onEnd).off('error', onError);
    // Somebody has to listen: it may fail later on.
    body.on('error', () => {});
  }
}
