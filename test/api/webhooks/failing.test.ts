import { rm } from 'node:fs/promises';
import { expect, it, vi } from 'vitest';
import { sqlitePath } from '../../../src/db/sqlite/connection.js';
import { Vault } from '../../../src/secrets/vault.js';
import { cleanUpWebhooks } from '../../../src/webhooks/clean-up.js';
import { rawRows } from '../../support/raw-rows.js';
import { TestClock } from '../../support/test-clock.js';
import { ALLOW_LOOPBACK, type startReceiver } from '../../support/webhook-receiver.js';
import { startSender, startWebhooks } from '../../support/webhooks.js';

const WAIT = { timeout: 20_000 };
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

async function failingWebhook(reply: Awaited<ReturnType<typeof startReceiver>>['reply']) {
  const clock = new TestClock();
  const started = await startWebhooks({ clock });
  const at = await started.receiver();
  at.reply = reply;
  const { webhookId } = await started.createWebhook({ url: at.url });
  const path = `/desk/webhooks/${webhookId}`;
  return {
    ...started,
    clock,
    at,
    path,
    webhook: async () => (await started.admin.get(path)).body.data,
    deliveries: async () => (await started.admin.get(`${path}/deliveries?limit=100`)).body.data.deliveries,
  };
}

it('retries for 3 days, then keeps what it could not deliver, to be sent again', async () => {
  const { admin, clock, at, path, openTicket, deliveries } = await failingWebhook(() => ({ status: 404 }));
  await openTicket();
  const delays = [];
  for (let attempt = 1; attempt < 10; attempt += 1) {
    let due = 0;
    await vi.waitFor(async () => {
      const [delivery] = await deliveries();
      expect(delivery).toMatchObject({ state: 'pending', attempts: attempt });
      due = Date.parse(delivery.nextAttemptAt);
    }, WAIT);
    delays.push((due - clock.now().getTime()) / 1000);
    clock.advance(due - clock.now().getTime() + 300_000);
  }
  await vi.waitFor(async () => expect(await deliveries()).toMatchObject([{ state: 'failed', attempts: 10 }]), WAIT);
  const wanted = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 72_000];
  for (const [index, delay] of delays.entries()) {
    expect(delay).toBeGreaterThanOrEqual(0.89 * Number(wanted[index]));
    expect(delay).toBeLessThanOrEqual(1.11 * Number(wanted[index]));
  }
  expect(at.received).toHaveLength(10);

  at.reply = () => ({ status: 200 });
  // However long it is left alone.
  clock.advance(400_000);
  const [{ deliveryId }] = await deliveries();
  await admin.post(`${path}/deliveries/${deliveryId}/redeliver`);
  await vi.waitFor(async () => expect(await deliveries()).toMatchObject([{ state: 'delivered', attempts: 1 }]), WAIT);
});

it('disables what has taken nothing for 5 days, and goes on from there when it is resumed', async () => {
  const { admin, clock, at, path, openTicket, webhook, senderLogs } = await failingWebhook(() => ({ status: 500 }));
  const first = await openTicket();
  await vi.waitFor(async () => expect((await webhook()).failingSince).not.toBeNull(), WAIT);
  clock.advance(5 * DAY_MS);
  await vi.waitFor(async () => expect(await webhook()).toMatchObject({ state: 'disabled', reason: 'failing' }), WAIT);
  expect(senderLogs).toContainEqual([expect.objectContaining({ reason: 'failing' }), 'webhook disabled']);
  const { length } = at.received;
  const second = await openTicket();

  at.reply = () => ({ status: 200 });
  await admin.post(`${path}/resume`);
  await vi.waitFor(
    () => expect(at.received.slice(length).map(({ data }) => data.ticketId)).toEqual([first, second]),
    WAIT,
  );
  expect(await webhook()).toMatchObject({ state: 'active', failingSince: null });
});

it('disables a receiver that says that it is gone, at once', async () => {
  const { at, openTicket, webhook, deliveries } = await failingWebhook(() => ({ status: 410 }));
  await openTicket();
  await openTicket();
  await vi.waitFor(async () => expect(await webhook()).toMatchObject({ state: 'disabled', reason: 'gone' }), WAIT);
  expect(at.received).toHaveLength(1);
  expect((await deliveries()).every(({ state }: { state: string }) => state === 'pending')).toBe(true);
});

it.each([
  ['429', { status: 429, headers: { 'retry-after': '3600' } }, HOUR_MS],
  ['429 that does not say how long', { status: 429 }, 60_000],
  ['503 with Retry-After', { status: 503, headers: { 'retry-after': '7200' } }, 2 * HOUR_MS],
])('waits as a %s says, and does not count it', async (_name, reply, waitMs) => {
  const { clock, at, openTicket, webhook, deliveries, outcomes } = await failingWebhook(() => reply);
  await openTicket();
  await vi.waitFor(async () => expect((await webhook()).retryAt).not.toBeNull(), WAIT);
  const { retryAt } = await webhook();
  expect(Date.parse(retryAt) - clock.now().getTime()).toBe(waitMs);
  expect(await deliveries()).toMatchObject([{ state: 'pending', attempts: 0 }]);
  at.reply = () => ({ status: 200 });
  clock.advance(waitMs);
  await vi.waitFor(async () => expect(await deliveries()).toMatchObject([{ state: 'delivered', attempts: 1 }]), WAIT);
  expect(outcomes).toEqual(['throttled', 'delivered']);
});

it('leaves a receiver alone that fails again and again, and keeps what happens in order until it is back', async () => {
  const { clock, at, openTicket, webhook } = await failingWebhook(() => ({ status: 500 }));
  const tickets = [];
  for (let ticket = 0; ticket < 6; ticket += 1) tickets.push(await openTicket());
  await vi.waitFor(async () => expect((await webhook()).retryAt).not.toBeNull(), WAIT);
  expect(at.received).toHaveLength(3);
  at.reply = () => ({ status: 200 });
  clock.advance(6_000);
  await vi.waitFor(() => expect(at.received).toHaveLength(9), WAIT);
  expect(at.received.slice(3).map(({ data }) => data.ticketId)).toEqual(tickets);
});

it('an unreadable secret loses nothing', async () => {
  const env = { SECRETS_KEY: Buffer.alloc(32, 1).toString('base64') };
  const clock = new TestClock();
  const app = await startWebhooks({ clock, env });
  const at = await app.receiver();
  await app.sender.stop();
  await app.createWebhook({ url: at.url });
  const ticketId = await app.openTicket();
  const keyless = startSender(app, { env: ALLOW_LOOPBACK, clock });
  await vi.waitFor(
    () =>
      expect(keyless.senderLogs.map(([, message]) => message)).toContainEqual(
        'webhook waits: its secret cannot be read',
      ),
    WAIT,
  );
  await keyless.sender.stop();
  expect(at.received).toEqual([]);
  clock.advance(60_000);
  startSender(app, { env: { ...ALLOW_LOOPBACK, ...env }, clock });
  await vi.waitFor(() => expect(at.received.map(({ data }) => data.ticketId)).toEqual([ticketId]), WAIT);
});

it('a database that was restored elsewhere starts with its webhooks paused', async () => {
  const app = await startWebhooks();
  const at = await app.receiver();
  const { webhookId } = await app.createWebhook({ url: at.url });
  await app.sender.stop();
  const ticketId = await app.openTicket();
  const isSqlite = app.db.engine === 'sqlite';
  // A copy of the database's file comes without it.
  if (isSqlite) await rm(`${sqlitePath(app.databaseUrl)}-home`);
  const elsewhere = isSqlite ? {} : { DEPLOYMENT: 'staging' };
  const { senderLogs } = startSender(app, { env: { ...ALLOW_LOOPBACK, ...elsewhere } });
  const webhook = async () => (await app.admin.get(`/desk/webhooks/${webhookId}`)).body.data;
  await vi.waitFor(async () => expect(await webhook()).toMatchObject({ state: 'paused', reason: 'restored' }), WAIT);
  expect(senderLogs).toEqual([[{ webhooks: 1 }, 'the database was restored elsewhere: its webhooks are paused']]);
  expect([at.received.length, typeof ticketId]).toEqual([0, 'string']);
});

it('removes what was delivered 30 days ago, keeps what was given up, and forgets deleted endpoints', async () => {
  const { admin, db, databaseUrl, clock, at, path, openTicket, deliveries } = await failingWebhook(() => ({
    status: 200,
  }));
  const count = async (table: string) => (await rawRows(databaseUrl, `SELECT 1 FROM ${table}`)).length;
  const secrets = new Vault([]);
  const cleanUp = () => cleanUpWebhooks({ db, clock, secrets }, new AbortController().signal);
  await openTicket();
  await vi.waitFor(async () => expect(await deliveries()).toMatchObject([{ state: 'delivered' }]), WAIT);
  at.reply = () => ({ status: 500 });
  // The server asks for it by its own clock.
  clock.advance(HOUR_MS);
  await admin.post(`${path}/test`);
  await vi.waitFor(async () => expect((await deliveries())[0]).toMatchObject({ state: 'failed' }), WAIT);
  clock.advance(30 * DAY_MS - 2 * HOUR_MS);
  expect(await cleanUp()).toBe(0);
  clock.advance(2 * HOUR_MS);
  expect(await cleanUp()).toBe(1);
  expect(await deliveries()).toMatchObject([{ state: 'failed', type: 'webhook.test' }]);
  expect(await count('webhook_attempts')).toBe(1);

  await admin.call('DELETE', path);
  await vi.waitFor(async () => {
    await cleanUp();
    expect(await count('webhook_endpoints')).toBe(0);
  }, WAIT);
  expect(await count('webhook_attempts')).toBe(0);
});

it('seals secrets that were stored without a key, or under one that is to go', async () => {
  const { createWebhook, db, databaseUrl } = await startWebhooks();
  const { webhookId, secret } = await createWebhook({ url: 'https://example.com' });
  const stored = async () => String((await rawRows(databaseUrl, 'SELECT secret FROM webhook_endpoints'))[0]?.secret);
  const keys = [1, 2].map((byte) => Buffer.alloc(32, byte).toString('base64'));
  const [first = '', second = ''] = keys;
  const clock = new TestClock();
  for (const secrets of [new Vault([first]), new Vault([second, first]), new Vault([second])]) {
    await cleanUpWebhooks({ db, clock, secrets }, new AbortController().signal);
    expect(await stored()).toMatch(/^sealed:/);
    expect(secrets.open(await stored(), `webhook ${webhookId}`)).toBe(secret);
    expect(secrets.isCurrent(await stored(), `webhook ${webhookId}`)).toBe(true);
  }
});
