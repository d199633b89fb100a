import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LoopbackServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** The path of every request so far. */
  readonly requests: string[];
  /** What answers from now on. */
  handler: RequestListener;
  /** Closes the port and every connection; `listen()` opens the same port again. */
  close(): Promise<void>;
  listen(): Promise<void>;
}

/** An HTTP server on a free port of 127.0.0.1, for what a test needs somebody else to say. Answers 404 by default. */
export async function startLoopbackServer(handler?: RequestListener): Promise<LoopbackServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    loopback.handler(request, response);
  });
  let port = 0;
  const loopback: LoopbackServer = {
    get url() {
      return `http://127.0.0.1:${port}`;
    },
    requests,
    handler: handler ?? ((_request, response) => response.writeHead(404).end()),
    async listen() {
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
      port = (server.address() as AddressInfo).port;
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
    async [Symbol.asyncDispose]() {
      if (server.listening) await loopback.close();
    },
  };
  await loopback.listen();
  return loopback;
}
