import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { findRedis } from '../support/find-redis.js';
import { freePort } from '../support/free-port.js';
import { restClient } from '../support/rest-client.js';
import { openTrpc } from '../support/surfaces.js';
import { startRelay } from '../support/tcp-relay.js';
import { customerToken } from '../support/tokens.js';
import { waitFor } from '../support/wait-for.js';

const redis = await findRedis();
afterAll(() => redis?.[Symbol.asyncDispose]());

const AWAY = 'rate limits: Redis is away, each instance counts by itself';
const THERE = 'rate limits: counting in Redis';

const messages = ({ logs }: TestApp) =>
  logs.map(({ msg }) => msg).filter((msg) => String(msg).startsWith('rate limits'));
const list = async (server: TestApp, user: string) =>
  (await restClient(server.url, customerToken(user)).get('/support/tickets')).status;

describe('a Redis that is away at the start', () => {
  it('keeps nobody from starting, nor from being limited', async () => {
    const url = `redis://127.0.0.1:${await freePort()}`;
    await using server = await startApp({ env: { REDIS_URL: url, RATE_LIMIT_USER: '2', LOG_LEVEL: 'info' } });
    expect([await list(server, 'a'), await list(server, 'a'), await list(server, 'a')]).toEqual([200, 200, 429]);
    expect(messages(server)).toEqual([AWAY]);
  });
});

describe.skipIf(redis === undefined)(
  redis ? 'limits in Redis' : 'limits in Redis (no Redis here: set TEST_REDIS_URL, or install redis-server)',
  () => {
    /** With keys of this test's own. */
    let url: URL;
    beforeEach(() => {
      url = new URL(redis?.url ?? '');
      url.searchParams.set('keyPrefix', `support-api-test:${randomUUID()}:`);
    });

    it('hold for all instances together', async () => {
      const env = { REDIS_URL: url.href, RATE_LIMIT_USER: '4', LOG_LEVEL: 'info' };
      await using one = await startApp({ env });
      await using two = await startApp({ env });
      expect(messages(one)).toEqual([THERE]);
      expect([await list(one, 'a'), await list(two, 'a'), await list(one, 'a'), await list(two, 'a')]).toEqual(
        Array(4).fill(200),
      );
      expect([await list(one, 'a'), await list(two, 'a')]).toEqual([429, 429]);
      expect([await list(one, 'b'), await list(two, 'b')]).toEqual([200, 200]);
    });

    it('tell the same as those in memory, and keep what they count for a minute', async () => {
      await using server = await startApp({
        env: { REDIS_URL: url.href, RATE_LIMIT_IP: '100', RATE_LIMIT_USER: '3' },
      });
      const { headers } = await restClient(server.url, customerToken('a')).get('/support/tickets');
      expect(headers.get('ratelimit-policy')).toBe('"address";q=100;w=60, "user";q=3;w=60');
      expect(headers.get('ratelimit')).toMatch(/^"address";r=99;t=[1-6]\d, "user";r=2;t=[1-6]\d$/);

      const client = new Redis(redis?.url ?? '');
      const keys = await client.keys(`${url.searchParams.get('keyPrefix')}*`);
      expect(keys.map((key) => key.replace(/.*:rate-limit:/, '')).sort()).toEqual(['address:127.0.0.1', 'user:a']);
      for (const key of keys) {
        expect(await client.get(key)).toBe('1');
        expect(await client.pttl(key)).toBeGreaterThan(0);
        expect(await client.pttl(key)).toBeLessThanOrEqual(60_000);
        // As a minute later.
        await client.del(key);
      }
      client.disconnect();
      expect(await list(server, 'a')).toBe(200);
    });

    it('take the calls of a tRPC batch, and of requests that come together, one by one', async () => {
      await using server = await startApp({ env: { REDIS_URL: url.href, RATE_LIMIT_USER: '25' } });
      const path = Array(20).fill('support.categories.list').join(',');
      const batch = () =>
        fetch(`${server.url}/trpc/${path}?batch=1`, { headers: { authorization: `Bearer ${customerToken('a')}` } });
      const first = await batch();
      expect([first.status, first.headers.get('ratelimit')?.slice(0, 10)]).toEqual([200, '"user";r=5']);
      const together = await Promise.all(Array.from({ length: 9 }, () => list(server, 'a')));
      expect(together.sort()).toEqual([...Array(5).fill(200), ...Array(4).fill(429)]);
      expect((await batch()).status).toBe(429);
      expect(await openTrpc(server.url, customerToken('a')).list()).toMatchObject({ code: 'TOO_MANY_REQUESTS' });
    });

    describe('while Redis fails', () => {
      const start = async () => {
        const { hostname, port } = new URL(redis?.url ?? '');
        const relay = await startRelay({ host: hostname, port: Number(port || 6379) });
        url.hostname = '127.0.0.1';
        url.port = String(relay.port);
        const env = { REDIS_URL: url.href, RATE_LIMIT_USER: '3', LOG_LEVEL: 'info' };
        return { relay, server: await startApp({ env }) };
      };

      it('each instance counts by itself when connections break, and together again when they are back', async () => {
        const { relay, server } = await start();
        await using _relay = relay;
        await using _server = server;
        expect([await list(server, 'a'), await list(server, 'a')]).toEqual([200, 200]);
        await relay.break();
        // Nobody is refused for it, and the quota holds in memory.
        expect([await list(server, 'a'), await list(server, 'a'), await list(server, 'a')]).toEqual([200, 200, 200]);
        expect(await list(server, 'a')).toBe(429);
        expect(messages(server)).toEqual([THERE, AWAY]);
        await relay.restore();
        await waitFor(() => messages(server).length === 3);
        expect(messages(server)).toEqual([THERE, AWAY, THERE]);
        // What was counted there before still counts.
        expect([await list(server, 'a'), await list(server, 'a')]).toEqual([200, 429]);
      });

      it('a Redis that falls silent is waited for once, not by each request', async () => {
        const { relay, server } = await start();
        await using _relay = relay;
        await using _server = server;
        expect(await list(server, 'a')).toBe(200);
        relay.fallSilent();
        expect(await list(server, 'a')).toBe(200);
        expect(messages(server)).toEqual([THERE, AWAY]);
        relay.forget();
        for (let user = 0; user < 50; user++) expect(await list(server, `user_${user}`)).toBe(200);
        // A new connection may have asked how Redis is; no request has asked it to count.
        expect(relay.sent).not.toMatch(/eval/i);
        await relay.restore();
        await waitFor(() => messages(server).length === 3);
        await list(server, 'b');
        expect(relay.sent).toMatch(/eval/i);
      });

      it('a Redis that refuses to count does not keep anybody from being served', async () => {
        const client = new Redis(redis?.url ?? '');
        await client.set(
          `${url.searchParams.get('keyPrefix')}support-api:rate-limit:user:a`,
          'no number',
          'PX',
          60_000,
        );
        client.disconnect();
        await using server = await startApp({ env: { REDIS_URL: url.href, RATE_LIMIT_USER: '2', LOG_LEVEL: 'info' } });
        expect([await list(server, 'a'), await list(server, 'a'), await list(server, 'a')]).toEqual([200, 200, 429]);
        expect(messages(server).slice(0, 2)).toEqual([THERE, AWAY]);
      });
    });
  },
);
