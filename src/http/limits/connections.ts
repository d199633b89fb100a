import type { Server } from 'node:http';
import { addressGroup } from './client-address.js';
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
export function limitConnections(server: Server, limits: ConnectionLimits): void {
  const { max, maxOfAddress = shareOf(max), isProxy, onFull, onShareTaken } = limits;
  const openOf = new Map<string, number>();
  server.maxConnections = max;
  server.on('drop', onFull);
  server.on('connection', (socket) => {
    const { remoteAddress } = socket;
    // Gone already: it says no address any more, and takes no place.
    if (remoteAddress === undefined || isProxy(remoteAddress)) return;
    const address = addressGroup(remoteAddress);
    const open = openOf.get(address) ?? 0;
    if (open >= maxOfAddress) {
      onShareTaken(address);
      socket.destroy();
      return;
    }
    openOf.set(address, open + 1);
    socket.once('close', () => {
      const left = (openOf.get(address) ?? 0) - 1;
      if (left > 0) openOf.set(address, left);
      else openOf.delete(address);
    });
  });
}
