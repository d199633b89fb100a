import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

type Trap = 'breaks before it arrives' | 'breaks before the answer' | 'is silent from the answer on';

/** A stretch of network between a server and its database. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** From now on nothing passes, in either direction, and nobody is told; connections that are opened get no answer. */
  silence(): void;
  /** Everything passes again, what was held back first. */
  pass(): void;
  /** New connections pass; those that are silent stay so, as with an address that has moved to another machine. */
  passNew(): void;
  /** Breaks the connections that are silent. */
  cutSilent(): void;
  /** Breaks all connections, and refuses new ones until it accepts again. */
  refuse(): void;
  accept(): Promise<void>;
  /** What happens to the next connection on which a client sends this text. */
  trap(text: string, what: Trap): void;
}

/** Listens on a free port, and passes all to `target`. */
export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const silent = new Set<Socket>();
  let silentNow = false;
  let trap: { text: string; what: Trap } | undefined;

  const passOn = (chunk: Buffer, from: Socket, to: Socket) => {
    const what = trap && chunk.includes(trap.text) ? trap.what : undefined;
    if (what === undefined) return to.write(chunk);
    trap = undefined;
    if (what === 'breaks before it arrives') return from.destroy();
    to.removeAllListeners('data');
    to.once('data', () => (what === 'breaks before the answer' ? from.destroy() : hold(to)));
    return to.write(chunk);
  };
  const open = (from: Socket, to: Socket) => {
    sockets.add(from);
    from.on('data', (chunk) => passOn(chunk, from, to));
    from.on('error', () => {});
    from.once('close', () => {
      sockets.delete(from);
      silent.delete(from);
      to.destroy();
    });
    if (silentNow) hold(from);
  };
  const hold = (socket: Socket) => {
    silent.add(socket);
    socket.pause();
  };
  const server = createServer((client) => {
    const upstream = connect(target);
    open(client, upstream);
    open(upstream, client);
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const refuse = () => {
    if (server.listening) server.close();
    for (const socket of sockets) socket.destroy();
  };

  const passNew = () => {
    silentNow = false;
  };
  return {
    port,
    silence() {
      silentNow = true;
      for (const socket of sockets) hold(socket);
    },
    pass() {
      passNew();
      for (const socket of silent) socket.resume();
      silent.clear();
    },
    passNew,
    cutSilent() {
      for (const socket of silent) socket.destroy();
    },
    refuse,
    accept: () => listen(port),
    trap(text, what) {
      trap = { text, what };
    },
    async [Symbol.asyncDispose]() {
      const closed = server.listening && once(server, 'close');
      refuse();
      await closed;
    },
  };
}
