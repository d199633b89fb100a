import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { connectTo } from './raw-request.js';
import { waitFor } from './wait-for.js';

/** When a client resets its connection. */
export const RESETS = [
  'right behind it',
  'when it has been read',
  'when an answer begins',
  'when the answers are here',
] as const;
export type Reset = (typeof RESETS)[number];

/**
 * Sends bytes on a connection of its own, and resets that (RST) at a point; `answers`: how many there are to be. `gone`
 * resolves when the server has closed its side: of a reset right behind what it reads it may learn by its next write only.
 */
export async function sendAndReset(
  server: Server,
  bytes: string,
  reset: Reset,
  answers: number,
): Promise<{ gone: Promise<unknown> }> {
  const { port } = server.address() as AddressInfo;
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const socket = connectTo(`http://127.0.0.1:${port}`);
  socket.on('error', () => {});
  const [peer] = await accepted;
  const gone = new Promise((resolve) => peer.once('close', resolve));
  let received = '';
  const begun = once(socket, 'data').catch(() => {});
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1');
    // The server is to have something left to send.
    if (reset === 'when an answer begins') socket.pause();
  });

  socket.write(bytes);
  if (reset === 'when it has been read') {
    // What is behind a request without an answer is read in part only.
    const waits = () => peer.isPaused() && peer.readableLength > 0;
    await waitFor(() => peer.bytesRead === Buffer.byteLength(bytes) || waits());
  }
  if (reset === 'when an answer begins') await begun;
  if (reset === 'when the answers are here') {
    await waitFor(() => (received.match(/HTTP\/1\.1 [2-5]\d\d/g) ?? []).length === answers);
  }
  socket.resetAndDestroy();
  return { gone };
}
