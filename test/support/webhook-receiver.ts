import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Receivers of tests are on this machine. */
export const ALLOW_LOOPBACK = { WEBHOOK_ALLOW_CIDRS: '127.0.0.0/8' };

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The body's. */
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at what came, whatever it is
  readonly data: any;
}

interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  /** All that came, in order. */
  readonly received: Received[];
  /** What is answered from now on. */
  reply: (received: Received) => Reply | Promise<Reply>;
}

/** Takes webhooks on a port of its own, and remembers them. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const receiver = {
    received,
    reply: () => ({ status: 204 }),
  } as unknown as { -readonly [N in keyof Receiver]: Receiver[N] };
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces).toString();
    const { type, data } = JSON.parse(body);
    const one = { headers: request.headers, body, type, data };
    received.push(one);
    const { status, headers = {}, body: answer } = await receiver.reply(one);
    response.writeHead(status, headers).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?token=t0ken`;
  receiver[Symbol.asyncDispose] = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return receiver;
}
