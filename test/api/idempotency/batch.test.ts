import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { newKey } from '../../support/idempotency.js';
import { send } from '../../support/send.js';
import { NEW_TICKET, withoutEffect } from '../../support/tickets.js';
import { customerToken } from '../../support/tokens.js';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server[Symbol.asyncDispose]());

const batch = (key: string, calls: string[], input: object) =>
  send(`${server.url}/trpc/${calls.join(',')}?batch=1`, {
    method: 'POST',
    token: customerToken(),
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(input),
  });

it('a batch of several calls with one key is refused, each of them, and says why', async () => {
  const calls = ['support.tickets.create', 'support.tickets.create', 'support.messages.add'];
  const inputs = { 0: NEW_TICKET, 1: NEW_TICKET, 2: { ticketId: 'ticket_123', message: 'Hello' } };
  const { status, body } = await withoutEffect(server.db, () => batch(newKey(), calls, inputs));
  expect(status).toBe(400);
  expect(body.map(({ error }: { error: { data: object } }) => error.data)).toEqual(
    calls.map((path) => ({
      code: 'BAD_REQUEST',
      httpStatus: 400,
      path,
      details: [
        { path: 'Idempotency-Key', message: 'One key is for one call: send this call in a request of its own' },
      ],
    })),
  );
});

it('a batch of one call has its key', async () => {
  const key = newKey();
  const create = () => batch(key, ['support.tickets.create'], { 0: NEW_TICKET });
  const first = await create();
  expect(first.status).toBe(200);
  const second = await create();
  expect(second.body).toEqual(first.body);
  expect(second.headers.get('idempotency-replayed')).toBe('true');
});

it('queries in one request need no key, and don’t mind one', async () => {
  const input = encodeURIComponent(JSON.stringify({ 0: {}, 1: {} }));
  const path = `/trpc/support.categories.list,support.tickets.list?batch=1&input=${input}`;
  const { status } = await send(server.url + path, {
    token: customerToken(),
    headers: { 'idempotency-key': newKey() },
  });
  expect(status).toBe(200);
});
