import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { holdWrites } from '../support/hold-writes.js';
import { openConnection } from '../support/raw-connection.js';
import { connectTo } from '../support/raw-request.js';
import { RESETS, sendAndReset } from '../support/reset-client.js';
import { restClient } from '../support/rest-client.js';
import { customerToken } from '../support/tokens.js';
import { waitFor } from '../support/wait-for.js';

let server: TestApp;
beforeAll(async () => {
  // Writes that are held must not end by themselves.
  server = await startApp({ env: { SQLITE_BUSY_TIMEOUT_MS: '600000', TRANSACTION_TIMEOUT_MS: '600000' } });
});
afterAll(() => server[Symbol.asyncDispose]());

/** What would have ended the process. */
const fatal: unknown[] = [];
const note = (error: unknown) => void fatal.push(error);
beforeAll(() => void process.on('uncaughtException', note).on('unhandledRejection', note));
afterAll(() => void process.off('uncaughtException', note).off('unhandledRejection', note));

afterEach(async () => {
  expect(fatal).toEqual([]);
  expect(await restClient(server.url).get('/health/ready')).toMatchObject({ status: 200 });
});

const HOST = 'Host: x\r\n';
const AUTHORIZATION = `Authorization: Bearer ${customerToken()}\r\n`;
const JSON_TYPE = 'Content-Type: application/json\r\n';
const TICKET = JSON.stringify({ subject: 's', description: 'd', categoryId: 'category_001' });
const CREATE = `POST /support/tickets HTTP/1.1\r\n${HOST}${AUTHORIZATION}${JSON_TYPE}Content-Length: ${TICKET.length}\r\n\r\n${TICKET}`;
/** Longer than the buffers of both sides. */
const LONG = `GET /docs/static/swagger-ui-bundle.js HTTP/1.1\r\n${HOST}\r\n`;

const get = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\n${HOST}${AUTHORIZATION}${headers}\r\n`;

/** Each place where Node hands out a bare socket, or answers by itself; then what Fastify and we answer. */
const requests: [what: string, request: string][] = [
  ['CONNECT', `CONNECT x:1 HTTP/1.1\r\n${HOST}\r\n`],
  ['CONNECT with bytes behind it', `CONNECT x:1 HTTP/1.1\r\n${HOST}\r\n${'x'.repeat(100_000)}`],
  ['CONNECT twice', `CONNECT x:1 HTTP/1.1\r\n${HOST}\r\n`.repeat(2)],
  ['an upgrade', get('/support/categories', 'Connection: Upgrade\r\nUpgrade: websocket\r\n')],
  ['no HTTP', 'hello\r\n\r\n'],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['a long URL', get(`/${'a'.repeat(40_000)}`)],
  ['long headers', get('/', `X: ${'a'.repeat(40_000)}\r\n`)],
  [
    'a length beside chunks',
    `POST / HTTP/1.1\r\n${HOST}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  [
    'a chunk that is none',
    `POST /support/tickets HTTP/1.1\r\n${HOST}${AUTHORIZATION}${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\nx\r\n`,
  ],
  ['no version', 'GET /support/tickets\r\n\r\n'],
  ['no Host', 'GET /support/tickets HTTP/1.1\r\n\r\n'],
  ['an unknown expectation', get('/support/categories', 'Expect: a-miracle\r\n')],
  ['100-continue', CREATE.replace(HOST, `${HOST}Expect: 100-continue\r\n`)],
  ['a URL that can not be read', get('/%zz')],
  ['a path that is too long', get(`/support/tickets/${'a'.repeat(3000)}`)],
  ['a body without a token', CREATE.replace(AUTHORIZATION, '')],
  ['a body of another type', CREATE.replace('application/json', 'text/plain')],
  ['a read', get('/support/tickets')],
  ['a write', CREATE],
  ['a tRPC batch', get('/trpc/support.tickets.list,support.categories.list?batch=1')],
  ['a file', LONG],
];

describe.each(requests)('%s whose client resets the connection', (_what, request) => {
  it.each(RESETS)('%s', async (reset) => {
    const { gone } = await sendAndReset(server.app.server, request, reset, 1);
    await gone;
  });

  it.each(RESETS)('%s, behind an answer that is under way', async (reset) => {
    const { gone } = await sendAndReset(server.app.server, LONG + request, reset, 2);
    await gone;
  });

  it('right behind it, behind a write that waits', async () => {
    let gone: Promise<unknown>;
    {
      using _held = holdWrites(server.databaseUrl);
      ({ gone } = await sendAndReset(server.app.server, CREATE + request, 'right behind it', 2));
    }
    await gone;
  });

  it('when it has been read, behind a write that waits, which is done', async () => {
    const before = await server.db.reader.ticket.count();
    let gone: Promise<unknown>;
    {
      using _held = holdWrites(server.databaseUrl);
      ({ gone } = await sendAndReset(server.app.server, CREATE + request, 'when it has been read', 2));
    }
    await gone;
    await waitFor(async () => (await server.db.reader.ticket.count()) > before);
  });
});

describe('a connection that is cut for another reason, whose client resets it,', () => {
  // Too slow: answered by hand, with 408.
  it.each(RESETS)('in the middle of its headers: %s', async (reset) => {
    await using hasty = await startApp({ env: { REQUEST_TIMEOUT_MS: '200' } });
    const { gone } = await sendAndReset(hasty.app.server, `GET / HTTP/1.1\r\n${HOST}`, reset, 1);
    await gone;
    // In a moment in which the machine stands still, this one would be too slow as well.
    await waitFor(async () => (await restClient(hasty.url).get('/health/live')).status === 200);
  });

  it('beyond MAX_CONNECTIONS', async () => {
    await using full = await startApp({ env: { MAX_CONNECTIONS: '1' } });
    const { server: http } = full.app;
    using first = await openConnection(full.url);
    first.write(`GET /health/live HTTP/1.1\r\n${HOST}\r\n`);
    await first.receive(1);
    for (let count = 0; count < 20; count++) {
      const dropped = once(http, 'drop');
      const socket = connectTo(full.url);
      socket.on('error', () => {});
      socket.write(`CONNECT x:1 HTTP/1.1\r\n${HOST}\r\n`);
      socket.resetAndDestroy();
      await dropped;
    }
    first.write(`GET /health/live HTTP/1.1\r\n${HOST}\r\n`);
    expect(await first.receive(2)).toMatchObject([{ status: 200 }, { status: 200 }]);
  });
});

it('the answer to CONNECT is never taken for that to the request before it', async () => {
  using connection = await openConnection(server.url);
  {
    using _held = holdWrites(server.databaseUrl);
    connection.write(`${CREATE}CONNECT x:1 HTTP/1.1\r\n${HOST}\r\n`);
    // An answer of another connection: whatever came before has been read.
    expect(await restClient(server.url).get('/health/ready')).toMatchObject({ status: 200 });
    expect(connection.answers()).toEqual([]);
  }
  expect(await connection.receive(2)).toMatchObject([
    { status: 200 },
    { status: 405, headers: { connection: 'close' } },
  ]);
  await connection.ended;
});

it('CONNECT behind a long answer leaves that whole', async () => {
  const socket = connectTo(server.url);
  socket.write(`${LONG}CONNECT x:1 HTTP/1.1\r\n${HOST}\r\n`);
  const received = Buffer.concat(await socket.toArray()).toString('latin1');
  expect(received.match(/HTTP\/1\.1 [2-5]\d\d/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 405']);
  const length = Number(/content-length: (\d+)/i.exec(received)?.[1]);
  expect(received.indexOf('HTTP/1.1 405') - received.indexOf('\r\n\r\n') - 4).toBe(length);
});

// The kernel can't be made to run out of memory here: the event is what Node makes of that.
it('a connection that could not be accepted is a line in the log', async () => {
  await using talkative = await startApp({ env: { LOG_LEVEL: 'error' } });
  talkative.app.server.emit('error', Object.assign(new Error('accept ENFILE'), { code: 'ENFILE' }));
  expect(talkative.logs).toMatchObject([{ msg: 'a connection could not be accepted', err: { code: 'ENFILE' } }]);
  expect(await restClient(talkative.url).get('/health/live')).toMatchObject({ status: 200 });
});
