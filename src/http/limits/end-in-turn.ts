import type { Server } from 'node:http';
import { FewPerIteration } from '../../event-loop/few-per-iteration.js';

/** Ends of connections in each iteration of the event loop: less than 1 ms, with the closing that comes of them. */
const ENDS = 10;

/**
 * Does a few at a time what Node's HTTP server does when clients end their connections. Thousands may end together, and all others
 * would wait for the whole of it: it takes some 50 µs each, more in the middle of a request, which is a failure to be written.
 */
export function endInTurn(server: Server): void {
  const ends = new FewPerIteration(ENDS);
  server.on('connection', (socket) => {
    // The HTTP server's own, which it adds before it tells of the connection.
    const onEnd = socket.listeners('end').at(-1);
    if (onEnd === undefined) return;
    const inTurn = () =>
      ends.run(() => {
        // Node has given the parser of a connection that is gone to another one.
        if (!socket.destroyed) onEnd.call(socket);
      });
    socket.off('end', onEnd as () => void);
    // Taken off as its own would be, like a listener of once(), where the HTTP server hands the connection out.
    socket.on('end', Object.assign(inTurn, { listener: onEnd }));
  });
}
