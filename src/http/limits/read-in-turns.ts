import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { addressGroup } from './client-address.js';
import { FairScheduler } from './fair-scheduling.js';

/** Requests of one address that an iteration of the event loop reads, some 2 ms, before its idle connections have to wait. */
const MOST_REQUESTS = 50;

/** Where connections come from. */
interface Peer {
  readonly address: string;
  readonly connections: Set<Connection>;
  /** Requests on them that this iteration has read. */
  requests: number;
}

const PEER = Symbol('peer');
const IS_WAITING = Symbol('waits to be read from');
type Connection = Socket & { [PEER]?: Peer; [IS_WAITING]?: boolean };

export interface Connections {
  /** Whether no request is under way on a connection. */
  isIdle(connection: Socket): boolean;
  /** Whether an address is a proxy of ours, which brings the requests of many: its connections don't wait for each other. */
  isProxy(address: string): boolean;
}

/**
 * Reads from connections in turns, by the address that they come from, where Node would read from all of them at once. What they have
 * sent waits in the kernel meanwhile.
 *
 * - A new connection: Node accepts one in each iteration of the event loop, and that iteration would also read, parse and answer all
 *   that the connections before it have sent. Somebody who connects behind a thousand others would wait until all of them are served.
 * - One that has been idle: an iteration reads from all on which something has come. Of an address of which it has read many
 *   requests, the other idle connections are paused, and wait like new ones.
 */
export function readInTurns(server: Server, { isIdle, isProxy }: Connections): void {
  const scheduler = new FairScheduler();
  const peers = new Map<string, Peer>();
  let counted: Peer[] = [];

  const readInTurn = (connection: Connection, { address }: Peer) => {
    connection[IS_WAITING] = true;
    scheduler.enqueue(address, {
      start() {
        connection[IS_WAITING] = false;
        connection.resume();
      },
      refuse: () => void connection.destroy(),
    });
  };
  const startCountAnew = () => {
    for (const peer of counted) peer.requests = 0;
    counted = [];
  };

  // An option of net.createServer() that http.createServer() doesn't pass on.
  Object.assign(server, { pauseOnConnect: true });
  server.on('connection', (connection: Connection) => {
    scheduler.accepted();
    if (connection.destroyed) return;
    const address = addressGroup(connection.remoteAddress ?? '');
    const peer = peers.get(address) ?? { address, connections: new Set(), requests: 0 };
    peers.set(address, peer);
    peer.connections.add(connection);
    connection[PEER] = peer;
    connection.once('close', () => {
      peer.connections.delete(connection);
      if (peer.connections.size === 0) peers.delete(address);
    });
    readInTurn(connection, peer);
  });
  server.on('request', ({ socket }: IncomingMessage & { socket: Connection }) => {
    const peer = socket[PEER];
    if (peer === undefined) return;
    if (counted.length === 0) setImmediate(startCountAnew);
    if (peer.requests === 0) counted.push(peer);
    peer.requests += 1;
    if (peer.requests !== MOST_REQUESTS || isProxy(socket.remoteAddress ?? '')) return;
    for (const connection of peer.connections) {
      if (connection[IS_WAITING] || !isIdle(connection)) continue;
      connection.pause();
      readInTurn(connection, peer);
    }
  });
}
