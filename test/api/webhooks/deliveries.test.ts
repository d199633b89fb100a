import { Webhook } from 'standardwebhooks';
import { expect, it, vi } from 'vitest';
import { EVENT_TYPES } from '../../../src/events/event-types.js';
import type { Received } from '../../support/webhook-receiver.js';
import { startSender, startWebhooks } from '../../support/webhooks.js';

const WAIT = { timeout: 20_000 };
const headersOf = ({ headers }: Received) => headers as Record<string, string>;

it('sends what happens, in order, signed as Standard Webhooks has it, without what people wrote', async () => {
  const { admin, customer, receiver, createWebhook, openTicket } = await startWebhooks();
  const at = await receiver();
  await openTicket();
  const { webhookId, secret } = await createWebhook({ url: at.url });
  const ticketId = await openTicket();
  await customer.post(`/support/tickets/${ticketId}/messages`, { message: 'Words of a customer' });
  await admin.post(`/desk/tickets/${ticketId}/resolve`, { resolution: 'Words of an agent' });
  await vi.waitFor(() => expect(at.received).toHaveLength(3), WAIT);

  // What happened before it was there is not sent.
  expect(at.received.map(({ type, data }) => [type, data.ticketId, data.version])).toEqual([
    ['ticket.created', ticketId, 1],
    ['message.added', ticketId, 2],
    ['ticket.resolved', ticketId, 3],
  ]);
  const { events } = (await admin.get(`/desk/tickets/${ticketId}/events`)).body.data;
  for (const [index, one] of at.received.entries()) {
    expect(new Webhook(secret).verify(one.body, headersOf(one))).toEqual(JSON.parse(one.body));
    expect(JSON.parse(one.body).timestamp).toBe(events[index].timestamp);
    expect(one.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': expect.stringMatching(/^delivery_/),
    });
    expect(one.body).not.toContain('Words');
  }
  expect(at.received[2]?.data).toEqual({
    eventId: events[2].eventId,
    cursor: expect.any(String),
    ticketId,
    requester: 'owner',
    actor: events[2].actor,
    version: 3,
    before: { status: 'Open' },
    after: { status: 'Resolved' },
  });
  // Whoever has been away goes on in the feed from there.
  const after = at.received[1]?.data.cursor;
  await vi.waitFor(async () => {
    const feed = await admin.get(`/desk/events?after=${after}`);
    expect(feed.body.data.events.map(({ type }: { type: string }) => type)).toEqual(['ticket.resolved']);
  });
  await vi.waitFor(async () => {
    const page = (await admin.get(`/desk/webhooks/${webhookId}/deliveries?state=delivered`)).body.data;
    expect(page.deliveries.map((one: { deliveryId: string }) => one.deliveryId)).toEqual(
      at.received.map(({ headers }) => headers['webhook-id']).reverse(),
    );
  });
});

it('sends only the types that are asked for', async () => {
  const { customer, receiver, createWebhook, openTicket } = await startWebhooks();
  const [all, some] = [await receiver(), await receiver()];
  await createWebhook({ url: all.url });
  await createWebhook({ url: some.url, eventTypes: ['message.added', 'ticket.closed'] });
  const ticketId = await openTicket();
  await customer.post(`/support/tickets/${ticketId}/messages`, { message: 'm' });
  await customer.post(`/support/tickets/${ticketId}/close`);
  await vi.waitFor(() => expect(all.received).toHaveLength(3), WAIT);
  await vi.waitFor(
    () => expect(some.received.map(({ type }) => type)).toEqual(['message.added', 'ticket.closed']),
    WAIT,
  );
});

it('sends a failed delivery again under the same id, in 5 seconds, and lists its attempts', async () => {
  const { admin, receiver, createWebhook, openTicket, outcomes } = await startWebhooks();
  const at = await receiver();
  const { webhookId } = await createWebhook({ url: at.url });
  at.reply = () =>
    at.received.length === 1 ? { status: 500, body: `Broken\u0000 ${'x'.repeat(2000)}` } : { status: 200, body: 'OK' };
  await openTicket();
  await vi.waitFor(() => expect(at.received).toHaveLength(2), WAIT);
  const [first, second] = at.received;
  expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
  expect(second?.body).toBe(first?.body);
  expect(Number(second?.headers['webhook-timestamp'])).toBeGreaterThanOrEqual(
    Number(first?.headers['webhook-timestamp']) + 4,
  );
  const deliveryId = first?.headers['webhook-id'];
  await vi.waitFor(async () => {
    const { data } = (await admin.get(`/desk/webhooks/${webhookId}/deliveries/${deliveryId}`)).body;
    expect(data).toMatchObject({ state: 'delivered', attempts: 2, nextAttemptAt: null, type: 'ticket.created' });
    expect(data.made).toMatchObject([
      { status: 200, error: null, answer: null },
      { status: 500, error: 'HTTP_500', answer: expect.stringMatching(/^Broken {1,2}x{490,}$/) },
    ]);
  }, WAIT);
  expect(outcomes).toEqual(['failed', 'delivered']);
  expect((await admin.get(`/desk/webhooks/${webhookId}`)).body.data).toMatchObject({
    state: 'active',
    failingSince: null,
  });
});

it('an endpoint that fails holds up no other', async () => {
  const { receiver, createWebhook, openTicket } = await startWebhooks();
  const [silent, healthy] = [await receiver(), await receiver()];
  silent.reply = () => new Promise(() => {});
  await createWebhook({ url: silent.url });
  await createWebhook({ url: healthy.url });
  for (let ticket = 0; ticket < 5; ticket += 1) await openTicket();
  await vi.waitFor(() => expect(healthy.received).toHaveLength(5), WAIT);
  expect(silent.received).toHaveLength(1);
});

it('sends a test once, before what waits', async () => {
  const { admin, receiver, createWebhook } = await startWebhooks();
  const at = await receiver();
  at.reply = () => ({ status: 500 });
  const { webhookId, secret } = await createWebhook({ url: at.url });
  const { deliveryId } = (await admin.post(`/desk/webhooks/${webhookId}/test`)).body.data;
  const path = `/desk/webhooks/${webhookId}/deliveries/${deliveryId}`;
  await vi.waitFor(async () => {
    expect((await admin.get(path)).body.data).toMatchObject({ state: 'failed', attempts: 1, eventId: null });
  }, WAIT);
  const [one] = at.received;
  if (one === undefined) throw new Error('Nothing came');
  expect(one).toMatchObject({ type: 'webhook.test', data: { webhookId } });
  expect(new Webhook(secret).verify(one.body, headersOf(one))).toBeTruthy();

  at.reply = () => ({ status: 200 });
  await admin.post(`${path}/redeliver`);
  await vi.waitFor(() => expect(at.received).toHaveLength(2), WAIT);
  expect(at.received[1]?.headers['webhook-id']).toBe(deliveryId);

  await admin.post(`/desk/webhooks/${webhookId}/pause`);
  expect(await admin.post(`/desk/webhooks/${webhookId}/test`)).toMatchObject({
    status: 409,
    body: { error: { code: 'WEBHOOK_NOT_ACTIVE' } },
  });
});

it('signs with both secrets for 24 hours after one was changed', async () => {
  const { admin, receiver, createWebhook, openTicket } = await startWebhooks();
  const at = await receiver();
  const { webhookId, secret: first } = await createWebhook({ url: at.url });
  const rotated = (await admin.post(`/desk/webhooks/${webhookId}/secret`)).body.data;
  expect(Date.parse(rotated.oldSecretUntil) - Date.now()).toBeGreaterThan(23.9 * 3_600_000);
  await openTicket();
  await vi.waitFor(() => expect(at.received).toHaveLength(1), WAIT);
  const [one] = at.received;
  if (one === undefined) throw new Error('Nothing came');
  for (const secret of [first, rotated.secret])
    expect(new Webhook(secret).verify(one.body, headersOf(one))).toBeTruthy();
});

it('waits while it is paused; then sends what happened meanwhile, or leaves it out', async () => {
  const { admin, receiver, createWebhook, openTicket } = await startWebhooks();
  const at = await receiver();
  const { webhookId } = await createWebhook({ url: at.url });
  const path = `/desk/webhooks/${webhookId}`;
  const seen = () => at.received.map(({ data }) => data.ticketId);

  expect((await admin.post(`${path}/pause`)).body.data).toMatchObject({ state: 'paused', reason: 'admin' });
  const first = await openTicket();
  expect((await admin.post(`${path}/resume`)).body.data).toMatchObject({ state: 'active', reason: null });
  await vi.waitFor(() => expect(seen()).toEqual([first]), WAIT);

  await admin.post(`${path}/pause`);
  const second = await openTicket();
  // On PostgreSQL the feed may be late: it is skipped when it can be read.
  await vi.waitFor(async () => {
    const { events } = (await admin.get('/desk/events?limit=100')).body.data;
    expect(events.map(({ ticketId }: { ticketId: string }) => ticketId)).toContain(second);
  });
  await admin.post(`${path}/resume`, { skip: true });
  const third = await openTicket();
  await vi.waitFor(() => expect(seen()).toEqual([first, third]), WAIT);
});

it('sends all again since a time or a place, under the ids that they had', async () => {
  const { admin, receiver, createWebhook, openTicket } = await startWebhooks();
  const at = await receiver();
  const { webhookId } = await createWebhook({ url: at.url });
  const from = new Date().toISOString();
  for (let ticket = 0; ticket < 3; ticket += 1) await openTicket();
  await vi.waitFor(() => expect(at.received).toHaveLength(3), WAIT);
  const ids = at.received.map(({ headers }) => headers['webhook-id']);
  const path = `/desk/webhooks/${webhookId}/redeliver`;

  expect(await admin.post(path, { since: from })).toMatchObject({ status: 200 });
  await vi.waitFor(() => expect(at.received).toHaveLength(6), WAIT);
  expect(at.received.slice(3).map(({ headers }) => headers['webhook-id'])).toEqual(ids);

  await admin.post(path, { after: at.received[1]?.data.cursor });
  await vi.waitFor(() => expect(at.received).toHaveLength(7), WAIT);
  expect(at.received[6]?.headers['webhook-id']).toBe(ids[2]);

  for (const bad of [{}, { since: from, after: 'x' }, { after: 'x' }, { since: 'yesterday' }]) {
    expect((await admin.post(path, bad)).status).toBe(400);
  }
});

// Their states change while they are listed: the receiver has its request before the attempt is recorded.
it('lists deliveries by pages, newest first', async () => {
  const { admin, receiver, createWebhook, openTicket } = await startWebhooks();
  const at = await receiver();
  const { webhookId } = await createWebhook({ url: at.url });
  for (let ticket = 0; ticket < 5; ticket += 1) await openTicket();
  await vi.waitFor(() => expect(at.received).toHaveLength(5), WAIT);
  const expected = at.received.map(({ headers }) => headers['webhook-id']).reverse();
  const path = `/desk/webhooks/${webhookId}/deliveries`;
  const ids = ({ deliveries }: { deliveries: { deliveryId: string }[] }) =>
    deliveries.map(({ deliveryId }) => deliveryId);
  const first = (await admin.get(`${path}?limit=3`)).body.data;
  const second = (await admin.get(`${path}?limit=3&after=${first.next}`)).body.data;
  expect([ids(first), ids(second), second.next]).toEqual([expected.slice(0, 3), expected.slice(3), null]);
  expect((await admin.get(`${path}?after=nonsense`)).body.error.details).toMatchObject([{ path: 'after' }]);
  expect((await admin.get(`${path}?state=lost`)).status).toBe(400);
});

it('two instances send each delivery once, and in order', async () => {
  const app = await startWebhooks();
  startSender(app, { env: { WEBHOOK_ALLOW_CIDRS: '127.0.0.0/8' } });
  const receivers = await Promise.all([0, 1, 2].map(() => app.receiver()));
  for (const { url } of receivers) await app.createWebhook({ url });
  const ticketId = await app.openTicket();
  const messages = 60;
  for (let message = 0; message < messages; message += 1) {
    await app.customer.post(`/support/tickets/${ticketId}/messages`, { message: 'm' });
  }
  for (const { received } of receivers) {
    await vi.waitFor(() => expect(received.length).toBe(messages + 1), WAIT);
    expect(received.map(({ data }) => data.version)).toEqual(Array.from({ length: messages + 1 }, (_, at) => at + 1));
  }
});

it('knows the types of all events', async () => {
  const { admin } = await startWebhooks();
  const input = { url: 'http://127.0.0.1:9/hook', eventTypes: [...EVENT_TYPES] };
  expect((await admin.post('/desk/webhooks', input)).body.data.eventTypes).toEqual(EVENT_TYPES);
});
