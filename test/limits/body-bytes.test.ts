import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { failureOf } from '../support/failures.js';
import { openConnection } from '../support/raw-connection.js';
import { restClient } from '../support/rest-client.js';
import { NEW_TICKET } from '../support/tickets.js';
import { customerToken } from '../support/tokens.js';
import { waitFor } from '../support/wait-for.js';

const MIB = 1_048_576;
const METRICS_TOKEN = 'metrics-token-of-tests';

/** Headers of a body of so many bytes, of which none comes. */
function begin(user: string, bytes: number | 'chunked'): string {
  const length = bytes === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${bytes}`;
  const token = customerToken(user);
  return `POST /support/tickets HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n${length}\r\n\r\n`;
}

describe('bodies that are on their way', () => {
  let server: TestApp;
  const open: Disposable[] = [];
  beforeAll(async () => {
    // An eighth is less than the largest body, which fits in all the same.
    const env = { BODY_BYTES_IN_FLIGHT: String(3 * MIB), BODY_LIMIT: String(MIB), METRICS_TOKEN };
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
  const send = async (user: string, bytes: number | 'chunked') => {
    const connection = await openConnection(server.url);
    open.push(connection);
    connection.write(begin(user, bytes));
    return connection;
  };

  it('have a share for each user, beyond which more of them are refused before they are sent', async () => {
    const half = Math.floor(MIB / 2);
    await send('a', half);
    await send('a', half);
    await waitFor(async () => (await inFlight()) === 2 * half);
    const refused = await send('a', half);
    expect(await refused.receive(1)).toMatchObject([{ status: 429 }]);
    // Nobody else is, and requests without a body never are.
    const answer = await restClient(server.url, customerToken('b')).post('/support/tickets', NEW_TICKET);
    expect(answer.status).toBe(200);
    expect((await restClient(server.url, customerToken('a')).get('/support/tickets')).status).toBe(200);
  });

  it('have a bound for all together', async () => {
    for (const user of ['a', 'b', 'c']) await send(user, MIB - 10);
    await waitFor(async () => (await inFlight()) === 3 * (MIB - 10));
    const refused = await restClient(server.url, customerToken('d')).post('/support/tickets', NEW_TICKET);
    expect(failureOf(refused)).toMatchObject({ status: 503, code: 'SERVICE_UNAVAILABLE' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    // Who leaves makes room.
    open.splice(0, 1)[0]?.[Symbol.dispose]();
    await waitFor(async () => (await inFlight()) === 2 * (MIB - 10));
    expect((await restClient(server.url, customerToken('d')).post('/support/tickets', NEW_TICKET)).status).toBe(200);
  });

  it('count as the largest that may come, where their length is not said', async () => {
    await send('a', 'chunked');
    await waitFor(async () => (await inFlight()) > 0);
    const refused = await send('a', MIB - 1);
    expect(await refused.receive(1)).toMatchObject([{ status: 429 }]);
  });

  it('are refused for their size where that is what is wrong', async () => {
    const refused = await send('a', MIB + 1);
    expect(await refused.receive(1)).toMatchObject([{ status: 413 }]);
  });
});

describe('bytes of bodies in a minute', () => {
  it('have a quota for each user', async () => {
    const body = { ...NEW_TICKET, description: 'x'.repeat(9_000) };
    const size = Buffer.byteLength(JSON.stringify(body));
    await using server = await startApp({ env: { RATE_LIMIT_USER_BYTES: String(2 * size + 10) } });
    const one = restClient(server.url, customerToken('a'));
    const first = await one.post('/support/tickets', body);
    expect([first.status, first.headers.get('ratelimit-policy')]).toEqual([
      200,
      `"user-bytes";q=${2 * size + 10};w=60;qu="content-bytes"`,
    ]);
    expect(first.headers.get('ratelimit')).toMatch(new RegExp(`^"user-bytes";r=${size + 10};t=\\d+$`));
    expect((await one.post('/support/tickets', body)).status).toBe(200);
    const refused = await one.post('/support/tickets', body);
    expect(failureOf(refused)).toMatchObject({ status: 429, code: 'TOO_MANY_REQUESTS' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    // Reads bring none, and others have their own.
    expect((await one.get('/support/tickets')).body.data).toHaveLength(2);
    expect((await restClient(server.url, customerToken('b')).post('/support/tickets', body)).status).toBe(200);
  });
});
