import type { Server } from 'node:http';
import { TimeSlicedQueue } from './time-sliced-queue.js';

/** For how long the ends of connections hold each iteration of the event loop. */
const ENDING_MS = 1;

/**
 * Does in slices of time what Node's HTTP server does when clients end their connections. Thousands may end together, and all
 * others would wait for the whole of it: it takes some 50 µs each, more in the middle of a request, which is a failure to be written.
 */
export function endInTurn(server: Server): void {
  const ends = new TimeSlicedQueue(ENDING_MS);
  server.on('connection', (socket) => {
    // The HTTP server's own, which it adds before it tells of the connection.
    const onEnd = socket.listeners('end').at(-1);
    if (onEnd === undefined) return;
    const inTurn = () =>
      ends.add(() => {
        // Node has given the parser of a connection that is gone to another one.
        if (!socket.destroyed) onEnd.call(socket);
      });
    socket.off('end', onEnd as () => void);
    // Taken off as its own would be, like a listener of once(), where the HTTP server hands the connection out.
    socket.on('end', Object.assign(inTurn, { listener: onEnd }));
  });
}
