import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../../src/config/config.js';
import { startApp, type TestApp } from '../../support/app.js';
import { failureOf } from '../../support/failures.js';
import { send } from '../../support/send.js';
import { agentToken, customerToken } from '../../support/tokens.js';

const ORIGIN = 'https://app.example.com';
const token = customerToken();

async function withApp(env: Record<string, string>, use: (server: TestApp) => Promise<void>): Promise<void> {
  await using server = await startApp({ env });
  await use(server);
}

/** What a browser asks before it sends a token or JSON from a page of `origin`. */
const preflight = (url: string, origin = ORIGIN) =>
  send(url, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    },
  });

const corsHeaders = ({ headers }: { headers: Headers }) =>
  [...headers.keys()].filter((name) => name.startsWith('access-control-'));

describe('security headers', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startApp();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it.each([
    ['a 200', '/support/categories', token],
    ['a 200 of tRPC', '/trpc/support.categories.list', token],
    ['a 401', '/support/categories', undefined],
    ['a 404', '/nowhere', undefined],
    ['health', '/health/live', undefined],
  ])('are on %s', async (_case, path, token) => {
    const { headers } = await send(server.url + path, token === undefined ? {} : { token });
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'referrer-policy': 'no-referrer',
      'strict-transport-security': expect.stringMatching(/^max-age=\d+/),
      'cross-origin-resource-policy': 'same-origin',
    });
    for (const telling of ['server', 'x-powered-by', 'set-cookie']) expect(headers.has(telling)).toBe(false);
  });
});

describe('Cache-Control', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startApp();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it.each([
    ['a list', 'GET', '/support/tickets', token, 200],
    ['a list of tRPC', 'GET', '/trpc/support.tickets.list', token, 200],
    ['the desk', 'GET', '/desk/tickets', agentToken(), 200],
    ['a refusal', 'GET', '/support/tickets', undefined, 401],
    ['a refusal of tRPC', 'GET', '/trpc/support.tickets.list', undefined, 401],
    ['bad input', 'POST', '/support/tickets', token, 400],
  ])('forbids to keep %s', async (_what, method, path, token, status) => {
    const answer = await send(server.url + path, token === undefined ? { method } : { method, token });
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([status, 'no-store']);
  });

  it('leaves what is the same for all to be kept', async () => {
    const answer = await fetch(`${server.url}/openapi.json`);
    expect(answer.headers.get('cache-control')).not.toBe('no-store');
  });
});

describe('Strict-Transport-Security', () => {
  it.each([
    [{}, 'max-age=31536000'],
    [{ HSTS_INCLUDE_SUBDOMAINS: 'true' }, 'max-age=31536000; includeSubDomains'],
  ])('with %j is %s', (env, value) =>
    withApp(env, async ({ url }) => {
      expect((await fetch(`${url}/health/live`)).headers.get('strict-transport-security')).toBe(value);
    }),
  );
});

describe('CORS, by default', () => {
  it('lets no page in', () =>
    withApp({}, async ({ url }) => {
      const answer = await preflight(`${url}/support/tickets`);
      expect(failureOf(answer)).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED' });
      expect(corsHeaders(answer)).toEqual([]);
      expect(corsHeaders(await send(`${url}/support/tickets`, { token, headers: { origin: ORIGIN } }))).toEqual([]);
    }));
});

describe('CORS, with CORS_ORIGINS', () => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startApp({ env: { CORS_ORIGINS: `${ORIGIN}, http://localhost:5173` } });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it.each([
    [ORIGIN, '/support/tickets'],
    [ORIGIN, '/support/tickets/ticket_123/close'],
    [ORIGIN, '/trpc/support.tickets.create'],
    ['http://localhost:5173', '/support/tickets'],
  ])('answers the preflight of %s for %s, without a token', async (origin, path) => {
    const { status, headers, body } = await preflight(server.url + path, origin);
    expect([status, body]).toEqual([204, null]);
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(headers.get('access-control-allow-methods')).toContain('POST');
    expect(headers.get('access-control-allow-headers')).toBe('authorization,content-type');
    expect(headers.get('access-control-max-age')).toBe('600');
    expect(headers.get('vary')).toMatch(/Origin/i);
    expect(headers.has('x-request-id')).toBe(true);
  });

  it.each(['https://evil.example.com', 'https://app.example.com.evil.com', 'http://app.example.com', 'null'])(
    'does not let %s in',
    async (origin) => {
      const answers = [
        await preflight(`${server.url}/support/tickets`, origin),
        await send(`${server.url}/support/tickets`, { token, headers: { origin } }),
      ];
      for (const { headers } of answers) {
        expect(headers.has('access-control-allow-origin')).toBe(false);
        expect(headers.get('vary')).toMatch(/Origin/i);
      }
    },
  );

  it.each([
    ['a 200', 'GET', '/support/tickets', 200],
    ['a 404', 'GET', '/support/tickets/ticket_123', 404],
    ['a 404 of no route', 'GET', '/nowhere', 404],
    ['a 405', 'DELETE', '/support/tickets', 405],
    ['a 400', 'GET', '/support/tickets?page=0', 400],
    ['a tRPC 400', 'GET', '/trpc/support.tickets.list?input=x', 400],
  ])('lets the page read %s, and the headers that matter', async (_case, method, path, status) => {
    const answer = await send(server.url + path, { method, token, headers: { origin: ORIGIN } });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    const exposed = answer.headers.get('access-control-expose-headers')?.split(', ');
    expect(exposed).toEqual([
      'x-request-id',
      'x-total-count',
      'link',
      'retry-after',
      'www-authenticate',
      'ratelimit',
      'ratelimit-policy',
      'idempotency-replayed',
    ]);
  });

  it('lets the page read a 401', async () => {
    const answer = await send(`${server.url}/support/tickets`, { headers: { origin: ORIGIN } });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([401, ORIGIN]);
  });

  it('sends no credentials of its own accord', async () => {
    const { headers } = await preflight(`${server.url}/support/tickets`);
    expect(headers.has('access-control-allow-credentials')).toBe(false);
  });

  it('has an answer without a body to OPTIONS that is no preflight', async () => {
    const answer = await send(`${server.url}/support/tickets`, { method: 'OPTIONS' });
    expect([answer.status, answer.body]).toEqual([204, null]);
  });
});

describe('CORS, with origins of all kinds', () => {
  const origins =
    'https://*.example.com,capacitor://localhost,ionic://localhost,tauri://localhost,chrome-extension://abc';
  it.each([
    ['https://app.example.com', true],
    ['https://a.b.example.com', true],
    ['capacitor://localhost', true],
    ['ionic://localhost', true],
    ['tauri://localhost', true],
    ['chrome-extension://abc', true],
    ['https://example.com', false],
    ['http://app.example.com', false],
    ['https://app.example.com.evil.com', false],
    ['https://evil-example.com', false],
    ['https://evil.com/.example.com', false],
    ['https://app.example.com:8443', false],
    ['capacitor://other', false],
    ['null', false],
  ])('lets %s in: %s', (origin, allowed) =>
    withApp({ CORS_ORIGINS: origins }, async ({ url }) => {
      const { headers } = await send(`${url}/support/categories`, { token, headers: { origin } });
      expect(headers.get('access-control-allow-origin')).toBe(allowed ? origin : null);
    }),
  );

  it.each([
    ['/support/tickets/%zz', 400],
    [`/support/tickets/${'x'.repeat(2001)}`, 414],
    ['/trpc/support.tickets.get%', 400],
    ['/no/such/path', 404],
  ])('lets pages read the answer to %s', (path, status) =>
    withApp({ CORS_ORIGINS: ORIGIN, LOG_LEVEL: 'info' }, async ({ url, logs }) => {
      const answer = await send(url + path, { token, headers: { origin: ORIGIN } });
      expect(answer.status).toBe(status);
      expect(answer.headers.get('access-control-allow-origin')).toBe(ORIGIN);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      await vi.waitFor(() => expect(logs.filter(({ msg }) => msg === 'request')).toMatchObject([{ status }]));
    }),
  );

  it.each([
    'https://*.com',
    'https://app.*.example.com',
    'https://*',
    'https://app.example.com/',
    'https://app.example.com:443',
    'https://App.example.com',
    'file://',
    'capacitor://*.localhost',
    'app.example.com',
    '*,https://app.example.com',
  ])('refuses at start what could never match: %s', (CORS_ORIGINS) => {
    expect(() => loadConfig({ NODE_ENV: 'test', CORS_ORIGINS })).toThrow(/^CORS_ORIGINS must be/);
  });
});

describe('CORS, with *', () => {
  it('lets every page in', () =>
    withApp({ CORS_ORIGINS: '*' }, async ({ url }) => {
      const answers = [
        await preflight(`${url}/support/tickets`, 'https://any.example.com'),
        await send(`${url}/support/tickets`, { token, headers: { origin: 'https://any.example.com' } }),
      ];
      for (const { headers } of answers) expect(headers.get('access-control-allow-origin')).toBe('*');
    }));
});
