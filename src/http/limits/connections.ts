import type { Server } from 'node:http';
import type { Peers } from './peers.js';
import { shareOf } from './share.js';

export interface ConnectionLimits {
  /** Open connections; the kernel's further ones are closed by Node when they are accepted. */
  max: number;
  /** Those of one address, the /64 for IPv6; by default a quarter of all, 20 at least. */
  maxOfAddress?: number | undefined;
  /** Whether an address is a proxy of ours, which brings the connections of many: it has no share of its own. */
  isProxy(address: string): boolean;
  onFull(): void;
  onShareTaken(address: string): void;
}

/**
 * Bounds the open connections, and those of one address: a connection beyond is closed when it comes. Otherwise a single peer
 * takes all of them, without sending a byte, and nobody else gets in.
 */
export function limitConnections(server: Server, peers: Peers, limits: ConnectionLimits): void {
  const { max, maxOfAddress = shareOf(max), isProxy, onFull, onShareTaken } = limits;
  server.maxConnections = max;
  server.on('drop', onFull);
  server.on('connection', (connection) => {
    const { remoteAddress } = connection;
    const peer = peers.of(connection);
    // Gone already: it says no address any more, and takes no place.
    if (remoteAddress === undefined || peer === undefined || isProxy(remoteAddress)) return;
    if (peer.connections.size <= maxOfAddress) return;
    onShareTaken(peer.address);
    connection.destroy();
  });
}
