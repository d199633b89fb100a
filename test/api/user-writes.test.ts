import { expect, it } from 'vitest';
import { startApp } from '../support/app.js';
import { lockTicket } from '../support/lock-ticket.js';
import { restClient } from '../support/rest-client.js';
import { send } from '../support/send.js';
import { NEW_TICKET } from '../support/tickets.js';
import { customerToken } from '../support/tokens.js';
import { waitFor } from '../support/wait-for.js';

const METRICS_TOKEN = 'metrics-token-of-tests';
const PATIENT = { TRANSACTION_TIMEOUT_MS: '600000', REQUEST_TIMEOUT_MS: '600000', SQLITE_BUSY_TIMEOUT_MS: '600000' };

async function callsInFlight(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${METRICS_TOKEN}` } })).text();
  return Number(/^support_calls\{state="used"\} (\d+)$/m.exec(text)?.[1]);
}

it('writes of one user wait for one another, and take no connection of others', async () => {
  await using server = await startApp({
    env: { ...PATIENT, METRICS_TOKEN, POOL_MAX: '4', POOL_STATEMENT_TIMEOUT_MS: '600000' },
  });
  const one = restClient(server.url, customerToken('one'));
  const other = restClient(server.url, customerToken('other'));
  const ticketId = (await one.post('/support/tickets', NEW_TICKET)).body.data.ticketId as string;

  const lock = await lockTicket(server, ticketId);
  const sent = Array.from({ length: 40 }, (_, n) =>
    send(`${server.url}/support/tickets/${ticketId}/messages`, {
      method: 'POST',
      token: customerToken('one'),
      headers: { 'content-type': 'application/json', 'idempotency-key': `key-${n}` },
      body: JSON.stringify({ message: `${n}` }),
    }),
  );
  await waitFor(async () => (await callsInFlight(server.url)) === 40);
  // On SQLite the lock is the whole file's; there, others only read meanwhile.
  expect((await other.get('/support/tickets')).status).toBe(200);
  if (server.db.engine === 'postgresql') expect((await other.post('/support/tickets', NEW_TICKET)).status).toBe(200);
  await lock[Symbol.asyncDispose]();
  expect((await Promise.all(sent)).map(({ status }) => status)).toEqual(Array(40).fill(200));
  const { messages } = (await one.get(`/support/tickets/${ticketId}`)).body.data;
  expect(new Set(messages.map(({ content }: { content: string }) => content)).size).toBe(40);
});

it('one user has a share of the calls in flight, and is told so', async () => {
  await using server = await startApp({ env: { ...PATIENT, METRICS_TOKEN, MAX_IN_FLIGHT: '100' } });
  const one = restClient(server.url, customerToken('one'));
  const ticketId = (await one.post('/support/tickets', NEW_TICKET)).body.data.ticketId as string;
  const lock = await lockTicket(server, ticketId);
  const ended: number[] = [];
  const sent = Array.from({ length: 60 }, async () => {
    const answer = await one.post(`/support/tickets/${ticketId}/messages`, { message: 'x' });
    ended.push(answer.status);
    return answer;
  });
  await waitFor(() => ended.length === 35);
  expect(new Set(ended)).toEqual(new Set([429]));
  expect((await restClient(server.url, customerToken('other')).get('/support/tickets')).status).toBe(200);
  await lock[Symbol.asyncDispose]();
  const answers = await Promise.all(sent);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(25);
  const refused = answers.find(({ status }) => status === 429);
  expect(refused?.body.error).toEqual({
    code: 'TOO_MANY_REQUESTS',
    message: 'Too many calls of yours are under way: wait for some of them to end',
  });
  expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
});
