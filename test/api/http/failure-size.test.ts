import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { NEW_TICKET } from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

const MOST = 16 * 1024;

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

interface Sent {
  method?: string;
  token?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** The status and the size of an answer. */
async function sizeOf(path: string, { method = 'POST', token = customerToken(), body, headers }: Sent) {
  const answer = await fetch(server.url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const { byteLength } = await answer.arrayBuffer();
  return { status: answer.status, byteLength };
}

const keys = (count: number, length: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${index}${'"'.repeat(length)}`, 0]));
/** As long as a URL may be: 7,000 names. */
const QUERY = Array.from({ length: 7000 }, (_, index) => String.fromCharCode(97 + (index % 26))).join('&');
const DISTINCT = Array.from({ length: 2600 }, (_, index) => index.toString(36)).join('&');
const CREATE = 'support.tickets.create';

describe('a failure is at most 16 KiB, whatever it is about', () => {
  it.each<[what: string, path: string, sent: Sent]>([
    ['query parameters that nobody knows, of a GET', `/support/tickets?${DISTINCT}`, { method: 'GET' }],
    ['the same one many times', `/support/tickets?${QUERY}`, { method: 'GET' }],
    ['query parameters of a POST', `/support/tickets?${DISTINCT}`, { body: NEW_TICKET }],
    ['an unknown field with a long name', '/support/tickets', { body: { ...NEW_TICKET, ...keys(1, 40_000) } }],
    ['many unknown fields', '/support/tickets', { body: { ...NEW_TICKET, ...keys(100, 300) } }],
    ['many unknown fields within one', '/desk/tickets/bulk', { token: agentToken(), body: { change: keys(100, 400) } }],
    ['many wrong items', '/support/tickets', { body: { ...NEW_TICKET, attachments: Array(200).fill('') } }],
    ['a long name over tRPC', `/trpc/${CREATE}`, { body: { ...NEW_TICKET, ...keys(1, 40_000) } }],
    ['a long procedure', `/trpc/${'%01'.repeat(660)}`, { method: 'GET' }],
    [
      'a batch of 20 failures',
      `/trpc/${Array(20).fill(CREATE).join(',')}?batch=1`,
      { body: Object.fromEntries(Array.from({ length: 20 }, (_, index) => [index, keys(4, 300)])) },
    ],
    [
      'a batch of 20 that are not there',
      `/trpc/${Array(20).fill('%01'.repeat(32)).join(',')}?batch=1`,
      { method: 'GET' },
    ],
  ])('%s', async (_what, path, sent) => {
    const { status, byteLength } = await sizeOf(path, sent);
    expect([400, 404, 413]).toContain(status);
    expect(byteLength).toBeLessThanOrEqual(MOST);
  });
});
