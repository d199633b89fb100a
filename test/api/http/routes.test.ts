import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { failureOf } from '../../support/failures.js';
import { rawRequest } from '../../support/raw-request.js';
import { send } from '../../support/send.js';
import { openRest } from '../../support/surfaces.js';
import { openTicket, withoutEffect } from '../../support/tickets.js';
import { customerToken } from '../../support/tokens.js';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

const token = customerToken();

const NO_ENDPOINT = { status: 404, code: 'NOT_FOUND', message: 'No such endpoint: see /docs for those there are' };
const WRONG_METHOD = {
  status: 405,
  code: 'METHOD_NOT_ALLOWED',
  message: 'This endpoint does not answer that method: see the Allow header',
};

describe('a path that leads nowhere is 404', () => {
  const PATHS = [
    '/',
    '/support',
    '/support/tickets/',
    '/Support/tickets',
    '/support/tickets/ticket_123/messages/msg_1',
    '/support//tickets',
    '/trpc',
    '/trpc/support/tickets',
    '/index.php?a=%zz',
    '/docs/static/nothing.js',
  ];

  it.each(PATHS)('POST %s', async (path) => {
    expect(failureOf(await send(server.url + path, { method: 'POST', token }))).toEqual(NO_ENDPOINT);
  });

  it.each(PATHS.filter((path) => path !== '/support/tickets/'))('GET %s, with or without a token', async (path) => {
    expect(failureOf(await send(server.url + path, { token }))).toEqual(NO_ENDPOINT);
    expect(failureOf(await send(server.url + path))).toEqual(NO_ENDPOINT);
  });

  it.each([
    ['malformed JSON', { 'content-type': 'application/json' }, '{'],
    ['another media type', { 'content-type': 'text/plain' }, 'text'],
    ['a body that is too large', { 'content-type': 'application/json' }, 'a'.repeat(2 ** 20 + 1)],
  ])('whatever the body: %s', async (_case, headers, body) => {
    const answer = await send(`${server.url}/nowhere`, { method: 'POST', token, headers, body });
    expect(failureOf(answer)).toEqual(NO_ENDPOINT);
  });

  it('HEAD, without a body', async () => {
    expect(await send(`${server.url}/nowhere`, { method: 'HEAD' })).toMatchObject({ status: 404, body: null });
  });
});

describe('a method that a path does not have is 405 with Allow', () => {
  it.each([
    ['/support/tickets', ['PUT', 'PATCH', 'DELETE', 'OPTIONS'], 'GET, HEAD, POST'],
    ['/support/tickets?status=Open', ['DELETE'], 'GET, HEAD, POST'],
    ['/support/tickets/ticket_123', ['POST', 'PUT', 'DELETE'], 'GET, HEAD'],
    ['/support/tickets/ticket_123/messages', ['PUT', 'PATCH', 'DELETE'], 'GET, HEAD, POST'],
    ['/support/tickets/ticket_123/close', ['GET', 'PUT'], 'POST'],
    ['/support/categories', ['POST'], 'GET, HEAD'],
    ['/health/live', ['POST'], 'GET, HEAD'],
    ['/health/ready', ['DELETE'], 'GET, HEAD'],
    ['/openapi.json', ['PUT'], 'GET, HEAD'],
    ['/trpc/support.tickets.list', ['HEAD', 'PUT', 'DELETE', 'OPTIONS'], 'GET, POST'],
  ])('%s', async (path, methods, allow) => {
    for (const method of methods) {
      const answer = await send(server.url + path, { method, token });
      expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, allow]);
      if (method !== 'HEAD') expect(failureOf(answer)).toEqual(WRONG_METHOD);
      expect(answer.headers.get('x-request-id')).not.toBeNull();
    }
  });

  it.each(['TRACE', 'PROPFIND', 'PURGE', 'M-SEARCH', 'REPORT'])(
    '%s, which Node knows and Fastify does not',
    async (method) => {
      const answer = await rawRequest(server.url, `${method} /support/tickets HTTP/1.1\r\nHost: test\r\n\r\n`);
      expect(failureOf(answer)).toEqual(WRONG_METHOD);
      expect(answer.headers.get('allow')).toBe('GET, HEAD, POST');
      const nowhere = await rawRequest(server.url, `${method} /nowhere HTTP/1.1\r\nHost: test\r\n\r\n`);
      expect(failureOf(nowhere)).toEqual(NO_ENDPOINT);
    },
  );

  it('needs no token, and reads no body', async () => {
    const headers = { 'content-type': 'application/json' };
    const answer = await send(`${server.url}/support/tickets`, { method: 'PUT', headers, body: '{' });
    expect(failureOf(answer)).toEqual(WRONG_METHOD);
  });
});

describe('HEAD', () => {
  it.each(['/support/tickets', '/support/categories', '/health/live', '/health/ready', '/openapi.json'])(
    'of %s has the headers of GET and no body',
    async (path) => {
      const [head, get] = [
        await send(server.url + path, { method: 'HEAD', token }),
        await send(server.url + path, { token }),
      ];
      // fetch asks to close the connection after HEAD.
      const ofOneRequest = /^(x-request-id|date|connection|keep-alive)$/;
      const comparable = (headers: Headers) =>
        Object.fromEntries([...headers].filter(([name]) => !ofOneRequest.test(name)));
      expect(head.status).toBe(200);
      expect(head.body).toBeNull();
      expect(comparable(head.headers)).toEqual(comparable(get.headers));
    },
  );

  it('asks for a token where GET does', async () => {
    expect((await send(`${server.url}/support/tickets`, { method: 'HEAD' })).status).toBe(401);
  });

  it('finds what GET finds', async () => {
    const ticketId = await openTicket(openRest(server.url, token));
    const ask = (id: string) => send(`${server.url}/support/tickets/${id}`, { method: 'HEAD', token });
    expect((await ask(ticketId)).status).toBe(200);
    expect((await ask('ticket_123')).status).toBe(404);
  });
});

describe('a URL', () => {
  it.each(['/support/tickets/%', '/support/tickets/%zz', '/support/tickets/%ED%A0%80', '/%c0%af', '/trpc/%E0%A4%A'])(
    'with a malformed percent-escape is a 400: %s',
    async (path) => {
      expect(failureOf(await send(server.url + path, { token }))).toEqual({
        status: 400,
        code: 'BAD_REQUEST',
        message: 'Invalid request',
        details: [{ path: '', message: 'The URL has a malformed percent-escape' }],
      });
    },
  );

  it.each([
    ['REST', `/support/tickets/${'a'.repeat(2001)}`],
    ['tRPC', `/trpc/${'support.tickets.list,'.repeat(100)}?batch=1`],
  ])('with a part of more than 2,000 characters is a 414 over %s', async (_surface, path) => {
    const answer = await send(server.url + path, { token });
    expect(failureOf(answer)).toEqual({ status: 414, code: 'URI_TOO_LONG', message: 'The URL is too long' });
    expect(answer.headers.get('x-request-id')).not.toBeNull();
  });

  it('may have escapes that are well-formed, and still names what it names', async () => {
    const ticketId = await openTicket(openRest(server.url, token));
    const path = `/support/tickets/${ticketId.replace('_', '%5F').replace('t', '%74')}`;
    expect((await send(server.url + path, { token })).body.data.ticketId).toBe(ticketId);
  });
});

describe('what stands in the wrong place is refused by name, and nothing is stored', () => {
  const post = (path: string, body: object) =>
    withoutEffect(server.db, async () => {
      const headers = { 'content-type': 'application/json' };
      return send(server.url + path, { method: 'POST', token, headers, body: JSON.stringify(body) });
    });
  const unknown = (path: string) => ({ path, message: 'Unknown field: this operation does not take it' });
  const ticket = { subject: 'A subject', description: 'A description', categoryId: 'category_001' };

  it('a query on POST', async () => {
    expect(failureOf(await post('/support/tickets?priority=High&__proto__=1', ticket))).toEqual({
      status: 400,
      code: 'BAD_REQUEST',
      message: 'Invalid ticket data',
      details: [unknown('priority'), unknown('__proto__')],
    });
  });

  it('a query on POST, together with what is wrong in the body', async () => {
    expect(failureOf(await post('/support/tickets?q=1', { ...ticket, subject: '', foo: 1 }))).toMatchObject({
      details: [unknown('q'), { path: 'subject' }, unknown('foo')],
    });
  });

  it.each(['messages', 'close'])('ticketId in the body of %s, be it the right one', async (operation) => {
    const ticketId = await openTicket(openRest(server.url, token));
    const body = { ticketId, ...(operation === 'messages' && { message: 'Hello' }) };
    expect(failureOf(await post(`/support/tickets/${ticketId}/${operation}`, body))).toMatchObject({
      status: 400,
      code: 'BAD_REQUEST',
      details: [unknown('ticketId')],
    });
  });

  it.each(['/support/tickets', '/support/tickets/ticket_123', '/support/categories'])(
    'a body on GET %s',
    async (path) => {
      const head = `GET ${path} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer ${token}\r\n`;
      const sent = [
        'Content-Type: application/json\r\nContent-Length: 19\r\n\r\n{"status":"Closed"}',
        'Transfer-Encoding: chunked\r\n\r\n13\r\n{"status":"Closed"}\r\n0\r\n\r\n',
      ];
      for (const body of sent) {
        expect(failureOf(await rawRequest(server.url, head + body))).toEqual({
          status: 400,
          code: 'BAD_REQUEST',
          message: 'Invalid request',
          details: [{ path: '', message: 'This operation takes no body' }],
        });
      }
      expect((await rawRequest(server.url, `${head}Content-Length: 0\r\n\r\n`)).status).not.toBe(400);
    },
  );

  it('a query on the details of a ticket', async () => {
    const ticketId = await openTicket(openRest(server.url, token));
    const answer = await send(`${server.url}/support/tickets/${ticketId}?expand=messages&ticketId=x`, { token });
    expect(failureOf(answer)).toMatchObject({ status: 400, details: [unknown('ticketId'), unknown('expand')] });
  });
});
