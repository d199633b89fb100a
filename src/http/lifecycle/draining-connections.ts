import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { addStep } from '../hooks.js';
import type { OpenRequests } from './open-requests.js';

/** An answer whose reader takes nothing of it for this long is given up. */
const STALLED_MS = 5_000;
/** Of the grace time of a stop, what a reader has who goes on taking a little: a large file could take one hours. */
const SHARE_OF_GRACE = 2;
/** For the last answers to leave the machine before the connections that are left are cut. */
const LINGER_MS = 500;

/**
 * Keeps others from holding up the stop. The app closes when its last connection does, and Node's own time limits end
 * with server.close(): a connection on which half a request came, or none, or whose answer nobody reads, would keep it until
 * it is killed. So what is left once every request is answered is cut, and readers have to go on reading, and to be done
 * when half of the grace time is over.
 */
export function closeDrainingConnections(app: FastifyInstance, openRequests: OpenRequests, graceMs: number): void {
  let closing = false;

  const cutRestIfAnswered = () => {
    if (closing && openRequests.empty) setTimeout(() => app.server.closeAllConnections(), LINGER_MS).unref();
  };
  // Counts from the last byte that was taken.
  const giveUpWhenStalled = ({ socket }: ServerResponse) => socket?.setTimeout(STALLED_MS, () => socket.destroy());
  const cutReaders = () => {
    for (const { response } of openRequests) if (response.headersSent) response.socket?.destroy();
  };

  openRequests.onEmpty = cutRestIfAnswered;
  addStep(app, 'onSend', (_request, { raw }) => {
    if (closing) giveUpWhenStalled(raw);
  });
  app.addHook('preClose', async () => {
    closing = true;
    for (const { response } of openRequests) if (response.headersSent) giveUpWhenStalled(response);
    setTimeout(cutReaders, graceMs / SHARE_OF_GRACE).unref();
    cutRestIfAnswered();
  });
}
