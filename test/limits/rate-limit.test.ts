import { afterEach, describe, expect, it, vi } from 'vitest';
import { createSupportClient, supportError } from '../../src/client/index.js';
import { startApp } from '../support/app.js';
import { openConnection } from '../support/raw-connection.js';
import { restClient } from '../support/rest-client.js';
import { SURFACES } from '../support/surfaces.js';
import { agentToken, customerToken } from '../support/tokens.js';

const TICKET = { subject: 's', description: 'd', categoryId: 'category_001' };

afterEach(() => void vi.restoreAllMocks());

/** The server runs in this process: what it counts by is its clock, which can be put forward. */
function letMinutePass(): void {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + 60_000);
}

/** What is left by a `RateLimit` header, by the name of the limit. */
function left(headers: Headers): Record<string, { r: number; t: number }> {
  const items = (headers.get('ratelimit') ?? '')
    .split(', ')
    .map((item) => /^"(\w+)";r=(\d+);t=(\d+)$/.exec(item) ?? []);
  return Object.fromEntries(items.map(([, name, r, t]) => [name, { r: Number(r), t: Number(t) }]));
}

describe.each(SURFACES)('the limit of a user over %s', (_name, open) => {
  it('lets the quota through, tells what is left, and refuses what is beyond', async () => {
    await using server = await startApp({ env: { RATE_LIMIT_USER: '3' } });
    const api = open(server.url, customerToken());
    for (const remaining of [2, 1, 0]) {
      const outcome = await api.create(TICKET);
      expect(outcome.status).toBe(200);
      expect(outcome.headers.get('ratelimit-policy')).toBe('"user";q=3;w=60');
      expect(left(outcome.headers).user?.r).toBe(remaining);
    }
    const refused = await api.create(TICKET);
    expect(refused).toMatchObject({
      ok: false,
      status: 429,
      code: 'TOO_MANY_REQUESTS',
      message: 'Too many requests: see the Retry-After header',
    });
    const { r, t = 0 } = left(refused.headers).user ?? {};
    expect(r).toBe(0);
    expect(t).toBeGreaterThan(0);
    expect(t).toBeLessThanOrEqual(60);
    expect(refused.headers.get('retry-after')).toBe(String(t));
    expect(await server.db.reader.ticket.count()).toBe(3);
  });

  it('is for each user, and holds again for whoever waited', async () => {
    await using server = await startApp({ env: { RATE_LIMIT_USER: '1' } });
    const one = open(server.url, customerToken('user_1'));
    expect((await one.list()).status).toBe(200);
    expect((await one.list()).status).toBe(429);
    expect((await open(server.url, customerToken('user_2')).list()).status).toBe(200);
    // Not by token: a fresh one helps nobody.
    expect((await open(server.url, agentToken('user_1')).list()).status).toBe(429);
    letMinutePass();
    expect((await one.list()).status).toBe(200);
    expect((await one.list()).status).toBe(429);
  });

  it('does not count for whoever has no good token: that is a 401', async () => {
    await using server = await startApp({ env: { RATE_LIMIT_USER: '1' } });
    for (const token of [undefined, 'x.y.z', undefined, 'x.y.z']) {
      expect((await open(server.url, token).list()).status).toBe(401);
    }
    expect((await open(server.url, customerToken()).list()).status).toBe(200);
  });
});

describe.each(SURFACES)('the limit of an address over %s', (_name, open) => {
  it('comes before the token is looked at, and holds for good and bad ones together', async () => {
    await using server = await startApp({ env: { RATE_LIMIT_IP: '3' } });
    expect((await open(server.url, 'x.y.z').list()).status).toBe(401);
    expect((await open(server.url).list()).status).toBe(401);
    expect((await open(server.url, customerToken()).list()).status).toBe(200);
    for (const token of ['x.y.z', customerToken('user_1'), customerToken('user_2')]) {
      const outcome = await open(server.url, token).list();
      expect(outcome).toMatchObject({ status: 429, code: 'TOO_MANY_REQUESTS' });
      expect(Number(outcome.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    letMinutePass();
    expect((await open(server.url, customerToken()).list()).status).toBe(200);
  });
});

describe('the limit of an address', () => {
  it('counts what nobody serves as well, and never the health endpoints', async () => {
    await using server = await startApp({ env: { RATE_LIMIT_IP: '3' } });
    const api = restClient(server.url);
    expect((await api.get('/nowhere')).status).toBe(404);
    expect((await api.post('/openapi.json')).status).toBe(405);
    expect((await api.get('/openapi.json')).status).toBe(200);
    expect((await api.get('/nowhere')).status).toBe(429);
    for (const path of ['/health/live', '/health/ready']) {
      const { status, headers } = await api.get(path);
      expect(status).toBe(200);
      expect(headers.get('ratelimit')).toBeNull();
    }
  });

  it('refuses before the body is sent', async () => {
    await using server = await startApp({ env: { RATE_LIMIT_IP: '1' } });
    using connection = await openConnection(server.url);
    // Together: the first must not be refused for the second.
    connection.write('GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n');
    connection.write('POST /support/tickets HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n');
    expect(await connection.receive(2)).toMatchObject([{ status: 404 }, { status: 429 }]);
  });

  it('leaves a line in the log that names the address', async () => {
    await using server = await startApp({ env: { RATE_LIMIT_IP: '1', LOG_LEVEL: 'info' } });
    await restClient(server.url).get('/nowhere');
    await restClient(server.url).get('/nowhere');
    const lines = server.logs.filter(({ msg }) => msg === 'request');
    expect(lines).toMatchObject([{ status: 404 }, { status: 429, address: '127.0.0.1' }]);
    expect(lines[0]).not.toHaveProperty('address');
  });
});

describe('the address that counts', () => {
  const ask = async (url: string, forwarded: string) =>
    (await fetch(`${url}/nowhere`, { headers: { 'x-forwarded-for': forwarded } })).status;

  it("is the connection's, whatever a client claims", async () => {
    await using server = await startApp({ env: { RATE_LIMIT_IP: '1' } });
    expect(await ask(server.url, '192.0.2.1')).toBe(404);
    expect(await ask(server.url, '192.0.2.2')).toBe(429);
  });

  it('is what a trusted proxy saw: the last entry, as a client may send the ones before', async () => {
    await using server = await startApp({ env: { RATE_LIMIT_IP: '1', TRUST_PROXY: 'loopback' } });
    expect(await ask(server.url, '192.0.2.1')).toBe(404);
    expect(await ask(server.url, '192.0.2.2')).toBe(404);
    expect(await ask(server.url, '192.0.2.1')).toBe(429);
    expect(await ask(server.url, '198.51.100.7, 192.0.2.1')).toBe(429);
  });

  it("is the proxy's own where it passes on what is no address", async () => {
    await using server = await startApp({ env: { RATE_LIMIT_IP: '1', TRUST_PROXY: 'loopback' } });
    expect(await ask(server.url, 'unknown')).toBe(404);
    expect(await ask(server.url, 'somebody else')).toBe(429);
  });

  it('is one for a /64 of IPv6, and for an IPv4 address in either notation', async () => {
    await using server = await startApp({ env: { RATE_LIMIT_IP: '1', TRUST_PROXY: 'loopback' } });
    expect(await ask(server.url, '2001:db8:1:2:3:4:5:6')).toBe(404);
    expect(await ask(server.url, '2001:db8:1:2::1')).toBe(429);
    expect(await ask(server.url, '2001:DB8:0001:0002::1')).toBe(429);
    expect(await ask(server.url, '2001:db8:1:3::1')).toBe(404);
    expect(await ask(server.url, '192.0.2.1')).toBe(404);
    expect(await ask(server.url, '::ffff:192.0.2.1')).toBe(429);
  });
});

describe('a tRPC batch', () => {
  const codes = (url: string, calls: number) => {
    const { support } = createSupportClient({ url, token: customerToken() });
    const call = () =>
      support.tickets.create.mutate(TICKET).then(
        () => 'served',
        (error) => supportError(error)?.code,
      );
    return Promise.all(Array.from({ length: calls }, call));
  };

  it.each(['RATE_LIMIT_USER', 'RATE_LIMIT_IP'])('costs what its calls cost, by %s', async (limit) => {
    await using server = await startApp({ env: { [limit]: '45' } });
    expect(await codes(server.url, 20)).toEqual(Array(20).fill('served'));
    expect(await codes(server.url, 20)).toEqual(Array(20).fill('served'));
    expect(await codes(server.url, 5)).toEqual(Array(5).fill('served'));
    expect(await codes(server.url, 1)).toEqual(['TOO_MANY_REQUESTS']);
    expect(await server.db.reader.ticket.count()).toBe(45);
  });

  it('is refused whole where less than it costs is left', async () => {
    await using server = await startApp({ env: { RATE_LIMIT_USER: '45' } });
    await codes(server.url, 20);
    await codes(server.url, 20);
    expect(await codes(server.url, 6)).toEqual(Array(6).fill('TOO_MANY_REQUESTS'));
    expect(await server.db.reader.ticket.count()).toBe(40);
  });

  it('that is longer than any may be costs no more than the longest', async () => {
    await using server = await startApp({ env: { RATE_LIMIT_USER: '100' } });
    const path = Array(60).fill('support.categories.list').join(',');
    const { status, headers } = await fetch(`${server.url}/trpc/${path}?batch=1`, {
      headers: { authorization: `Bearer ${customerToken()}` },
    });
    expect(status).toBe(400);
    expect(left(headers).user?.r).toBe(80);
  });
});

describe('the limits', () => {
  it('are generous by default, and both told', async () => {
    await using server = await startApp({ env: { RATE_LIMIT_IP: '', RATE_LIMIT_USER: '' } });
    const { headers } = await restClient(server.url, customerToken()).get('/support/tickets');
    expect(headers.get('ratelimit-policy')).toBe('"address";q=12000;w=60, "user";q=1200;w=60');
    expect(left(headers)).toMatchObject({ address: { r: 11_999, t: 60 }, user: { r: 1199, t: 60 } });
  });

  it('are off at 0', async () => {
    await using server = await startApp({ env: { RATE_LIMIT_IP: '0', RATE_LIMIT_USER: '0' } });
    const { headers } = await restClient(server.url, customerToken()).get('/support/tickets');
    expect(headers.get('ratelimit-policy')).toBeNull();
    expect(headers.get('ratelimit')).toBeNull();
  });

  it('show to the pages that may call', async () => {
    await using server = await startApp({ env: { RATE_LIMIT_IP: '1', CORS_ORIGINS: 'https://app.example.com' } });
    const origin = { origin: 'https://app.example.com' };
    // A preflight is the browser's, and asks for nothing.
    const preflight = await fetch(`${server.url}/support/tickets`, {
      method: 'OPTIONS',
      headers: { ...origin, 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(204);
    await fetch(server.url, { headers: origin });
    const { status, headers } = await fetch(server.url, { headers: origin });
    expect(status).toBe(429);
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(headers.get('access-control-expose-headers')).toMatch(/retry-after.*ratelimit, ratelimit-policy/);
  });
});
