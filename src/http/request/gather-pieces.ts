import type { FastifyInstance } from 'fastify';
import { addStep } from '../hooks.js';

/**
 * Puts together what has come of a body in chunks while its request waits to begin. Node keeps each chunk by itself: those
 * of a byte take a hundred times the memory of what they hold, for everybody who can open a connection.
 */
export function gatherPieces(app: FastifyInstance): void {
  addStep(app, 'onRequest', ({ raw }) => {
    if (raw.headers['transfer-encoding'] === undefined || raw.readableLength === 0) return;
    // All of it, as nobody listens yet.
    const pieces: unknown = raw.read();
    if (Buffer.isBuffer(pieces)) raw.unshift(pieces);
  });
  // Node drops the rest of a body that nobody has read, and takes this one for read.
  addStep(app, 'onResponse', ({ raw }) => {
    if (!raw.complete) raw.resume();
  });
}
