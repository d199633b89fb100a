import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { addressGroup } from './client-address.js';

/** Where connections come from: an address, the /64 for IPv6. */
export interface Peer {
  readonly address: string;
  /** Those of it that are open. */
  readonly connections: Set<Socket>;
}

/** The open connections of a server, by where they come from. */
export class Peers {
  readonly #byAddress = new Map<string, Peer>();
  readonly #byConnection = new WeakMap<Socket, Peer>();

  /** To be made before others listen for the server's connections. */
  constructor(server: Server) {
    server.on('connection', (connection) => this.#add(connection));
  }

  /** How many connections are open. */
  get open(): number {
    let open = 0;
    for (const { connections } of this.#byAddress.values()) open += connections.size;
    return open;
  }

  /** Undefined where the connection is none of the server's. */
  of(connection: Socket): Peer | undefined {
    return this.#byConnection.get(connection);
  }

  #add(connection: Socket): void {
    // One that is gone already says no address any more.
    const address = addressGroup(connection.remoteAddress ?? '');
    const peer = this.#byAddress.get(address) ?? { address, connections: new Set() };
    this.#byAddress.set(address, peer);
    this.#byConnection.set(connection, peer);
    peer.connections.add(connection);
    connection.once('close', () => {
      peer.connections.delete(connection);
      if (peer.connections.size === 0) this.#byAddress.delete(address);
    });
  }
}
