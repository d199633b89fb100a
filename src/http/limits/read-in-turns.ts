import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { FairScheduler } from './fair-scheduling.js';
import type { Peer, Peers } from './peers.js';

/** Requests of one address that an iteration of the event loop reads, some 2 ms, before its idle connections have to wait. */
const MOST_REQUESTS = 50;
/** As many bytes, of what is no request as well, count like a request: what is read at once takes memory that nobody has touched. */
const REQUEST_BYTES = 16_384;

export interface Connections {
  /** Whether no request is under way on a connection. */
  isIdle(connection: Socket): boolean;
  /** Whether an address is a proxy of ours, which brings the requests of many: its connections don't wait for each other. */
  isProxy(address: string): boolean;
}

export interface Turns {
  /** How many connections wait to be read from. */
  readonly waiting: number;
  isWaiting(connection: Socket): boolean;
  /** To be told of all bytes that are read. */
  hasRead(connection: Socket, bytes: number): void;
  /** Has a paused connection read on when it is its turn. */
  resumeInTurn(connection: Socket): void;
}

/**
 * Reads from connections in turns, by the address that they come from, where Node would read from all of them at once. What they have
 * sent waits in the kernel meanwhile.
 *
 * - A new connection: Node accepts one in each iteration of the event loop, and that iteration would also read, parse and answer all
 *   that the connections before it have sent. Somebody who connects behind a thousand others would wait until all of them are served.
 * - One that has been idle: an iteration reads from all on which something has come. Of an address of which it has read many
 *   requests, or as much else, the other idle connections are paused, and wait like new ones.
 * - One that has sent more requests before it had the answer to the first, or many chunks: what is left waits for its turn.
 */
export function readInTurns(server: Server, peers: Peers, { isIdle, isProxy }: Connections): Turns {
  const scheduler = new FairScheduler();
  const waiting = new Set<Socket>();
  /** Requests that this iteration has read, and what counts like them. */
  const read = new Map<Peer, number>();

  const resumeInTurn = (connection: Socket) => {
    const peer = peers.of(connection);
    if (peer === undefined || connection.destroyed || waiting.has(connection)) return;
    waiting.add(connection);
    scheduler.enqueue(peer.address, {
      start() {
        waiting.delete(connection);
        connection.resume();
      },
      refuse: () => void connection.destroy(),
    });
  };

  const count = (socket: Socket, requests: number) => {
    const peer = peers.of(socket);
    if (peer === undefined) return;
    if (read.size === 0) setImmediate(() => read.clear());
    const before = read.get(peer) ?? 0;
    const now = before + requests;
    read.set(peer, now);
    if (before >= MOST_REQUESTS || now < MOST_REQUESTS || isProxy(socket.remoteAddress ?? '')) return;
    for (const connection of peer.connections) {
      if (!isIdle(connection)) continue;
      connection.pause();
      resumeInTurn(connection);
    }
  };

  // An option of net.createServer() that http.createServer() doesn't pass on.
  Object.assign(server, { pauseOnConnect: true });
  server.on('connection', (connection: Socket) => {
    scheduler.accepted();
    resumeInTurn(connection);
  });
  server.on('request', ({ socket }: IncomingMessage) => count(socket, 1));
  return {
    get waiting() {
      return waiting.size;
    },
    isWaiting: (connection) => waiting.has(connection),
    hasRead: (connection, bytes) => count(connection, bytes / REQUEST_BYTES),
    resumeInTurn,
  };
}
