import type { Server } from 'node:http';
import { addressGroup } from './client-address.js';
import { FairScheduler } from './fair-scheduling.js';

/**
 * Accepts connections before it reads from them, and begins to read from one in each iteration of the event loop, in turns by
 * the address that they come from.
 *
 * Node accepts one connection in each iteration. Without this, that iteration would also read, parse and answer all that the
 * connections before it have sent: somebody who connects behind a thousand others would wait until all of them are served.
 */
export function acceptFirst(server: Server): void {
  const scheduler = new FairScheduler();
  // An option of net.createServer() that http.createServer() doesn't pass on.
  Object.assign(server, { pauseOnConnect: true });
  server.on('connection', (socket) => {
    scheduler.accepted();
    if (socket.destroyed) return;
    scheduler.enqueue(addressGroup(socket.remoteAddress ?? ''), {
      start: () => void socket.resume(),
      refuse: () => void socket.destroy(),
    });
  });
}
