import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { rawRequest } from '../../support/raw-request.js';
import { send } from '../../support/send.js';
import { SURFACES } from '../../support/surfaces.js';
import { customerToken } from '../../support/tokens.js';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

const token = customerToken();
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const ANSWERS = [
  ['200', 'GET', '/support/tickets'],
  ['200 of tRPC', 'GET', '/trpc/support.tickets.list'],
  ['200 of health', 'GET', '/health/live'],
  ['200 of the docs', 'GET', '/docs'],
  ['400', 'GET', '/support/tickets?page=0'],
  ['400 of a bad URL', 'GET', '/support/tickets/%zz'],
  ['404', 'GET', '/support/tickets/ticket_123'],
  ['404 of tRPC', 'GET', '/trpc/nothing'],
  ['404 of no route', 'GET', '/nowhere'],
  ['405', 'DELETE', '/support/tickets'],
  ['414', 'GET', `/support/tickets/${'a'.repeat(2001)}`],
  ['415', 'POST', '/support/tickets'],
] as const;

const init = (method: string, headers = {}) => ({ method, token, headers, ...(method === 'POST' && { body: 'text' }) });

describe('x-request-id', () => {
  it.each(ANSWERS)('comes back on a %s', async (_status, method, path) => {
    const { headers } = await fetchText(server.url + path, init(method, { 'x-request-id': 'trace-1:a_b.C' }));
    expect(headers.get('x-request-id')).toBe('trace-1:a_b.C');
  });

  it.each(ANSWERS)('is made where none came, on a %s', async (_status, method, path) => {
    const [one, two] = [
      await fetchText(server.url + path, init(method)),
      await fetchText(server.url + path, init(method)),
    ].map(({ headers }) => headers.get('x-request-id'));
    expect(one).toMatch(UUID);
    expect(two).toMatch(UUID);
    expect(one).not.toBe(two);
  });

  it('comes back on a 401', async () => {
    const answer = await send(`${server.url}/support/tickets`, { headers: { 'x-request-id': 'mine' } });
    expect(answer).toMatchObject({ status: 401 });
    expect(answer.headers.get('x-request-id')).toBe('mine');
  });

  it.each(['a', '0', 'a'.repeat(128), '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', '::1', '...'])(
    'may be %s',
    async (id) => {
      const { headers } = await send(`${server.url}/health/live`, { headers: { 'x-request-id': id } });
      expect(headers.get('x-request-id')).toBe(id);
    },
  );

  it.each([
    ['empty', ''],
    ['129 characters', 'a'.repeat(129)],
    ['with a space', 'a b'],
    ['with what a log or a page could take for its own', '{"level":"error"}<script>'],
    ['with a line end that is escaped', 'a%0d%0aset-cookie:x'],
    ['not ASCII', 'caf\u00e9'],
    ['a path', '../../etc/passwd'],
  ])('is replaced when it is %s', async (_case, id) => {
    const { headers } = await send(`${server.url}/health/live`, { headers: { 'x-request-id': id } });
    expect(headers.get('x-request-id')).toMatch(UUID);
  });

  it('is replaced when there are two', async () => {
    const request = 'GET /health/live HTTP/1.1\r\nHost: test\r\nX-Request-Id: a\r\nX-Request-Id: b\r\n\r\n';
    expect((await rawRequest(server.url, request)).headers.get('x-request-id')).toMatch(UUID);
  });

  it.each(SURFACES)('goes through the client over %s', async (_name, open) => {
    const { headers } = await open(server.url, token, { headers: { 'x-request-id': 'mine' } }).categories();
    expect(headers.get('x-request-id')).toBe('mine');
  });
});

/** As send(), for what is no JSON too. */
async function fetchText(url: string, { token, headers, ...rest }: ReturnType<typeof init> & { token: string }) {
  const answer = await fetch(url, { ...rest, headers: { authorization: `Bearer ${token}`, ...headers } });
  await answer.text();
  return answer;
}
