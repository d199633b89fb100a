import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trpcBounds } from '../../src/http/limits/body-bounds.js';
import { appRouter } from '../../src/router.js';
import { startApp, type TestApp } from '../support/app.js';
import { openConnection, type RawAnswer } from '../support/raw-connection.js';
import { customerToken } from '../support/tokens.js';
import { waitFor } from '../support/wait-for.js';

const BODY_LIMIT = trpcBounds(appRouter)(['support.tickets.create']).bytes;
const HEADER_LIMIT = 16_384;
const HEAD = `Host: x\r\nAuthorization: Bearer ${customerToken()}\r\nContent-Type: application/json\r\n`;

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

const tickets = () => server.db.reader.ticket.count();

/** The one answer to what is sent on a connection of its own. */
async function send(...parts: string[]): Promise<RawAnswer> {
  using connection = await openConnection(server.url);
  for (const part of parts) connection.write(part);
  const [answer] = await connection.receive(1);
  return answer as RawAnswer;
}

const ticket = { subject: 's', description: 'd', categoryId: 'category_001' };

/** A good ticket as JSON of exactly so many bytes. */
const ticketOf = (bytes: number) => JSON.stringify(ticket).padEnd(bytes, ' ');

const tooLarge = { error: { code: 'PAYLOAD_TOO_LARGE' } };
const tooLargeOverTrpc = { error: { data: { code: 'PAYLOAD_TOO_LARGE', httpStatus: 413 } } };

describe.each([
  ['REST', '/support/tickets', tooLarge],
  ['tRPC', '/trpc/support.tickets.create', tooLargeOverTrpc],
])('a body over %s', (_name, path, refusal) => {
  const head = `POST ${path} HTTP/1.1\r\n${HEAD}`;

  it('may be as large as what it has to hold', async () => {
    const answer = await send(`${head}Content-Length: ${BODY_LIMIT}\r\n\r\n`, ticketOf(BODY_LIMIT));
    expect(answer.status).toBe(200);
  });

  it('is refused by its announced length, before it is sent', async () => {
    const before = await tickets();
    const answer = await send(`${head}Content-Length: ${BODY_LIMIT + 1}\r\n\r\n`);
    expect(answer).toMatchObject({ status: 413, body: refusal });
    expect(await tickets()).toBe(before);
  });

  it('is refused once it is too long, where no length was announced', async () => {
    const before = await tickets();
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    const answer = await send(`${head}Transfer-Encoding: chunked\r\n\r\n`, chunk.repeat(17));
    expect(answer).toMatchObject({ status: 413, body: refusal });
    expect(await tickets()).toBe(before);
  });

  it('has the limit that is configured', async () => {
    await using small = await startApp({ env: { BODY_LIMIT: '2048' } });
    using connection = await openConnection(small.url);
    connection.write(`${head}Content-Length: 2049\r\n\r\n`);
    expect(await connection.receive(1)).toMatchObject([{ status: 413 }]);
  });
});

describe('the request line and the headers', () => {
  const start = `GET /support/categories HTTP/1.1\r\n${HEAD}`;
  const filler = (bytes: number) => `X-Filler: ${'x'.repeat(bytes)}\r\n`;

  it('may have nearly 16 KiB together', async () => {
    expect(await send(`${start}${filler(HEADER_LIMIT - start.length - 100)}\r\n`)).toMatchObject({ status: 200 });
  });

  it('are refused with 431 beyond', async () => {
    expect(await send(`${start}${filler(HEADER_LIMIT)}\r\n`)).toMatchObject({
      status: 431,
      headers: { connection: 'close' },
      body: { error: { code: 'HEADERS_TOO_LARGE' } },
    });
  });

  it('are refused with 414 where the URL alone is too long', async () => {
    expect(await send(`GET /${'x'.repeat(HEADER_LIMIT)}`)).toMatchObject({
      status: 414,
      body: { error: { code: 'URI_TOO_LONG' } },
    });
    expect(await send(`GET /support/tickets/${'x'.repeat(3000)} HTTP/1.1\r\n${HEAD}\r\n`)).toMatchObject({
      status: 414,
      body: { error: { code: 'URI_TOO_LONG' } },
    });
  });
});

describe('a tRPC batch', () => {
  const batch = (calls: number) => {
    const path = Array(calls).fill('support.tickets.create').join(',');
    const body = JSON.stringify(Object.fromEntries(Array.from({ length: calls }, (_, index) => [index, ticket])));
    return send(`POST /trpc/${path}?batch=1 HTTP/1.1\r\n${HEAD}Content-Length: ${body.length}\r\n\r\n`, body);
  };

  it('may have 20 calls', async () => {
    const before = await tickets();
    expect(await batch(20)).toMatchObject({ status: 200 });
    expect(await tickets()).toBe(before + 20);
  });

  it('is refused whole beyond', async () => {
    const before = await tickets();
    const { status, body } = await batch(21);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: { data: { code: 'BAD_REQUEST' } } });
    expect(await tickets()).toBe(before);
  });
});

describe('requests that are sent without waiting for answers', () => {
  it('are all answered, in their order', async () => {
    const COUNT = 1000;
    await using patient = await startApp({ env: { REQUEST_TIMEOUT_MS: '600000' } });
    using connection = await openConnection(patient.url);
    connection.write(
      Array.from(
        { length: COUNT },
        (_, index) => `GET /support/categories HTTP/1.1\r\n${HEAD}X-Request-Id: ${index}\r\n\r\n`,
      ).join(''),
    );
    const answers = await connection.receive(COUNT);
    expect(answers.map(({ headers }) => Number(headers['x-request-id']))).toEqual([...Array(COUNT).keys()]);
    // They may be more than MAX_IN_FLIGHT, or a user's share of it: then some are refused, and none is dropped.
    expect([200, 429, 503]).toEqual(expect.arrayContaining([...new Set(answers.map(({ status }) => status))]));
    expect(answers[0]?.status).toBe(200);
  });
});

describe('connections', () => {
  it('have a bound, and those within it go on', async () => {
    await using bounded = await startApp({ env: { MAX_CONNECTIONS: '3', LOG_LEVEL: 'warn' } });
    const ask = 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n';
    const open = await Promise.all([1, 2, 3].map(() => openConnection(bounded.url)));
    for (const connection of open) connection.write(ask);
    for (const connection of open) expect(await connection.receive(1)).toMatchObject([{ status: 200 }]);

    using beyond = await openConnection(bounded.url);
    await beyond.ended;
    expect(beyond.answers()).toEqual([]);
    expect(bounded.logs).toMatchObject([
      { level: 'warn', msg: 'overloaded: closing new connections', MAX_CONNECTIONS: 3 },
    ]);

    for (const connection of open) connection.write(ask);
    for (const connection of open) expect(await connection.receive(2)).toHaveLength(2);
    open[0]?.[Symbol.dispose]();
    await waitFor(async () => {
      using again = await openConnection(bounded.url);
      again.write(ask);
      const answers = await again.receive(1).catch(() => []);
      return answers[0]?.status === 200;
    });
    for (const connection of open) connection[Symbol.dispose]();
  });

  describe('of one address', () => {
    const ask = 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n';
    const isServed = async (url: string, localAddress: string) => {
      using connection = await openConnection(url, { localAddress });
      connection.write(ask);
      return await connection.receive(1).then(
        ([answer]) => answer?.status === 200,
        () => false,
      );
    };

    // macOS has no other address of the loopback interface unless it is added.
    it.skipIf(process.platform === 'darwin')('are a quarter of all, and others come in', async () => {
      await using bounded = await startApp({ env: { MAX_CONNECTIONS: '84', LOG_LEVEL: 'warn' } });
      const idle = await Promise.all(Array.from({ length: 21 }, () => openConnection(bounded.url)));
      expect(await isServed(bounded.url, '127.0.0.1')).toBe(false);
      expect(await isServed(bounded.url, '127.0.0.2')).toBe(true);
      expect(bounded.logs).toMatchObject([
        { level: 'warn', msg: 'overloaded: closing new connections of an address', address: '127.0.0.1', count: 1 },
      ]);
      expect(idle.filter(({ closed }) => closed)).toEqual([]);

      // One that ends makes room for the next.
      idle[0]?.[Symbol.dispose]();
      await waitFor(() => isServed(bounded.url, '127.0.0.1'));
      for (const connection of idle) connection[Symbol.dispose]();
    });

    it('are as many as a setting says', async () => {
      await using bounded = await startApp({ env: { MAX_CONNECTIONS_PER_ADDRESS: '1' } });
      using _idle = await openConnection(bounded.url);
      expect(await isServed(bounded.url, '127.0.0.1')).toBe(false);
    });

    it('have no limit for proxies that are trusted', async () => {
      await using bounded = await startApp({ env: { MAX_CONNECTIONS_PER_ADDRESS: '4', TRUST_PROXY: '127.0.0.1/32' } });
      const idle = await Promise.all(Array.from({ length: 8 }, () => openConnection(bounded.url)));
      expect(await isServed(bounded.url, '127.0.0.1')).toBe(true);
      for (const connection of idle) connection[Symbol.dispose]();
    });
  });
});
