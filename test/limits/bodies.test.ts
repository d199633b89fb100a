import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { failureOf } from '../support/failures.js';
import { holdWrites } from '../support/hold-writes.js';
import { openConnection } from '../support/raw-connection.js';
import { connectTo } from '../support/raw-request.js';
import { restClient } from '../support/rest-client.js';
import { send } from '../support/send.js';
import { NEW_TICKET } from '../support/tickets.js';
import { customerToken } from '../support/tokens.js';
import { waitFor } from '../support/wait-for.js';

const TOTAL = 1_048_576;
/** More than an eighth of all: the largest body fits in any case. */
const SHARE = 150_000;
const METRICS_TOKEN = 'metrics-token-of-tests';

/** A request up to its body. */
function head(user: string, bytes: number | 'chunked', path = '/support/tickets'): string {
  const length = bytes === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${bytes}`;
  const token = customerToken(user);
  return `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n${length}\r\n\r\n`;
}

const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

describe('bodies that are on their way', () => {
  let server: TestApp;
  const open: Disposable[] = [];
  beforeAll(async () => {
    const env = {
      BODY_BYTES_IN_FLIGHT: String(TOTAL),
      BODY_LIMIT: String(SHARE),
      METRICS_TOKEN,
      SQLITE_BUSY_TIMEOUT_MS: '600000',
      TRANSACTION_TIMEOUT_MS: '600000',
      REQUEST_TIMEOUT_MS: '600000',
    };
    server = await startApp({ env });
  });
  afterAll(() => server[Symbol.asyncDispose]());
  afterEach(async () => {
    for (const connection of open.splice(0)) connection[Symbol.dispose]();
    await waitFor(async () => (await inFlight()) === 0);
  });

  const inFlight = async () => {
    const headers = { authorization: `Bearer ${METRICS_TOKEN}` };
    const text = await (await fetch(`${server.url}/metrics`, { headers })).text();
    return Number(/^support_body_bytes_in_flight (\d+)$/m.exec(text)?.[1]);
  };
  const begin = async (...sent: string[]) => {
    const connection = await openConnection(server.url);
    open.push(connection);
    for (const part of sent) connection.write(part);
    return connection;
  };

  it('have a share for each user, beyond which more of them are refused before they are sent', async () => {
    await begin(head('a', 70_000));
    await begin(head('a', 70_000));
    await waitFor(async () => (await inFlight()) === 140_000);
    const refused = await begin(head('a', 70_000));
    expect(await refused.receive(1)).toMatchObject([{ status: 429, body: { error: { code: 'TOO_MANY_REQUESTS' } } }]);
    // Nobody else is, and requests without a body never are.
    const answer = await restClient(server.url, customerToken('b')).post('/support/tickets', NEW_TICKET);
    expect(answer.status).toBe(200);
    expect((await restClient(server.url, customerToken('a')).get('/support/tickets')).status).toBe(200);
  });

  it('have a bound for all together', async () => {
    for (const user of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) await begin(head(user, 149_500));
    await waitFor(async () => (await inFlight()) === 7 * 149_500);
    const body = { ...NEW_TICKET, description: 'x'.repeat(5000) };
    const refused = await restClient(server.url, customerToken('h')).post('/support/tickets', body);
    expect(failureOf(refused)).toMatchObject({ status: 503, code: 'SERVICE_UNAVAILABLE' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    // Who leaves makes room.
    open.splice(0, 1)[0]?.[Symbol.dispose]();
    await waitFor(async () => (await inFlight()) === 6 * 149_500);
    expect((await restClient(server.url, customerToken('h')).post('/support/tickets', body)).status).toBe(200);
  });

  it('count as they come, where their length is not said', async () => {
    // Not whole from the beginning: who sends all bodies in chunks could send a few at once.
    for (let index = 0; index < 20; index++) await begin(head('a', 'chunked'), chunk('x'));
    await waitFor(async () => (await inFlight()) === 20 * 4096);
    const large = await begin(head('a', 'chunked'), chunk('x'.repeat(40_000)));
    await waitFor(async () => (await inFlight()) === 20 * 4096 + 40_000);
    large.write(chunk('x'.repeat(40_000)));
    expect(await large.receive(1)).toMatchObject([{ status: 429 }]);
  });

  it('are given up together with their connection', async () => {
    const body = JSON.stringify(NEW_TICKET);
    {
      using _held = holdWrites(server.databaseUrl);
      const connection = connectTo(server.url);
      // Those behind the first haven't begun.
      connection.write((head('a', body.length) + body).repeat(3));
      await waitFor(async () => (await inFlight()) === body.length);
      connection.resetAndDestroy();
      await waitFor(async () => (await inFlight()) === 0);
    }
  });

  it('are refused for their size where that is what is wrong', async () => {
    const refused = await begin(head('a', SHARE + 1));
    expect(await refused.receive(1)).toMatchObject([{ status: 413 }]);
    const small = await begin(head('a', 100_000, '/support/tickets/ticket_1/close'));
    expect(await small.receive(1)).toMatchObject([{ status: 413 }]);
  });

  it('are refused in thousands of pieces: each is work', async () => {
    const refused = await begin(head('a', 'chunked'), chunk(' '));
    await waitFor(async () => (await inFlight()) === 4096);
    refused.write(chunk(' ').repeat(5000));
    expect(await refused.receive(1)).toMatchObject([
      { status: 400, body: { error: { details: [{ path: '', message: 'The body comes in too many pieces' }] } } },
    ]);
  });

  it('may come in hundreds of pieces', async () => {
    const body = JSON.stringify(NEW_TICKET);
    const pieces = `${[...body].map(chunk).join('')}0\r\n\r\n`;
    const connection = await begin(head('a', 'chunked') + pieces, head('a', 'chunked'));
    expect(await connection.receive(1)).toMatchObject([{ status: 200 }]);
    connection.write(pieces);
    expect(await connection.receive(2)).toMatchObject([{ status: 200 }, { status: 200 }]);
  });

  it('are dropped where they are not read, and the connection goes on', async () => {
    const stranger = head('a', 'chunked').replace(/Authorization: .*\r\n/, '');
    const connection = await begin(`${stranger}${chunk('x').repeat(500)}`);
    expect(await connection.receive(1)).toMatchObject([{ status: 401 }]);
    connection.write(`${chunk('x').repeat(5000)}0\r\n\r\nGET /health/live HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(await connection.receive(2)).toMatchObject([{ status: 401 }, { status: 200 }]);
  });
});

describe.each([
  ['REST', '/support/tickets'],
  ['tRPC', '/trpc/support.tickets.create'],
])('a body over %s that is cheap to send and dear to read', (_name, path) => {
  it.each<[what: string, body: string]>([
    ['500,000 brackets', '['.repeat(150_000)],
    ['90,000 unknown fields', `{${Array.from({ length: 10_000 }, (_, index) => `"${index}":0`).join(',')}}`],
    ['items without end', `{"attachments":[${Array(50_000).fill('""').join(',')}]}`],
  ])('is a 400 before it is parsed: %s', async (_what, body) => {
    await using server = await startApp();
    const answer = await send(server.url + path, {
      method: 'POST',
      token: customerToken(),
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(failureOf(answer)).toMatchObject({
      status: 400,
      details: [{ path: '', message: expect.stringMatching(/than this operation takes$/) }],
    });
  });
});

describe('bytes of bodies in a minute', () => {
  const body = JSON.stringify({ ...NEW_TICKET, description: 'x'.repeat(9_000) });
  const QUOTA = 2 * body.length + 10;
  const left = (headers: Headers) => Number(/"user-bytes";r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1]);
  const start = () => startApp({ env: { RATE_LIMIT_USER_BYTES: String(QUOTA) } });
  const post = (server: TestApp, user: string, sent: { body: RequestInit['body']; duplex?: 'half' }) =>
    send(`${server.url}/support/tickets`, {
      method: 'POST',
      token: customerToken(user),
      headers: { 'content-type': 'application/json' },
      body: sent.body ?? null,
      ...(sent.duplex && { duplex: sent.duplex }),
    });

  it('have a quota for each user', async () => {
    await using server = await start();
    const first = await post(server, 'a', { body });
    expect([first.status, first.headers.get('ratelimit-policy')]).toEqual([
      200,
      `"user-bytes";q=${QUOTA};w=60;qu="content-bytes"`,
    ]);
    expect(left(first.headers)).toBe(body.length + 10);
    expect((await post(server, 'a', { body })).status).toBe(200);
    const refused = await post(server, 'a', { body });
    expect(failureOf(refused)).toMatchObject({ status: 429, code: 'TOO_MANY_REQUESTS' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    // Reads bring none, and others have their own.
    expect((await restClient(server.url, customerToken('a')).get('/support/tickets')).body.data).toHaveLength(2);
    expect((await post(server, 'b', { body })).status).toBe(200);
  });

  it('count as many as came, where their length is not said', async () => {
    await using server = await start();
    const chunked = () => post(server, 'a', { body: new Blob([body]).stream(), duplex: 'half' });
    expect(left((await chunked()).headers)).toBe(body.length + 10);
    expect(left((await chunked()).headers)).toBe(10);
    expect((await chunked()).status).toBe(429);
    expect(await server.db.reader.ticket.count()).toBe(2);
  });

  it('are not used up by what is too large to be read', async () => {
    await using server = await start();
    expect((await post(server, 'a', { body: 'x'.repeat(1_000_000) })).status).toBe(413);
    expect(left((await post(server, 'a', { body })).headers)).toBe(body.length + 10);
  });
});
