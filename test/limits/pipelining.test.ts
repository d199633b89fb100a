import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { OpenRequests } from '../../src/http/lifecycle/open-requests.js';
import { doOneAfterAnother } from '../../src/http/limits/pipelining.js';
import { startApp } from '../support/app.js';
import { openConnection } from '../support/raw-connection.js';
import { connectTo } from '../support/raw-request.js';
import { NEW_TICKET } from '../support/tickets.js';
import { customerToken } from '../support/tokens.js';

const REQUEST = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

interface Seen {
  server: Server;
  /** Method and body of each request that has come whole. */
  requests: string[];
  /** How many were under way at once, at most. */
  atOnce(): number;
}

/** A server that does one request of a connection after another, and answers in the next iteration of the event loop. */
function serverOf(
  answer = (_request: IncomingMessage, response: ServerResponse) => void setImmediate(() => response.end('ok')),
): Seen {
  const server = createServer();
  const openRequests = new OpenRequests();
  openRequests.watch(server);
  const waiting = new Set<Socket>();
  doOneAfterAnother(server, {
    openRequests,
    turns: {
      isWaiting: (connection) => waiting.has(connection),
      hasRead: () => {},
      resumeInTurn(connection) {
        waiting.add(connection);
        setImmediate(() => {
          waiting.delete(connection);
          connection.resume();
        });
      },
    },
  });
  const requests: string[] = [];
  let atOnce = 0;
  server.on('request', (request, response) => {
    atOnce = Math.max(atOnce, [...openRequests].length);
    let body = '';
    request.on('data', (piece) => {
      body += piece;
    });
    request.on('end', () => {
      requests.push(`${request.method} ${body}`);
      answer(request, response);
    });
  });
  return { server, requests, atOnce: () => atOnce };
}

async function listen(server: Server): Promise<Socket> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return connectTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

describe('requests that a client sends before it has the answer to the first', () => {
  const body = fc.oneof(
    fc.string({ maxLength: 12 }),
    // What ends headers and chunks, for another reason.
    fc.constantFrom('\r\n\r\n', '0\r\n\r\n', '\r\n', '\r', '\n\r\n', `a\r\n\r\n${REQUEST}`),
  );
  const chunkOf = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
  const message = fc.oneof(
    fc.constantFrom(['GET ', REQUEST], ['GET ', `\r\n\r\n${REQUEST}`]),
    body.map((text) => [
      `POST ${text}`,
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
    ]),
    fc
      .tuple(fc.array(body.filter((text) => text !== '')), fc.constantFrom('', 'Trailer: x\r\n'))
      .map(([texts, trailer]) => [
        `POST ${texts.join('')}`,
        `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${texts.map(chunkOf).join('')}0\r\n${trailer}\r\n`,
      ]),
  ) as fc.Arbitrary<[seen: string, sent: string]>;

  it('are done one after another, in whatever segments they come', async () => {
    const segments = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 8 }), segments, async (messages, lengths) => {
        const { server, requests, atOnce } = serverOf();
        const bytes = Buffer.from(messages.map(([, sent]) => sent).join(''));
        let answers = '';
        const connection = new Duplex({
          read() {},
          write(chunk, _encoding, done) {
            answers += chunk;
            done();
          },
        });
        server.emit('connection', connection);
        for (let at = 0, n = 0; at < bytes.length; n++) {
          const length = lengths[n % lengths.length] ?? 1;
          connection.push(bytes.subarray(at, at + length));
          at += length;
        }
        await vi.waitFor(() => expect(answers.match(/HTTP\/1\.1 200/g)).toHaveLength(messages.length), { interval: 1 });
        connection.destroy();
        expect(requests).toEqual(messages.map(([seen]) => seen));
        expect(atOnce()).toBe(1);
      }),
      { numRuns: 300 },
    );
  });

  it('are not read while the first has no answer, beyond what was read with it', async () => {
    let answer: (() => void) | undefined;
    const { server, requests } = serverOf((_request, response) => {
      answer = () => response.end();
    });
    const client = await listen(server);
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const sent = 400_000;
    client.write(REQUEST.repeat(sent));
    const [peer] = await accepted;
    await vi.waitFor(() => expect(peer.isPaused()).toBe(true));
    // One that is answered has the next one begin, and nothing more be read.
    for (let n = 1; n <= 100; n++) {
      await vi.waitFor(() => expect(requests).toHaveLength(n), { interval: 1 });
      answer?.();
    }
    expect(peer.readableLength).toBeLessThanOrEqual(2 * 65_536);
    expect(peer.bytesRead).toBeLessThanOrEqual(4 * 65_536);
    client.destroy();
  });

  it('are all answered where the client has ended its side behind them', async () => {
    const { server } = serverOf();
    Object.assign(server, { httpAllowHalfOpen: true });
    const client = await listen(server);
    let answers = '';
    client.on('data', (chunk) => {
      answers += chunk;
    });
    client.end(`${REQUEST.repeat(2999)}${REQUEST.replace('Host', 'Connection: close\r\nHost')}`);
    await once(client, 'close');
    expect(answers.match(/HTTP\/1\.1 200/g)).toHaveLength(3000);
  });

  it('do not begin behind an answer that ends the connection', async () => {
    const { server, requests } = serverOf();
    const client = await listen(server);
    client.resume().write(REQUEST.replace('Host', 'Connection: close\r\nHost') + REQUEST.repeat(3));
    await once(client, 'close');
    expect(requests).toEqual(['GET ']);
  });

  it('do not begin when the client has left', async () => {
    let response: ServerResponse | undefined;
    const { server, requests } = serverOf((_request, its) => {
      response = its;
    });
    const client = await listen(server);
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    client.write(REQUEST.repeat(3));
    const [peer] = await accepted;
    const gone = new Promise((resolve) => peer.once('close', resolve));
    await vi.waitFor(() => expect(response).toBeDefined());
    client.resetAndDestroy();
    await gone;
    response?.end();
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(requests).toEqual(['GET ']);
  });
});

it('a body in chunks beyond those of an iteration of the event loop waits for its turn, and comes whole', async () => {
  let atOnce = 0;
  let most = 0;
  const count = () => {
    if (atOnce === 0) {
      setImmediate(() => {
        atOnce = 0;
      });
    }
    atOnce += 1;
    most = Math.max(most, atOnce);
  };
  const { server, requests } = serverOf();
  server.on('request', (request: IncomingMessage) => request.on('data', count));
  const client = await listen(server);
  client.write(
    `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(9000)}0\r\n\r\n${REQUEST}`,
  );
  await vi.waitFor(() => expect(requests).toEqual([`POST ${'x'.repeat(9000)}`, 'GET ']));
  // 100 as they came, and as many in the turn that the same iteration gives.
  expect(most).toBe(200);
  client.destroy();
});

it('bodies in thousands of chunks that come together are all taken', async () => {
  await using server = await startApp();
  const body = JSON.stringify({ ...NEW_TICKET, description: 'x'.repeat(3000) });
  const chunks = [...body].map((one) => `1\r\n${one}\r\n`).join('');
  const create = `POST /support/tickets HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${customerToken()}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`;
  const answered = Array.from({ length: 8 }, async () => {
    using connection = await openConnection(server.url);
    connection.write(create.repeat(2));
    return (await connection.receive(2)).map(({ status }) => status);
  });
  expect((await Promise.all(answered)).flat()).toEqual(Array.from({ length: 16 }, () => 200));
});

it('a request that follows a write on its connection sees what was written', async () => {
  await using server = await startApp();
  using connection = await openConnection(server.url);
  const head = `Host: x\r\nAuthorization: Bearer ${customerToken()}\r\n`;
  const body = JSON.stringify(NEW_TICKET);
  const create = `POST /support/tickets HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const list = `GET /support/tickets HTTP/1.1\r\n${head}\r\n`;
  connection.write((create + list).repeat(10));
  const answers = await connection.receive(20);
  const lists = answers.filter((_answer, n) => n % 2 === 1);
  expect(lists.map(({ body }) => body.data.length)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});
