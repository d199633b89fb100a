import { describe, expect, it } from 'vitest';
import { startApp } from '../support/app.js';
import { openConnection } from '../support/raw-connection.js';
import { customerToken } from '../support/tokens.js';
import { waitFor } from '../support/wait-for.js';

const TIMEOUT = { REQUEST_TIMEOUT_MS: '1000' };
const ENDLESS = 'x'.repeat(10_000);

const timedOut = {
  success: false,
  statusCode: 408,
  data: null,
  error: { code: 'REQUEST_TIMEOUT', message: 'The request did not arrive in time' },
};

const post = (path: string) =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${customerToken()}\r\nContent-Type: application/json\r\nContent-Length: 10000\r\n\r\n`;

describe('a client that sends slowly', () => {
  it('is cut off with 408 in the middle of its headers', async () => {
    await using server = await startApp({ env: TIMEOUT });
    using connection = await openConnection(server.url);
    connection.write('GET /support/tickets HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    await connection.drip(ENDLESS);
    await connection.ended;
    expect(connection.answers()).toMatchObject([{ status: 408, headers: { connection: 'close' }, body: timedOut }]);
    expect(connection.answers()[0]?.headers['x-request-id']).toMatch(/\S/);
  });

  it('is cut off when it sends nothing at all', async () => {
    await using server = await startApp({ env: TIMEOUT });
    using connection = await openConnection(server.url);
    await connection.ended;
    expect(connection.answers()).toMatchObject([{ status: 408 }]);
  });

  it('is cut off with 408 in the middle of its body, and nothing is stored', async () => {
    await using server = await startApp({ env: TIMEOUT });
    using connection = await openConnection(server.url);
    connection.write(`${post('/support/tickets')}{"subject":"`);
    await connection.drip(ENDLESS);
    await connection.ended;
    expect(connection.answers()).toMatchObject([{ status: 408, headers: { connection: 'close' }, body: timedOut }]);
    expect(await server.db.reader.ticket.count()).toBe(0);
  });

  it('is told so as a tRPC error over tRPC', async () => {
    await using server = await startApp({ env: TIMEOUT });
    using connection = await openConnection(server.url);
    connection.write(`${post('/trpc/support.tickets.create')}{"subject":"`);
    await connection.drip(ENDLESS);
    await connection.ended;
    expect(connection.answers()).toMatchObject([
      { status: 408, body: { error: { data: { code: 'REQUEST_TIMEOUT', httpStatus: 408 } } } },
    ]);
    expect(await server.db.reader.ticket.count()).toBe(0);
  });

  it('does not get to send a body without a good token', async () => {
    await using server = await startApp();
    using connection = await openConnection(server.url);
    connection.write('POST /support/tickets HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n');
    // Not a byte of the body has been sent.
    expect(await connection.receive(1)).toMatchObject([{ status: 401 }]);
  });

  it('holds up nobody else', async () => {
    await using server = await startApp({ env: { REQUEST_TIMEOUT_MS: '60000' } });
    const slow = await Promise.all(Array.from({ length: 300 }, () => openConnection(server.url)));
    for (const connection of slow) connection.write(`${post('/support/tickets')}{"subject":"`);
    using other = await openConnection(server.url);
    other.write(`GET /support/categories HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${customerToken()}\r\n\r\n`);
    expect(await other.receive(1)).toMatchObject([{ status: 200 }]);
    for (const connection of slow) connection[Symbol.dispose]();
  });
});

describe('a connection on which nothing happens', () => {
  const GET = 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n';

  it('is closed after the keep-alive time', async () => {
    await using server = await startApp({ env: { KEEP_ALIVE_TIMEOUT_MS: '300' } });
    using connection = await openConnection(server.url);
    connection.write(GET);
    expect(await connection.receive(1)).toMatchObject([{ status: 200, headers: { connection: 'keep-alive' } }]);
    await connection.ended;
    expect(connection.answers()).toHaveLength(1);
  });

  it.each([
    ['answers of ours', '/openapi.json'],
    // These are answered by Fastify itself, before any hook of ours.
    ['refusals of the router', '/%zz'],
  ])('is cut when its client does not read %s; one that waits between requests is not', async (_what, path) => {
    await using server = await startApp({ env: TIMEOUT });
    const { server: http } = server.app;
    const open = () =>
      new Promise<number>((resolve) => http.getConnections((_error, connections) => resolve(connections)));
    using idle = await openConnection(server.url);
    idle.write(GET);
    await idle.receive(1);
    {
      using stuck = await openConnection(server.url);
      stuck.stopReading();
      // Their answers are more than the buffers of both sides hold, even where all that wait for a slow machine get a short 503.
      stuck.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(50_000));
      await waitFor(async () => (await open()) === 2);
      await waitFor(async () => (await open()) === 1);
    }
    idle.write(GET);
    expect(await idle.receive(2)).toMatchObject([{ status: 200 }, { status: 200 }]);
  });
});
