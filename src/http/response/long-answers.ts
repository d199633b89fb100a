import { setImmediate as nextIteration } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { jsonPieces, textPieces } from './json-pieces.js';

/** In UTF-16 units. */
const LONG = 32_768;

/**
 * Makes long answers in pieces, as bytes, and leaves others the event loop in between. A text of a megabyte, made and turned into bytes
 * in one go, holds it for 10 ms. Node would join it with its headers, too, which copies it, and keep a buffer of three times its
 * length beside it for as long as the client doesn't read.
 */
export function sendLongAnswersAsBytes(app: FastifyInstance): void {
  app.decorateReply('long', false);
  app.addHook('preSerialization', (_request, reply, payload, done) => {
    if (!reply.long) return done(null, payload);
    reply.serializer((answer) => answer as string);
    sendInPieces(reply, jsonPieces(payload), done);
  });
  // tRPC writes its JSON itself.
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (typeof payload !== 'string' || payload.length <= LONG) return done(null, payload);
    setImmediate(() => sendInPieces(reply, textPieces(payload), done));
  });
}

function sendInPieces(
  { raw }: FastifyReply,
  pieces: Iterable<string>,
  done: (error: Error | null, payload?: string | Buffer) => void,
): void {
  const send = (answer: string | Buffer) => {
    // Its time may have been up meanwhile: then it has another answer.
    if (!raw.headersSent) done(null, answer);
  };
  // Where nobody is left to read it, there is nothing to be made.
  if (raw.socket?.destroyed) send('');
  else joined(pieces).then(send, done);
}

/** The whole of it: as it is, where it is one piece; otherwise as bytes, a piece in each iteration of the event loop. */
async function joined(pieces: Iterable<string>): Promise<string | Buffer> {
  const texts: string[] = [];
  let length = 0;
  for (const text of pieces) {
    if (texts.length > 0) await nextIteration();
    texts.push(text);
    length += Buffer.byteLength(text);
  }
  const [first = ''] = texts;
  if (texts.length <= 1) return first;
  const bytes = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const text of texts) {
    await nextIteration();
    at += bytes.write(text, at);
  }
  await nextIteration();
  return bytes;
}
