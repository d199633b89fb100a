import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { fillMessages } from '../../support/fill-ticket.js';
import { openConnection } from '../../support/raw-connection.js';
import { restClient } from '../../support/rest-client.js';
import { NEW_TICKET } from '../../support/tickets.js';
import { customerToken } from '../../support/tokens.js';

/** 20 messages of 50 kB: a megabyte. Characters of four bytes, which are two units of a string. */
const TEXTS = Array.from({ length: 20 }, (_, n) => `${n}${'😀'.repeat(12_000)}"\n`);
/** More than there are places for (large-answers.ts), and than what the buffers of a connection hold. */
const MANY = 40;

const token = customerToken();
let server: TestApp;
let ticketId: string;
beforeAll(async () => {
  server = await startApp();
  const created = await restClient(server.url, token).post('/support/tickets', NEW_TICKET);
  ticketId = created.body.data.ticketId;
  await fillMessages(server.databaseUrl, ticketId, TEXTS);
});
afterAll(() => server[Symbol.asyncDispose]());

const requests = (count: number) =>
  `GET /support/tickets/${ticketId} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`.repeat(count);
const contents = ({ messages }: { messages: { content: string }[] }) => messages.map(({ content }) => content);

it('come whole, and say how long they are', async () => {
  using connection = await openConnection(server.url);
  connection.write(requests(1));
  const [answer] = await connection.receive(1);
  expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/json; charset=utf-8' } });
  expect(Number(answer?.headers['content-length'])).toBeGreaterThan(900_000);
  expect(contents(answer?.body.data)).toEqual(TEXTS);
});

it('come whole over tRPC', async () => {
  const input = encodeURIComponent(JSON.stringify({ ticketId }));
  const { body } = await restClient(server.url, token).get(`/trpc/support.tickets.get?input=${input}`);
  expect(contents(body.result.data)).toEqual(TEXTS);
});

it('leave the same user places on other connections, though nobody reads those of one', async () => {
  using unread = await openConnection(server.url);
  unread.stopReading();
  unread.write(requests(MANY));
  using other = await openConnection(server.url);
  other.write(requests(1));
  const [answer] = await other.receive(1);
  expect(answer?.status).toBe(200);
});

it('come in the order in which a connection asked for them', async () => {
  using connection = await openConnection(server.url);
  connection.write(`${requests(2)}GET /health HTTP/1.1\r\nHost: x\r\n\r\n${requests(2)}`);
  const answers = await connection.receive(5);
  expect(answers.map(({ body }) => body.data?.messages?.length)).toEqual([20, 20, undefined, 20, 20]);
});
