import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trpcBounds } from '../../../src/http/limits/body-bounds.js';
import { appRouter } from '../../../src/router.js';
import { startApp, type TestApp } from '../../support/app.js';
import { failureOf } from '../../support/failures.js';
import { connectTo, rawRequest } from '../../support/raw-request.js';
import { send } from '../../support/send.js';
import { openRest } from '../../support/surfaces.js';
import { openTicket, withoutEffect } from '../../support/tickets.js';
import { customerToken } from '../../support/tokens.js';

let server: TestApp;
beforeAll(async () => {
  server = await startApp({ env: { LOG_LEVEL: 'info' } });
});
afterAll(() => server[Symbol.asyncDispose]());

const token = customerToken();
const TICKET = JSON.stringify({ subject: 'A subject', description: 'A description', categoryId: 'category_001' });
const JSON_TYPE = { 'content-type': 'application/json' };

const WRONG_TYPE = {
  status: 415,
  code: 'UNSUPPORTED_MEDIA_TYPE',
  message: 'Send the body as application/json in UTF-8, not compressed',
};
const TOO_LARGE = { status: 413, code: 'PAYLOAD_TOO_LARGE', message: 'The request body is too large' };
/** What a ticket may have at most: its texts with each character escaped, and some room. */
const MOST = trpcBounds(appRouter)(['support.tickets.create']).bytes;

describe.each([
  ['REST', '/support/tickets'],
  ['tRPC', '/trpc/support.tickets.create'],
])('a body over %s', (_name, path) => {
  const post = (body: RequestInit['body'], headers: Record<string, string> = JSON_TYPE) =>
    send(server.url + path, { method: 'POST', token, headers, body: body ?? null });
  const refused = async (...parts: Parameters<typeof post>) =>
    failureOf(await withoutEffect(server.db, () => post(...parts)));

  it.each(['{', '{"subject":}', "{'subject':1}", '{"subject":1,}', 'undefined', 'NaN', `${TICKET}{}`])(
    'that is no JSON is a 400, and nothing is stored: %s',
    async (body) => {
      expect(await refused(body)).toMatchObject({
        status: 400,
        code: 'BAD_REQUEST',
        message: 'Invalid ticket data',
        details: [{ path: '', message: expect.any(String) }],
      });
    },
  );

  it.each(['null', '[]', `[${TICKET}]`, '"text"', '5', 'true'])(
    'that is JSON but no object is a 400, and nothing is stored: %s',
    async (body) => {
      expect(await refused(body)).toMatchObject({
        status: 400,
        code: 'BAD_REQUEST',
        message: 'Invalid ticket data',
        details: [{ path: '', message: expect.any(String) }],
      });
    },
  );

  it.each([
    ['a byte that never occurs', [0xff]],
    ['a sequence that ends early', [0xe2, 0x82]],
    ['an encoded surrogate', [0xed, 0xa0, 0xbd]],
    ['a longer form than needed', [0xc0, 0xaf]],
    ['Latin-1', [0xe9]],
  ])('that is not UTF-8 is a 400, and nothing is stored: %s', async (_case, bytes) => {
    const [before, after] = TICKET.split('A subject');
    const body = Buffer.concat([Buffer.from(`${before}`), Buffer.from(bytes), Buffer.from(`${after}`)]);
    expect(await refused(body)).toMatchObject({
      status: 400,
      code: 'BAD_REQUEST',
      details: [{ path: '', message: 'The body is not valid UTF-8' }],
    });
  });

  it.each([
    ['text/plain'],
    ['text/json'],
    ['application/x-www-form-urlencoded'],
    ['multipart/form-data; boundary=x'],
    ['application/octet-stream'],
    ['application/xml'],
    ['application/jsonx'],
    ['application/json-patch+json'],
    ['application/vnd.api+json'],
    ['application/json; charset=utf-16'],
    ['application/json; charset=iso-8859-1'],
    ['json'],
  ])('of type %s is a 415, and nothing is stored', async (type) => {
    expect(await refused(TICKET, { 'content-type': type })).toEqual(WRONG_TYPE);
  });

  it('of no type is a 415', async () => {
    const request = `POST ${path} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer ${token}\r\nContent-Length: 2\r\n\r\n{}`;
    expect(failureOf(await rawRequest(server.url, request))).toEqual(WRONG_TYPE);
  });

  it('as a form that a web page may send without asking is a 415', async () => {
    const form = new FormData();
    form.set('subject', 'A subject');
    form.set('file', new Blob(['a'.repeat(100_000)]));
    expect(await refused(form, {})).toEqual(WRONG_TYPE);
  });

  it.each(['gzip', 'deflate', 'br', 'gzip, identity'])('with Content-Encoding %s is a 415', async (encoding) => {
    expect(await refused(gzipSync(TICKET), { ...JSON_TYPE, 'content-encoding': encoding })).toEqual(WRONG_TYPE);
  });

  it.each([
    { 'content-type': 'application/json' },
    { 'content-type': 'Application/JSON' },
    { 'content-type': 'application/json; charset=utf-8' },
    { 'content-type': 'application/json;charset="UTF-8"' },
    { 'content-type': 'application/json; charset=utf8' },
    { 'content-type': 'application/json; charset=us-ascii' },
    { 'content-type': 'application/json', 'content-encoding': 'Identity' },
  ])('with %j is taken', async (headers) => {
    expect((await post(TICKET, headers)).status).toBe(200);
  });

  it('may have a byte order mark in front', async () => {
    expect((await post(`\ufeff${TICKET}`)).status).toBe(200);
  });

  it.each([
    ['__proto__', `{"__proto__":{"priority":"High"},${TICKET.slice(1)}`],
    ['constructor', `{"constructor":{"prototype":{"priority":"High"}},${TICKET.slice(1)}`],
    ['toString', `{"toString":"x",${TICKET.slice(1)}`],
    ['hasOwnProperty', `{"hasOwnProperty":null,${TICKET.slice(1)}`],
  ])('with the key %s is a 400 that names it', async (key, body) => {
    expect(await refused(body)).toMatchObject({
      status: 400,
      code: 'BAD_REQUEST',
      details: [{ path: key, message: 'Unknown field: this operation does not take it' }],
    });
    expect({}).not.toHaveProperty('priority');
  });

  describe('of the size that a ticket may have', () => {
    const padded = (bytes: number) => TICKET.padEnd(bytes, ' ');

    it('is taken, and one byte more is a 413', async () => {
      expect((await post(padded(MOST))).status).toBe(200);
      expect(await refused(padded(MOST + 1))).toEqual(TOO_LARGE);
    });

    it('is taken in chunks, and one byte more is a 413', async () => {
      const chunked = (bytes: number) =>
        send(server.url + path, {
          method: 'POST',
          token,
          headers: JSON_TYPE,
          body: new Blob([padded(bytes)]).stream(),
          duplex: 'half',
        });
      expect((await chunked(MOST)).status).toBe(200);
      expect(failureOf(await withoutEffect(server.db, () => chunked(MOST + 1)))).toEqual(TOO_LARGE);
    });

    it('or much more in chunks still gets its answer, and the connection goes on', async () => {
      for (let round = 0; round < 20; round++) {
        const body = new Blob(['a'.repeat(20 * MOST)]).stream();
        const answer = await send(server.url + path, {
          method: 'POST',
          token,
          headers: JSON_TYPE,
          body,
          duplex: 'half',
        });
        expect(failureOf(answer)).toEqual(TOO_LARGE);
        expect(answer.headers.get('connection')).not.toBe('close');
      }
    });

    it('or more from nobody is a 401, as it is not read', async () => {
      const body = padded(3 * MOST);
      const answer = await send(server.url + path, { method: 'POST', headers: JSON_TYPE, body });
      expect(failureOf(answer)).toEqual({ status: 401, code: 'UNAUTHORIZED', message: 'Unauthorized' });
    });
  });

  it.each(['{', '', 'text'])('from nobody is a 401, whatever it is: "%s"', async (body) => {
    const answer = await send(server.url + path, { method: 'POST', headers: { 'content-type': 'text/plain' }, body });
    expect(failureOf(answer)).toEqual({ status: 401, code: 'UNAUTHORIZED', message: 'Unauthorized' });
  });
});

describe('an empty body is no body', () => {
  const raw = (path: string, headers: string, body = '') =>
    rawRequest(
      server.url,
      `POST ${path} HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer ${token}\r\n${headers}\r\n\r\n${body}`,
    );

  it.each([
    ['no header at all', 'X-Nothing: 1'],
    ['Content-Length: 0', 'Content-Length: 0'],
    ['a type', 'Content-Type: application/json\r\nContent-Length: 0'],
    ['a type and no length', 'Content-Type: application/json'],
    ['another type', 'Content-Type: text/plain\r\nContent-Length: 0'],
    ['an empty type', 'Content-Type: \r\nContent-Length: 0'],
    ['what is no type', 'Content-Type: json\r\nContent-Length: 0'],
    ['another charset and an encoding', 'Content-Type: application/json; charset=utf-16\r\nContent-Encoding: gzip'],
  ])('with %s: it closes a ticket', async (_case, headers) => {
    const ticketId = await openTicket(openRest(server.url, token));
    expect(await raw(`/support/tickets/${ticketId}/close`, headers)).toMatchObject({
      status: 200,
      body: { data: { status: 'Closed' } },
    });
  });

  it('in no chunks: it closes a ticket', async () => {
    const ticketId = await openTicket(openRest(server.url, token));
    const answer = await raw(`/support/tickets/${ticketId}/close`, 'Transfer-Encoding: chunked', '0\r\n\r\n');
    expect(answer).toMatchObject({ status: 200, body: { data: { status: 'Closed' } } });
  });

  it.each(['null', '[]', '""', '0'])('but %s is a body, and wrong', async (body) => {
    const ticketId = await openTicket(openRest(server.url, token));
    const headers = `Content-Type: application/json\r\nContent-Length: ${body.length}`;
    expect(failureOf(await raw(`/support/tickets/${ticketId}/close`, headers, body))).toEqual({
      status: 400,
      code: 'BAD_REQUEST',
      message: 'Invalid request',
      details: [{ path: '', message: 'The body must be a JSON object' }],
    });
  });

  it('names what a ticket needs', async () => {
    expect(failureOf(await raw('/support/tickets', 'Content-Length: 0'))).toMatchObject({
      status: 400,
      message: 'Invalid ticket data',
      details: [{ path: 'subject' }, { path: 'description' }, { path: 'categoryId' }],
    });
  });

  it('over tRPC is no input', async () => {
    expect(failureOf(await raw('/trpc/support.tickets.create', 'Content-Length: 0'))).toMatchObject({
      status: 400,
      message: 'Invalid ticket data',
    });
  });
});

describe('a client that goes away while it sends its body', () => {
  it('stores nothing, and is no failure of ours', async () => {
    const headers = [
      'POST /support/tickets HTTP/1.1',
      'Host: test',
      `Authorization: Bearer ${token}`,
      'Content-Type: application/json',
      `Content-Length: ${TICKET.length}`,
      'X-Request-Id: gone-away',
    ];
    await withoutEffect(server.db, async () => {
      const socket = connectTo(server.url);
      const seen = once(server.app.server, 'request');
      socket.write(`${headers.join('\r\n')}\r\n\r\n${TICKET.slice(0, 20)}`);
      const [request] = (await seen) as [IncomingMessage];
      const closed = once(request.socket, 'close');
      socket.destroy();
      await closed;
    });
    expect((await openRest(server.url, token).categories()).ok).toBe(true);
    expect(server.logs.filter(({ reqId, level }) => reqId === 'gone-away' && level !== 'info')).toEqual([]);
  });
});
