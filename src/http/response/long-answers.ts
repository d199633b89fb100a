import type { FastifyInstance } from 'fastify';

/** In UTF-16 units. */
const LONG = 32_768;

/**
 * Turns long answers into bytes before they are sent, and leaves others the event loop in between. Node would join a string with its
 * headers, which copies it, and keep a buffer of three times its length beside it for as long as the client doesn't read.
 */
export function sendLongAnswersAsBytes(app: FastifyInstance): void {
  app.addHook('onSend', (_request, _reply, payload, done) => {
    if (typeof payload !== 'string' || payload.length <= LONG) return done(null, payload);
    setImmediate(() => {
      const bytes = Buffer.from(payload);
      setImmediate(() => done(null, bytes));
    });
  });
}
