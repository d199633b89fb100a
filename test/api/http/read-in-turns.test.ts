import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { OpenRequests } from '../../../src/http/lifecycle/open-requests.js';
import { Peers } from '../../../src/http/limits/peers.js';
import { readInTurns, type Turns } from '../../../src/http/limits/read-in-turns.js';
import { connectTo } from '../../support/raw-request.js';

const REQUEST = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const CONNECTIONS = 120;

interface Started {
  server: Server;
  /** Connections that wait to be read from. */
  waiting(): number;
  hasRead: Turns['hasRead'];
  /** Opens a connection, from which everything is read. */
  connect(): Socket;
}

async function startServer(answer: RequestListener, isProxy = false): Promise<Started> {
  const server = createServer(answer);
  const open = new OpenRequests();
  open.watch(server);
  const turns = readInTurns(server, new Peers(server), {
    isIdle: (connection) => open.on(connection) === undefined,
    isProxy: () => isProxy,
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return {
    server,
    waiting: () => turns.waiting,
    hasRead: turns.hasRead,
    connect: () => connectTo(`http://127.0.0.1:${port}`).resume(),
  };
}

/** Has a request answered on a connection, which is idle from then on. */
async function idle(connection: Socket): Promise<Socket> {
  connection.write(REQUEST);
  await once(connection, 'data');
  return connection;
}

/** A server that answers at once, and the numbers of requests that iterations of the event loop read since `clear()`. */
async function countRequests(isProxy = false): Promise<Started & { clear(): void; iterations(): readonly number[] }> {
  let iterations: number[] = [];
  let isCounting = false;
  const started = await startServer((_request, response) => {
    if (!isCounting) {
      iterations.push(0);
      setImmediate(() => {
        isCounting = false;
      });
    }
    isCounting = true;
    iterations[iterations.length - 1] = (iterations.at(-1) ?? 0) + 1;
    response.end();
  }, isProxy);
  const clear = () => {
    iterations = [];
  };
  return { ...started, clear, iterations: () => iterations };
}

/** Has idle connections send a request each, all of them before the server reads any. */
async function sendTogether({ connect, clear }: { connect(): Socket; clear(): void }): Promise<void> {
  const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => idle(connect())));
  clear();
  const answers = connections.map((connection) => once(connection, 'data'));
  for (const connection of connections) connection.write(REQUEST);
  await Promise.all(answers);
}

it('connections that come at once are accepted before requests on them are read', async () => {
  const seen: ('connection' | 'request')[] = [];
  const { server, connect } = await startServer((_request, response) => {
    seen.push('request');
    response.end();
  });
  server.on('connection', () => void seen.push('connection'));
  await Promise.all(Array.from({ length: CONNECTIONS }, () => idle(connect())));
  expect(seen.filter((what) => what === 'connection')).toHaveLength(CONNECTIONS);
  expect(seen.filter((what) => what === 'request')).toHaveLength(CONNECTIONS);
  // Where each is read as it is accepted, the first request comes behind one or two.
  expect(seen.indexOf('request')).toBeGreaterThanOrEqual(15);
});

it('an iteration reads 50 requests of one address, and the others in turns', async () => {
  const started = await countRequests();
  let mostWaiting = 0;
  started.server.on('request', () => {
    mostWaiting = Math.max(mostWaiting, started.waiting());
  });
  const clear = () => {
    started.clear();
    mostWaiting = 0;
  };
  await sendTogether({ ...started, clear });
  const [first, ...others] = started.iterations();
  expect(first).toBe(50);
  expect(Math.max(...others)).toBe(1);
  // All but the one whose request was the 50th: the others before it have been answered.
  expect([mostWaiting, started.waiting()]).toEqual([CONNECTIONS - 1, 0]);
});

it('as many bytes as 50 requests would count are read, and the others in turns', async () => {
  const { server, waiting, hasRead, connect } = await startServer((_request, response) => void response.end());
  const peers: Socket[] = [];
  server.on('connection', (socket) => peers.push(socket));
  for (let n = 0; n < 3; n++) await idle(connect());
  const [first] = peers as [Socket];
  hasRead(first, 49 * 16_384);
  expect(waiting()).toBe(0);
  hasRead(first, 16_384);
  expect(waiting()).toBe(3);
  await vi.waitFor(() => expect(waiting()).toBe(0));
});

it('connections of a proxy do not wait for each other', async () => {
  const server = await countRequests(true);
  await sendTogether(server);
  expect(server.iterations()).toEqual([CONNECTIONS]);
});

it('a connection with a request under way is read from', async () => {
  const bodies: string[] = [];
  const { server, connect } = await startServer((request, response) => {
    if (request.method === 'GET') response.end();
    else {
      request.on('data', (chunk: Buffer) => bodies.push(chunk.toString()));
      request.on('end', () => response.end());
    }
  });
  const accepted = once(server, 'connection');
  const upload = connect();
  const [itsEnd] = (await accepted) as [Socket];
  upload.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\nhalf');
  await vi.waitFor(() => expect(bodies).toEqual(['half']));
  const pause = vi.spyOn(itsEnd, 'pause');
  await sendTogether({ connect, clear() {} });
  expect(pause).not.toHaveBeenCalled();
  upload.write('half');
  await once(upload, 'data');
  expect(bodies.join('')).toBe('halfhalf');
});

it('a connection that is gone before its turn is not read from', async () => {
  let requests = 0;
  const { server, waiting, connect } = await startServer((_request, response) => {
    requests += 1;
    response.end();
  });
  const peers: Socket[] = [];
  server.on('connection', (socket) => peers.push(socket));
  const connections = await Promise.all(Array.from({ length: CONNECTIONS }, () => idle(connect())));
  requests = 0;
  server.once('request', () => setImmediate(() => peers.map((peer) => peer.destroy())));
  const ends = connections.map((connection) => {
    // A reset, where what it has sent was not read.
    connection.on('error', () => {});
    return new Promise((resolve) => connection.once('close', resolve));
  });
  for (const connection of connections) connection.write(REQUEST);
  await Promise.all(ends);
  await idle(connect());
  expect([requests, waiting()]).toEqual([51, 0]);
});
