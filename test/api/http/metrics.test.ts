import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { listenForMetrics } from '../../../src/http/lifecycle/metrics.js';
import { Metrics } from '../../../src/telemetry/metrics.js';
import { startApp, type TestApp } from '../../support/app.js';
import { openConnection } from '../../support/raw-connection.js';
import { customerToken } from '../../support/tokens.js';

const TOKEN = 'metrics-token-of-tests';
let server: TestApp;
let user: string;

beforeAll(async () => {
  server = await startApp({ env: { METRICS_TOKEN: TOKEN } });
  user = customerToken();
});
afterAll(async () => server[Symbol.asyncDispose]());

const metrics = async (authorization = `Bearer ${TOKEN}`) =>
  fetch(`${server.url}/metrics`, { headers: { authorization } });

/** The value of the one sample with this name and these labels, 0 without one. */
async function sample(name: string, labels: Record<string, string> = {}): Promise<number> {
  const lines = (await (await metrics()).text()).split('\n');
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const found = lines.filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  const line = found.find((one) => wanted.every((label) => one.includes(label)));
  return line === undefined ? 0 : Number(line.slice(line.lastIndexOf(' ')));
}

describe('GET /metrics', () => {
  it('answers whoever has its token, and nobody else', async () => {
    const answer = await metrics();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, expect.stringMatching(/^text\/plain/)]);
    for (const other of ['', `Bearer ${TOKEN}x`, `Bearer ${user}`, TOKEN]) {
      const refused = await metrics(other);
      expect([refused.status, ((await refused.json()) as { error: { code: string } }).error.code]).toEqual([
        401,
        'UNAUTHORIZED',
      ]);
    }
  });

  it('is no route without the setting', async () => {
    await using without = await startApp();
    const answer = await fetch(`${without.url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
    expect(answer.status).toBe(404);
  });

  it('counts answers by the pattern of their route, and calls by procedure, surface and code', async () => {
    const headers = { authorization: `Bearer ${user}` };
    await fetch(`${server.url}/support/tickets/ticket_nothing`, { headers });
    const input = encodeURIComponent(JSON.stringify({ page: 1, limit: 5 }));
    await fetch(`${server.url}/trpc/support.tickets.list?input=${input}`, { headers });
    await fetch(`${server.url}/no/such/path-of-a-caller`, { headers });

    const request = (route: string, status: string) =>
      sample('http_server_request_duration_seconds_count', { http_route: route, http_response_status_code: status });
    expect(await request('/support/tickets/:ticketId', '404')).toBe(1);
    expect(await request('/trpc/:path', '200')).toBe(1);
    expect(await request('unknown', '404')).toBe(1);
    const call = (procedure: string, surface: string, code: string) =>
      sample('support_procedure_duration_seconds_count', { procedure, surface, code });
    expect(await call('support.tickets.get', 'rest', 'NOT_FOUND')).toBe(1);
    expect(await call('support.tickets.list', 'trpc', 'OK')).toBe(1);
  });

  it('has nothing in it that a caller chose', async () => {
    await fetch(`${server.url}/support/tickets/chosen-by-a-caller?chosen-by-a-caller=1`, {
      headers: { authorization: `Bearer ${customerToken('chosen-by-a-caller')}` },
    });
    expect(await (await metrics()).text()).not.toContain('chosen-by-a-caller');
  });

  it('counts what is refused, by the reason', async () => {
    await using limited = await startApp({ env: { METRICS_TOKEN: TOKEN, RATE_LIMIT_USER: '1' } });
    const headers = { authorization: `Bearer ${user}` };
    const statuses = [];
    for (let call = 0; call < 3; call++) {
      statuses.push((await fetch(`${limited.url}/support/categories`, { headers })).status);
    }
    expect(statuses).toEqual([200, 429, 429]);
    const text = await (
      await fetch(`${limited.url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })
    ).text();
    expect(text).toContain('support_requests_refused_total{reason="rate-limit"} 2');
  });

  it('shows calls in flight and the most there can be', async () => {
    expect(await sample('support_calls', { state: 'max' })).toBe(512);
    expect(await sample('support_calls', { state: 'used' })).toBe(0);
  });

  it('shows open connections and the most there can be', async () => {
    const used = () => sample('support_connections', { state: 'used' });
    const idle = await Promise.all(Array.from({ length: 20 }, () => openConnection(server.url)));
    // The server accepts them one by one, and fetch() has one of its own.
    await vi.waitFor(async () => expect(await used()).toBeGreaterThanOrEqual(21));
    for (const connection of idle) connection[Symbol.dispose]();
    await vi.waitFor(async () => expect(await used()).toBeLessThan(20));
    expect(await sample('support_connections', { state: 'waiting' })).toBe(0);
    expect(await sample('support_connections', { state: 'max' })).toBe(4096);
  });
});

describe('METRICS_PORT', () => {
  it('serves the same without a token, and nothing else', async () => {
    const metricsServer = await listenForMetrics(new Metrics(), '127.0.0.1', 0);
    try {
      const { port } = metricsServer.address() as AddressInfo;
      const get = (path: string) =>
        new Promise<number | undefined>((resolve) =>
          httpRequest({ port, path, host: '127.0.0.1', agent: false }, (answer) => {
            answer.resume();
            resolve(answer.statusCode);
          }).end(),
        );
      expect([await get('/metrics'), await get('/'), await get('/support/tickets')]).toEqual([200, 404, 404]);
    } finally {
      metricsServer.close();
    }
  });
});
