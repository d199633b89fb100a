import { createTRPCClient, httpBatchStreamLink, httpLink } from '@trpc/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppRouter, createSupportClient, supportError } from '../../../src/client/index.js';
import { startApp, type TestApp } from '../../support/app.js';
import { failureOf } from '../../support/failures.js';
import { send } from '../../support/send.js';
import { openTrpc } from '../../support/surfaces.js';
import { dataOf, NEW_TICKET, newUser, openTicket, withoutEffect } from '../../support/tickets.js';
import { agentToken, customerToken } from '../../support/tokens.js';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

const token = customerToken();
const NOT_READABLE = {
  status: 400,
  code: 'BAD_REQUEST',
  message: 'Invalid request',
  details: [{ path: '', message: 'The request cannot be read' }],
};

const ask = (path: string, input?: unknown) => {
  const url = new URL(`${server.url}/trpc/${path}`);
  if (input !== undefined) url.searchParams.set('input', typeof input === 'string' ? input : JSON.stringify(input));
  return send(url.href, { token });
};
const post = (path: string, body: unknown) =>
  send(`${server.url}/trpc/${path}`, {
    method: 'POST',
    token,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

describe('a batch', () => {
  it('of 20 calls is answered, each with its own result', async () => {
    const customer = openTrpc(server.url, token);
    const ids = [await openTicket(customer), await openTicket(customer)];
    const calls = Array.from({ length: 20 }, (_, index) => ids[index % 2]);
    const input = Object.fromEntries(calls.map((ticketId, index) => [index, { ticketId }]));
    const { status, body } = await ask(`${calls.map(() => 'support.tickets.get').join(',')}?batch=1`, input);
    expect(status).toBe(200);
    expect(body.map(({ result }: { result: { data: { ticketId: string } } }) => result.data.ticketId)).toEqual(calls);
  });

  it('of 20 calls that may give much text is answered: they share one place among such answers of a user', async () => {
    const ticketId = await openTicket(openTrpc(server.url, token));
    const calls = Array.from({ length: 20 }, () => 'desk.tickets.get').join(',');
    const input = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [index, { ticketId }]));
    const url = new URL(`${server.url}/trpc/${calls}?batch=1`);
    url.searchParams.set('input', JSON.stringify(input));
    const { status, body } = await send(url.href, { token: agentToken() });
    expect(status).toBe(200);
    expect(body).toHaveLength(20);
  });

  it('of 21 calls is refused whole, and none of them is made', async () => {
    const calls = Array.from({ length: 21 }, () => 'support.tickets.create').join(',');
    const input = Object.fromEntries(Array.from({ length: 21 }, (_, index) => [index, NEW_TICKET]));
    const answer = await withoutEffect(server.db, () => post(`${calls}?batch=1`, input));
    expect(failureOf(answer)).toEqual({
      ...NOT_READABLE,
      details: [{ path: '', message: 'A batch has at most 20 calls' }],
    });
  });

  it('of more calls is split by the typed client', async () => {
    const client = createSupportClient({ url: server.url, token });
    const lists = await Promise.all(Array.from({ length: 45 }, () => client.support.categories.list.query()));
    expect(new Set(lists.map((list) => list.length))).toEqual(new Set([7]));
  });

  it('with different outcomes is a 207, with each call told its own', async () => {
    const ticketId = await openTicket(openTrpc(server.url, token));
    const calls = ['support.messages.add', 'support.messages.add', 'support.tickets.close', 'support.nothing'];
    const { status, body } = await post(`${calls.join(',')}?batch=1`, {
      0: { ticketId, message: 'Hello' },
      1: { ticketId, message: '' },
      2: { ticketId: 'ticket_123' },
      3: {},
    });
    expect(status).toBe(207);
    expect(body[0].result.data).toMatchObject({ ticketId, content: 'Hello' });
    expect(body.slice(1).map((call: { error: unknown }) => call.error)).toEqual([
      {
        message: 'Invalid message',
        code: -32600,
        data: {
          code: 'BAD_REQUEST',
          httpStatus: 400,
          path: 'support.messages.add',
          details: [{ path: 'message', message: 'Must hold something besides white space' }],
        },
      },
      {
        message: 'Ticket not found',
        code: -32004,
        data: { code: 'NOT_FOUND', httpStatus: 404, path: 'support.tickets.close' },
      },
      {
        message: 'No such endpoint: see /docs for those there are',
        code: -32004,
        data: { code: 'NOT_FOUND', httpStatus: 404, path: 'support.nothing' },
      },
    ]);
  });

  it('with the same failure in each has its status', async () => {
    const { status, body } = await ask('support.nothing,support.nothing?batch=1', {});
    expect([status, body.length]).toEqual([404, 2]);
  });

  it('without a token is one 401, before its input is read', async () => {
    const answer = await send(`${server.url}/trpc/support.tickets.list,support.tickets.create?batch=1&input=x`);
    expect(failureOf(answer)).toEqual({ status: 401, code: 'UNAUTHORIZED', message: 'Unauthorized' });
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
  });

  it('tells each caller of the typed client of a 401', async () => {
    const client = createSupportClient({ url: server.url, token: 'not.a.token' });
    const codes = await Promise.all(
      [client.support.tickets.list.query(), client.support.categories.list.query()].map((call) =>
        call.then(
          () => 'none',
          (error: unknown) => supportError(error)?.code,
        ),
      ),
    );
    expect(codes).toEqual(['UNAUTHORIZED', 'UNAUTHORIZED']);
  });

  it('has X-Total-Count for one list, and not for several', async () => {
    const user = customerToken(newUser());
    await openTicket(openTrpc(server.url, user));
    const total = async (path: string) =>
      (await send(`${server.url}/trpc/${path}`, { token: user })).headers.get('x-total-count');
    expect(await total('support.tickets.list')).toBe('1');
    expect(await total('support.tickets.list?batch=1')).toBe('1');
    expect(await total('support.tickets.list,support.tickets.list?batch=1')).toBeNull();
    expect(await total('support.categories.list')).toBeNull();
  });
});

describe('what fails before tRPC sees the call is a tRPC error all the same', () => {
  const json = { 'content-type': 'application/json' };
  const tooLarge = 'a'.repeat(2 ** 20 + 1);

  it.each([
    ['a malformed URL', 'GET', '/trpc/%zz', undefined, -32600, 'BAD_REQUEST', 400],
    ['a URL that is too long', 'GET', `/trpc/${'a'.repeat(2001)}`, undefined, -32600, 'URI_TOO_LONG', 414],
    ['no such path', 'GET', '/trpc/support/tickets', undefined, -32004, 'NOT_FOUND', 404],
    ['a wrong method', 'PUT', '/trpc/support.tickets.list', undefined, -32005, 'METHOD_NOT_ALLOWED', 405],
    ['a body that is too large', 'POST', '/trpc/support.tickets.create', tooLarge, -32013, 'PAYLOAD_TOO_LARGE', 413],
    [
      'a body that is not UTF-8',
      'POST',
      '/trpc/support.tickets.create',
      new Uint8Array([0xff]),
      -32600,
      'BAD_REQUEST',
      400,
    ],
  ])('%s', async (_case, method, path, body, number, code, status) => {
    const answer = await send(server.url + path, { method, token, headers: json, ...(body && { body }) });
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({
      error: {
        message: expect.any(String),
        code: number,
        data: {
          code,
          httpStatus: status,
          ...(code === 'BAD_REQUEST' && { details: [{ path: '', message: expect.any(String) }] }),
        },
      },
    });
  });

  it('and the envelope elsewhere', async () => {
    for (const path of ['/%zz', '/nowhere', '/trpc', '/trpcs/x']) {
      const { status, body } = await send(server.url + path, { token });
      expect(body).toMatchObject({ success: false, statusCode: status, data: null });
    }
  });
});

describe('an input that can not be read is a 400', () => {
  it.each(['{', '{"limit":}', 'undefined', "{'limit':1}"])('alone: %s', async (input) => {
    expect(failureOf(await ask('support.tickets.list', input))).toEqual(NOT_READABLE);
  });

  it.each(['{', '"text"', '5', '[{"limit":1}]'])('in a batch: %s', async (input) => {
    const { status, body } = await ask('support.tickets.list?batch=1', input);
    expect(status).toBe(400);
    expect(body[0].error).toMatchObject({ message: 'Invalid request', data: { code: 'BAD_REQUEST' } });
  });

  it.each([null, [], 'text', 5])('as it is no object: %j', async (input) => {
    expect(failureOf(await ask('support.tickets.get', JSON.stringify(input)))).toMatchObject({
      status: 400,
      code: 'BAD_REQUEST',
      details: [{ path: '' }],
    });
  });
});

describe('values are not converted', () => {
  it.each([
    [{ limit: '5' }, 'limit'],
    [{ page: '1' }, 'page'],
    [{ page: true }, 'page'],
    [{ page: null }, 'page'],
    [{ status: ['Open'] }, 'status'],
  ])('%j is a 400, also after REST has been asked with strings', async (input, path) => {
    await send(`${server.url}/support/tickets?limit=5&page=1`, { token });
    expect(failureOf(await ask('support.tickets.list', input))).toMatchObject({ status: 400, details: [{ path }] });
  });
});

describe('a method', () => {
  const WRONG = { status: 405, code: 'METHOD_NOT_ALLOWED' };

  it('GET on a mutation is a 405, and nothing happens', async () => {
    const answer = await withoutEffect(server.db, () => ask('support.tickets.create', NEW_TICKET));
    expect(failureOf(answer)).toMatchObject(WRONG);
    expect(answer.headers.get('allow')).toBe('POST');
  });

  it('POST on a query is a 405', async () => {
    const answer = await post('support.tickets.list', {});
    expect(failureOf(answer)).toMatchObject(WRONG);
    expect(answer.headers.get('allow')).toBe('GET');
  });

  it('GET is not refused for the type of a body that it has not', async () => {
    const headers = { 'content-type': 'multipart/form-data' };
    expect((await send(`${server.url}/trpc/support.categories.list`, { token, headers })).status).toBe(200);
    const wrong = await send(`${server.url}/trpc/support.tickets.create`, { token, headers });
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get('allow')).toBe('POST');
  });

  it('HEAD is a 405: tRPC has none', async () => {
    const answer = await send(`${server.url}/trpc/support.tickets.list`, { method: 'HEAD', token });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, POST']);
  });
});

describe('a procedure that does not exist is a 404', () => {
  it.each([
    'nothing',
    'support',
    'support.tickets',
    'support.tickets.List',
    'support.tickets.list.x',
    'support.tickets.__proto__',
    'constructor',
    '__proto__.toString',
    'hasOwnProperty',
    '%2F..%2Fsupport',
  ])('%s', async (path) => {
    expect(failureOf(await ask(path, {}))).toEqual({
      status: 404,
      code: 'NOT_FOUND',
      message: 'No such endpoint: see /docs for those there are',
    });
  });
});

describe('clients other than ours', () => {
  const headers = { authorization: `Bearer ${token}` };

  it('may send one call a request', async () => {
    const client = createTRPCClient<AppRouter>({ links: [httpLink({ url: `${server.url}/trpc`, headers })] });
    const { ticketId } = await client.support.tickets.create.mutate(NEW_TICKET);
    expect((await client.support.tickets.get.query({ ticketId })).ticketId).toBe(ticketId);
    const failure = await client.support.tickets.get.query({ ticketId: 'ticket_123' }).catch(supportError);
    expect(failure).toEqual({
      code: 'NOT_FOUND',
      httpStatus: 404,
      message: 'Ticket not found',
      path: 'support.tickets.get',
    });
  });

  it('are told that answers are not streamed, each of their calls, and nothing is done', async () => {
    const client = createTRPCClient<AppRouter>({
      links: [httpBatchStreamLink({ url: `${server.url}/trpc`, headers })],
    });
    const failures = await withoutEffect(server.db, () =>
      Promise.all([1, 2].map(() => client.support.tickets.create.mutate(NEW_TICKET).catch(supportError))),
    );
    expect(failures).toEqual(
      Array(2).fill({
        code: 'BAD_REQUEST',
        httpStatus: 400,
        message: 'Invalid request',
        details: [{ path: 'trpc-accept', message: 'Answers are not streamed: use httpBatchLink' }],
      }),
    );
  });
});

describe('what switches tRPC to another way of being called', () => {
  it('a comma that is escaped twice is no comma: 2,000 creates were counted as 100 calls', async () => {
    const input = Object.fromEntries(Array.from({ length: 3 }, (_, index) => [index, NEW_TICKET]));
    for (const separator of ['%252C', '%252c', '%25252C']) {
      const calls = Array(3).fill('support.tickets.create').join(separator);
      const answer = await withoutEffect(server.db, () => post(`${calls}?batch=1`, input));
      expect(failureOf(answer)).toEqual({
        status: 400,
        code: 'BAD_REQUEST',
        message: 'Invalid request',
        details: [{ path: '', message: 'The path has a percent-escape within a percent-escape' }],
      });
    }
  });

  it('a comma that is escaped once is a comma, and counts as one', async () => {
    const path = (calls: number) => `${Array(calls).fill('support.categories.list').join('%2C')}?batch=1`;
    expect((await ask(path(20))).body).toHaveLength(20);
    expect(failureOf(await ask(path(21)))).toMatchObject({ details: [{ message: 'A batch has at most 20 calls' }] });
    const commas = (calls: number) => path(calls).replaceAll('%2C', ',');
    expect((await ask(commas(3))).body).toEqual((await ask(path(3))).body);
  });

  it('an idempotency key names one call, however the comma is written', async () => {
    const input = { 0: NEW_TICKET, 1: NEW_TICKET };
    for (const separator of [',', '%2C', '%252C']) {
      const answer = await withoutEffect(server.db, () =>
        send(`${server.url}/trpc/support.tickets.create${separator}support.tickets.create?batch=1`, {
          method: 'POST',
          token,
          headers: { 'content-type': 'application/json', 'idempotency-key': 'one' },
          body: JSON.stringify(input),
        }),
      );
      expect(answer.status).toBe(400);
    }
  });

  it.each([
    ['connectionParams', '{"token":"x"}'],
    ['lastEventId', '1'],
    ['cursor', '1'],
  ])('the parameter %s is a 400 that names it', async (name, value) => {
    const answer = await ask(`support.categories.list?${name}=${encodeURIComponent(value)}`);
    expect(failureOf(answer)).toMatchObject({ status: 400, details: [{ path: name }] });
  });

  it.each(['batch=1&batch=0', 'batch=1&input={}&input={}'])(
    'a parameter that comes twice is a 400: %s',
    async (query) => {
      const answer = await ask(`support.categories.list?${query}`);
      expect(failureOf(answer)).toMatchObject({ status: 400, details: [{ message: 'Must be sent once' }] });
    },
  );

  it.each(['multipart/form-data; boundary=x', 'application/octet-stream'])(
    'the type %s of a body that is empty is none',
    async (type) => {
      const chunked = new ReadableStream({ start: (body) => body.close() });
      const answer = await send(`${server.url}/trpc/support.tickets.create`, {
        method: 'POST',
        token,
        headers: { 'content-type': type },
        body: chunked,
        duplex: 'half',
      });
      expect(failureOf(answer)).toMatchObject({ status: 400, message: 'Invalid ticket data' });
    },
  );

  it('Accept: application/jsonl is answered as a whole', async () => {
    const path = `${server.url}/trpc/support.categories.list,support.categories.list?batch=1`;
    // Streamed, it would be several lines, which are no JSON together.
    const { status, body } = await send(path, { token, headers: { accept: 'application/jsonl' } });
    expect([status, body.length]).toEqual([200, 2]);
  });
});

it('answers the same as REST', async () => {
  const customer = openTrpc(server.url, token);
  const ticketId = await openTicket(customer);
  const { body } = await send(`${server.url}/support/tickets/${ticketId}`, { token });
  expect(dataOf(await customer.get(ticketId))).toEqual(body.data);
});
