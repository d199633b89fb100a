import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.js';
import { openConnection } from '../support/raw-connection.js';
import { customerToken } from '../support/tokens.js';

let server: TestApp;
beforeAll(async () => {
  server = await startApp({ env: { RATE_LIMIT_USER: '3' } });
});
afterAll(() => server[Symbol.asyncDispose]());

const TICKET = JSON.stringify({ subject: 's', description: 'd', categoryId: 'category_001' });
const JSON_TYPE = 'Content-Type: application/json\r\n';
let users = 0;
const newUser = () => {
  users += 1;
  return `Authorization: Bearer ${customerToken(`waiting_${users}`)}\r\n`;
};
const head = (path: string, headers: string, length = TICKET.length) =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n${headers}Content-Length: ${length}\r\n\r\n`;

describe.each([
  ['REST', '/support/tickets'],
  ['tRPC', '/trpc/support.tickets.create'],
])('a client that waits to be asked for its body, over %s', (_surface, path) => {
  it('is asked for one that is going to be read', async () => {
    using connection = await openConnection(server.url);
    connection.write(head(path, newUser() + JSON_TYPE));
    expect((await connection.receive(1)).map(({ status }) => status)).toEqual([100]);
    connection.write(TICKET);
    const [, answer] = await connection.receive(2);
    expect(answer?.status).toBe(200);
    expect(answer?.headers.connection).not.toBe('close');
  });

  it('is asked though it does not wait', async () => {
    using connection = await openConnection(server.url);
    connection.write(head(path, newUser() + JSON_TYPE) + TICKET);
    expect((await connection.receive(2)).map(({ status }) => status)).toEqual([100, 200]);
  });

  it.each([
    ['no token', 401, () => head(path, JSON_TYPE)],
    ['a bad token', 401, () => head(path, `Authorization: Bearer x.y.z\r\n${JSON_TYPE}`)],
    ['too large a body', 413, () => head(path, newUser() + JSON_TYPE, 50_000_000)],
    ['another type', 415, () => head(path, `${newUser()}Content-Type: text/plain\r\n`)],
  ])('is refused at once with %s: %i', async (_what, status, request) => {
    using connection = await openConnection(server.url);
    connection.write(request());
    await connection.ended;
    const answers = connection.answers();
    expect(answers.map((answer) => answer.status)).toEqual([status]);
    expect(answers[0]?.headers.connection).toBe('close');
  });

  it('is refused at once beyond its quota', async () => {
    const user = newUser();
    for (let call = 0; call < 3; call++) {
      using connection = await openConnection(server.url);
      connection.write(head(path, user + JSON_TYPE) + TICKET);
      await connection.receive(2);
    }
    using connection = await openConnection(server.url);
    connection.write(head(path, user + JSON_TYPE));
    await connection.ended;
    expect(connection.answers().map(({ status }) => status)).toEqual([429]);
  });
});

it('an unknown path is refused before the body is asked for', async () => {
  using connection = await openConnection(server.url);
  connection.write(head('/no/such/path', newUser() + JSON_TYPE));
  await connection.ended;
  expect(connection.answers().map(({ status }) => status)).toEqual([404]);
});
