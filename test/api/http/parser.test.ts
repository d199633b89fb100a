import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { failureOf } from '../../support/failures.js';
import { connectTo, rawRequest } from '../../support/raw-request.js';
import { customerToken } from '../../support/tokens.js';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

const HOST = 'Host: test\r\n';
const AUTHORIZATION = `Authorization: Bearer ${customerToken()}\r\n`;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const MALFORMED = {
  status: 400,
  code: 'BAD_REQUEST',
  message: 'Invalid request',
  details: [{ path: '', message: 'This is not a well-formed HTTP/1.1 request' }],
};
const URL_TOO_LONG = { status: 414, code: 'URI_TOO_LONG', message: 'The URL is too long' };
const HEADERS_TOO_LARGE = { status: 431, code: 'HEADERS_TOO_LARGE', message: 'The request headers are too large' };

describe('what the HTTP parser refuses under /trpc comes in the shape of tRPC', () => {
  const CALL = '/trpc/support.tickets.list';
  it.each([
    ['a space in a header name', `GET ${CALL} HTTP/1.1\r\n${HOST}X Y: z\r\n\r\n`, 'BAD_REQUEST', 400],
    ['a length that is no number', `POST ${CALL} HTTP/1.1\r\n${HOST}Content-Length: x\r\n\r\n`, 'BAD_REQUEST', 400],
    ['headers too large', `GET ${CALL} HTTP/1.1\r\n${HOST}X: ${'x'.repeat(20_000)}\r\n\r\n`, 'HEADERS_TOO_LARGE', 431],
    ['too long a URL', `GET ${CALL}?input=${'x'.repeat(20_000)} HTTP/1.1\r\n${HOST}\r\n`, 'URI_TOO_LONG', 414],
  ])('%s', async (_what, request, code, httpStatus) => {
    const answer = await rawRequest(server.url, request);
    expect(answer.status).toBe(httpStatus);
    expect(answer.body).toMatchObject({ error: { code: -32600, data: { code, httpStatus } } });
  });

  it('but not a REST request whose header tells of a call', async () => {
    const request = `GET /support/tickets HTTP/1.1\r\n${HOST}X Y: GET ${CALL} HTTP/1.1\r\n\r\n`;
    expect(failureOf(await rawRequest(server.url, request))).toEqual(MALFORMED);
  });
});

describe('what the HTTP parser refuses is answered in the envelope, and the connection ends', () => {
  it.each([
    ['no HTTP at all', 'hello\r\n\r\n'],
    ['another version', `GET /support/tickets HTTP/3.0\r\n${HOST}\r\n`],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['an unknown method', `FETCH /support/tickets HTTP/1.1\r\n${HOST}\r\n`],
    ['a target that is no path', `GET support/tickets HTTP/1.1\r\n${HOST}\r\n`],
    ['a path that is not ASCII', `GET /support/tickets/é HTTP/1.1\r\n${HOST}\r\n`],
    ['a space in a header name', `GET /support/tickets HTTP/1.1\r\n${HOST}X Y: z\r\n\r\n`],
    ['a control character in a header', `GET /support/tickets HTTP/1.1\r\n${HOST}X: a\u0000b\r\n\r\n`],
    ['a length that is no number', `POST /support/tickets HTTP/1.1\r\n${HOST}Content-Length: x\r\n\r\n`],
    ['two lengths', `POST /support/tickets HTTP/1.1\r\n${HOST}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`],
    [
      'a length beside chunks',
      `POST /support/tickets HTTP/1.1\r\n${HOST}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['an unknown transfer coding', `POST /support/tickets HTTP/1.1\r\n${HOST}Transfer-Encoding: x\r\n\r\n`],
  ])('%s', async (_case, request) => {
    const answer = await rawRequest(server.url, request);
    expect(failureOf(answer)).toEqual(MALFORMED);
    expect(answer.headers.get('connection')).toBe('close');
    expect(answer.headers.get('x-request-id')).toMatch(UUID);
  });

  // The parser takes them for HTTP/0.9, and passes them on.
  it.each([
    ['of a method that we have', 'GET /support/tickets\r\n\r\n'],
    ['of RTSP', 'DESCRIBE /support/tickets\r\n\r\n'],
    ['of HTTP/2, damaged', 'PRI *!HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ])('a request line without a version, %s', async (_case, request) => {
    const answer = await rawRequest(server.url, request);
    expect(failureOf(answer)).toEqual(MALFORMED);
    expect(answer.headers.get('connection')).toBe('close');
    expect(answer.headers.get('x-request-id')).toMatch(UUID);
  });

  it('a chunk that is none, after the request was begun', async () => {
    const request = `POST /support/tickets HTTP/1.1\r\n${HOST}${AUTHORIZATION}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n`;
    expect(failureOf(await rawRequest(server.url, request))).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
  });

  it('headers that do not arrive in time', async () => {
    await using hasty = await startApp({ env: { REQUEST_TIMEOUT_MS: '200' } });
    const answer = await rawRequest(hasty.url, `GET /support/tickets HTTP/1.1\r\n${HOST}`);
    expect(failureOf(answer)).toEqual({
      status: 408,
      code: 'REQUEST_TIMEOUT',
      message: 'The request did not arrive in time',
    });
    expect(answer.headers.get('connection')).toBe('close');
  });
});

describe('a connection does not outlive its refusal', () => {
  const connections = ({ app }: TestApp) =>
    new Promise<number>((resolve) => app.server.getConnections((_error, count) => resolve(count)));

  it('when the client keeps its side open', async () => {
    await using hasty = await startApp({ env: { REQUEST_TIMEOUT_MS: '200' } });
    const socket = connectTo(hasty.url, { allowHalfOpen: true });
    socket.write(`GET /support/tickets HTTP/1.1\r\n${HOST}`);
    await once(socket.resume(), 'end');
    await vi.waitFor(async () => expect(await connections(hasty)).toBe(0), 30_000);
    socket.destroy();
  });

  it.each([
    ['a 401', ''],
    ['a 413', AUTHORIZATION],
  ])('when the client goes on sending after %s', async (_status, authorization) => {
    await using hasty = await startApp({ env: { REQUEST_TIMEOUT_MS: '1000', BODY_LIMIT: '1024' } });
    const socket = connectTo(hasty.url);
    const headers = 'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n';
    socket.write(`POST /support/tickets HTTP/1.1\r\n${HOST}${authorization}${headers}\r\n`);
    const sending = setInterval(() => socket.write(`400\r\n${'a'.repeat(1024)}\r\n`), 10);
    // It may end with a reset as well as in good order; once() would reject on the former.
    socket.on('error', () => {});
    await new Promise((resolve) => socket.resume().once('close', resolve));
    clearInterval(sending);
    await vi.waitFor(async () => expect(await connections(hasty)).toBe(0), 30_000);
  });
});

describe('a request that was refused before its body had come gets no other answer', () => {
  const head = `POST /support/tickets HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nContent-Length: 10\r\n\r\n`;
  const statusLines = (received: string) => received.match(/HTTP\/1\.1 .*/g);
  const REFUSED = ['HTTP/1.1 401 Unauthorized'];

  async function refusedOn(url: string) {
    const socket = connectTo(url).setEncoding('utf8');
    let received = '';
    socket.on('data', (text: string) => {
      received += text;
    });
    const closed = once(socket, 'close');
    socket.write(head);
    await vi.waitFor(() => expect(statusLines(received)).toEqual(REFUSED), 30_000);
    return {
      socket,
      async untilTheEnd() {
        await closed;
        return statusLines(received);
      },
    };
  }

  it('when the client ends in the middle of it', async () => {
    const { socket, untilTheEnd } = await refusedOn(server.url);
    socket.end('{"a');
    expect(await untilTheEnd()).toEqual(REFUSED);
  });

  it('when the rest of it does not arrive in time', async () => {
    await using hasty = await startApp({ env: { REQUEST_TIMEOUT_MS: '1000' } });
    const { untilTheEnd } = await refusedOn(hasty.url);
    expect(await untilTheEnd()).toEqual(REFUSED);
  });

  it('while another request may follow it', async () => {
    const { socket, untilTheEnd } = await refusedOn(server.url);
    socket.write(`0123456789GET /health/live HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`);
    expect(await untilTheEnd()).toEqual([...REFUSED, 'HTTP/1.1 200 OK']);
  });
});

describe('a URL that the parser refuses is a 414, headers are a 431', () => {
  const url = (length: number) => `GET /support/tickets?q=${'a'.repeat(length)} HTTP/1.1\r\n`;
  const header = (length: number) => `X-Long: ${'a'.repeat(length)}\r\n`;

  it.each([
    ['a URL of 17 KiB', [`${url(17_408)}${HOST}\r\n`], URL_TOO_LONG],
    ['a URL without an end', [`GET /${'a'.repeat(40_000)}`], URL_TOO_LONG],
    ['a URL in two packets', [url(17_408).slice(0, 9000), url(17_408).slice(9000)], URL_TOO_LONG],
    ['a header of 17 KiB', [`GET / HTTP/1.1\r\n${HOST}${header(17_408)}\r\n`], HEADERS_TOO_LARGE],
    [
      'a header in two packets',
      [`GET / HTTP/1.1\r\n${header(17_408).slice(0, 9000)}`, `${'a'.repeat(9000)}\r\n`],
      HEADERS_TOO_LARGE,
    ],
    ['a thousand headers', [`GET / HTTP/1.1\r\n${HOST}${header(20).repeat(1000)}\r\n`], HEADERS_TOO_LARGE],
    ['a long URL with headers', [`${url(16_000)}${HOST}${header(600)}\r\n`], HEADERS_TOO_LARGE],
  ])('%s', async (_case, packets, expected) => {
    const answer = await inPackets(packets);
    expect(failureOf(answer)).toEqual(expected);
    expect(answer.headers.get('x-request-id')).toMatch(UUID);
  });

  it('also after other requests on the same connection', async () => {
    const socket = connectTo(server.url);
    socket.write(`GET /health/live HTTP/1.1\r\n${HOST}\r\n`);
    await once(socket, 'data');
    expect(failureOf(await rawRequest(socket, `${url(17_408)}${HOST}\r\n`))).toEqual(URL_TOO_LONG);
  });

  it('also for a client that goes on sending: closing under it would take the answer from it', async () => {
    const accepted = once(server.app.server, 'connection');
    const socket = connect({ port: Number(new URL(server.url).port), host: '127.0.0.1', allowHalfOpen: true });
    const [peer] = (await accepted) as [Socket];
    const request = `POST /support/tickets HTTP/1.1\r\n${HOST}${header(17_408)}Content-Length: 8000000\r\n\r\n`;
    socket.end(request + 'x'.repeat(8_000_000));
    const [[answer]] = await Promise.all([once(socket.setEncoding('utf8'), 'data'), once(peer, 'close')]);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(peer.bytesRead).toBe(request.length + 8_000_000);
  });

  it('while 16,000 characters of URL and headers still work', async () => {
    expect(
      (await rawRequest(server.url, `${url(12_000)}${HOST}${AUTHORIZATION}${header(3000)}\r\n`)).body.error,
    ).toEqual({
      code: 'BAD_REQUEST',
      message: 'Invalid request',
      details: [{ path: 'q', message: 'Unknown field: this operation does not take it' }],
    });
  });

  /** Each packet when the one before it has been read: the server sees them one by one. */
  async function inPackets(packets: string[]) {
    const accepted = once(server.app.server, 'connection');
    const socket = connectTo(server.url);
    const [peer] = (await accepted) as [Socket];
    let sent = 0;
    for (const packet of packets.slice(0, -1)) {
      socket.write(packet);
      sent += packet.length;
      await vi.waitFor(() => expect(peer.bytesRead).toBe(sent), 30_000);
    }
    return rawRequest(socket, packets.at(-1) ?? '');
  }
});

describe('a request that came whole', () => {
  const ticket = JSON.stringify({ subject: 's', description: 'd', categoryId: 'category_001' });
  const create = `POST /support/tickets HTTP/1.1\r\n${HOST}${AUTHORIZATION}Content-Type: application/json\r\nContent-Length: ${ticket.length}\r\n\r\n${ticket}`;

  it('is answered, although the client has closed its side', async () => {
    const socket = connectTo(server.url);
    socket.end(create);
    expect((await socket.setEncoding('utf8').toArray()).join('')).toMatch(/^HTTP\/1\.1 200 /);
  });

  // A 400 instead, taken for the answer to the ticket, made a client send it again.
  it('is done before what comes after it is refused', async () => {
    const socket = connectTo(server.url);
    socket.write(`${create}nonsense`);
    const received = (await socket.setEncoding('utf8').toArray()).join('');
    expect(received.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400']);
    const [, ticketId] = /"ticketId":"(\w+-[\w-]+)"/.exec(received) ?? [];
    expect(await server.db.reader.ticket.count({ where: { id: ticketId ?? '' } })).toBe(1);
  });

  it('compressed on its way is a 415', async () => {
    const chunks = `${ticket.length.toString(16)}\r\n${ticket}\r\n0\r\n\r\n`;
    const request = `${create.replace(/Content-Length: \d+/, 'Transfer-Encoding: gzip, chunked').replace(ticket, chunks)}`;
    expect(failureOf(await rawRequest(server.url, request))).toMatchObject({ status: 415 });
  });

  it('only in part is refused', async () => {
    const answer = await rawRequest(
      server.url,
      `${create.replace(/Content-Length: \d+/, 'Transfer-Encoding: chunked')}`,
    );
    expect(failureOf(answer)).toEqual(MALFORMED);
  });
});

it('a refused body leaves open a connection that is to stay open, and says so where it is not', async () => {
  const post = `POST /support/tickets HTTP/1.1\r\n${HOST}${AUTHORIZATION}Content-Type: text/plain\r\nContent-Length: 1\r\n`;
  expect((await rawRequest(server.url, `${post}\r\nx`)).headers.get('connection')).toBe('keep-alive');
  const last = await rawRequest(server.url, `${post}Connection: close\r\n\r\nx`);
  expect(last.headers.get('connection')).toBe('close');
});

describe('what Node would answer by itself has the envelope too', () => {
  it('CONNECT is a 405', async () => {
    const answer = await rawRequest(
      server.url,
      `CONNECT example.com:443 HTTP/1.1\r\n${HOST}X-Request-Id: mine\r\n\r\n`,
    );
    expect(failureOf(answer)).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED' });
    expect(answer.headers.get('allow')).toBe('GET, HEAD, POST');
    expect(answer.headers.get('x-request-id')).toBe('mine');
  });

  it('no Host on HTTP/1.1 is a 400', async () => {
    const answer = await rawRequest(server.url, 'GET /support/tickets HTTP/1.1\r\n\r\n');
    expect(failureOf(answer)).toEqual(MALFORMED);
    expect(answer.headers.get('x-request-id')).toMatch(UUID);
  });

  it('no Host on HTTP/1.0 is nothing to complain about', async () => {
    expect((await rawRequest(server.url, 'GET /health/live HTTP/1.0\r\n\r\n')).status).toBe(200);
  });

  it('an unknown expectation is ignored', async () => {
    const request = `GET /support/categories HTTP/1.1\r\n${HOST}${AUTHORIZATION}Expect: a-miracle\r\n\r\n`;
    expect((await rawRequest(server.url, request)).status).toBe(200);
  });

  it.each([
    ['REST', '/support/categories'],
    ['tRPC', '/trpc/support.categories.list'],
  ])('a Host that is none does no harm over %s', async (_surface, path) => {
    const request = `GET ${path} HTTP/1.1\r\nHost: a b/c?%%\r\n${AUTHORIZATION}\r\n`;
    expect([200, 400]).toContain((await rawRequest(server.url, request)).status);
  });
});
