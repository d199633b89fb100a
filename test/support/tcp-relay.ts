import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands between a client and a server, to let the server fail as networks do. */
export interface TcpRelay extends AsyncDisposable {
  readonly port: number;
  /** Everything that clients have sent through it, since forget(). */
  readonly sent: string;
  forget(): void;
  /** Breaks every connection, and refuses new ones. */
  break(): Promise<void>;
  /** Takes connections and bytes, and passes nothing on. */
  fallSilent(): void;
  /** Passes on again, over new connections. */
  restore(): Promise<void>;
}

export async function startRelay(target: { host: string; port: number }): Promise<TcpRelay> {
  const open = new Set<Socket>();
  let silent = false;
  let sent = '';
  const server = createServer((client) => {
    const upstream = connect(target);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        other.destroy();
      });
      socket.on('data', (bytes) => {
        if (socket === client) sent += bytes.toString('latin1');
        if (!silent) other.write(bytes);
      });
    }
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const stop = async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of open) socket.destroy();
    await closed;
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    get sent() {
      return sent;
    },
    forget() {
      sent = '';
    },
    break: stop,
    fallSilent() {
      silent = true;
    },
    async restore() {
      silent = false;
      if (!server.listening) await listen(port);
      else for (const socket of open) socket.destroy();
    },
    async [Symbol.asyncDispose]() {
      if (server.listening) await stop();
    },
  };
}
