import { expect, it } from 'vitest';
import { startApp } from '../../support/app.js';
import { rawRows } from '../../support/raw-rows.js';
import { restClient } from '../../support/rest-client.js';
import { adminToken, agentToken } from '../../support/tokens.js';

const KEY = Buffer.alloc(32, 1).toString('base64');
const OTHER_KEY = Buffer.alloc(32, 2).toString('base64');
const HOOK = { url: 'https://example.com/hook?token=t0ken' };

async function open(env: Record<string, string> = {}) {
  const app = await startApp({ env });
  return { ...app, admin: restClient(app.url, adminToken()), [Symbol.asyncDispose]: app[Symbol.asyncDispose] };
}

it('adds, shows, changes and removes endpoints; the secret is shown once', async () => {
  await using app = await open();
  const { admin } = app;
  const created = (await admin.post('/desk/webhooks', { ...HOOK, description: 'Mails' })).body.data;
  expect(created).toMatchObject({ ...HOOK, description: 'Mails', eventTypes: [], state: 'active', reason: null });
  expect(Buffer.from(created.secret.slice('whsec_'.length), 'base64')).toHaveLength(32);
  const { secret, ...shown } = created;
  const path = `/desk/webhooks/${created.webhookId}`;
  expect((await admin.get('/desk/webhooks')).body.data).toEqual([shown]);
  expect((await admin.get(path)).body.data).toEqual(shown);

  const changed = (await admin.patch(path, { eventTypes: ['ticket.closed'] })).body.data;
  expect(changed).toMatchObject({ ...HOOK, description: 'Mails', eventTypes: ['ticket.closed'] });
  const rotated = (await admin.post(`${path}/secret`)).body.data;
  expect(rotated.secret).not.toBe(secret);
  expect((await admin.get(path)).body.data.oldSecretUntil).toBe(rotated.oldSecretUntil);

  expect((await admin.call('DELETE', path)).body.data).toEqual({ webhookId: created.webhookId });
  expect((await admin.get('/desk/webhooks')).body.data).toEqual([]);
  for (const answer of [await admin.get(path), await admin.post(`${path}/test`), await admin.call('DELETE', path)]) {
    expect(answer).toMatchObject({ status: 404, body: { error: { message: 'Webhook not found' } } });
  }
  expect((await restClient(app.url, agentToken()).get('/desk/webhooks')).status).toBe(403);
});

const FAULTS: [url: string, message: RegExp][] = [
  ['example.com', /^Must be a URL that begins with https/],
  ['ftp://example.com/', /^Must be a URL that begins with https/],
  ['https://user:secret@example.com/', /without user name/],
  ['https://example.com/#part', /without a fragment/],
  ['http://127.0.0.1/', /not public/],
  ['https://[::1]/', /not public/],
  ['https://2130706433/', /not public/],
  ['https://0x7f.1/', /not public/],
  ['https://[::ffff:10.0.0.1]/', /not public/],
  ['https://169.254.169.254/latest/meta-data', /not public/],
  ['https://10.1.2.3/', /not public/],
];

it.each(FAULTS)('refuses %s, and does not repeat it', async (url, message) => {
  await using app = await open();
  const { status, body } = await app.admin.post('/desk/webhooks', { url });
  expect([status, body.error.details]).toEqual([400, [{ path: 'url', message: expect.stringMatching(message) }]]);
  expect(JSON.stringify(body)).not.toContain(url);
  const { webhookId } = (await app.admin.post('/desk/webhooks', HOOK)).body.data;
  expect((await app.admin.patch(`/desk/webhooks/${webhookId}`, { url })).status).toBe(400);
});

it('takes no http:// in production, but where receivers are inside', async () => {
  const production = { NODE_ENV: 'production' };
  await using strict = await open(production);
  const refused = await strict.admin.post('/desk/webhooks', { url: 'http://example.com/hook' });
  expect(refused.body.error.details).toEqual([{ path: 'url', message: 'Must begin with https://' }]);
  await using inside = await open({ ...production, WEBHOOK_ALLOW_CIDRS: '10.0.0.0/8' });
  expect((await inside.admin.post('/desk/webhooks', { url: 'http://10.1.2.3/hook' })).status).toBe(200);
  expect((await inside.admin.post('/desk/webhooks', { url: 'http://192.0.2.1/hook' })).status).toBe(400);
});

it('takes 20', async () => {
  await using app = await open();
  for (let webhook = 0; webhook < 20; webhook += 1) await app.admin.post('/desk/webhooks', HOOK);
  const { status, body } = await app.admin.post('/desk/webhooks', HOOK);
  expect([status, body.error.code]).toEqual([409, 'TOO_MANY_WEBHOOKS']);
});

it('keeps secrets sealed where there is a key, in answers that are kept as well', async () => {
  await using app = await open({ SECRETS_KEY: KEY });
  const once = restClient(app.url, adminToken(), { 'idempotency-key': 'create-1' });
  const first = (await once.post('/desk/webhooks', HOOK)).body.data;
  const again = await once.post('/desk/webhooks', HOOK);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(again.body.data).toEqual(first);
  const tables = ['webhook_endpoints', 'idempotency_records'];
  const stored = await Promise.all(tables.map((table) => rawRows(app.databaseUrl, `SELECT * FROM ${table}`)));
  expect(stored.map((rows) => rows.length)).toEqual([1, 1]);
  expect(JSON.stringify(stored)).not.toContain(first.secret);
  expect(JSON.stringify(stored)).not.toContain('whsec_');
});

it('logs no URL and no secret', async () => {
  await using app = await open({ LOG_LEVEL: 'trace', SECRETS_KEY: `${OTHER_KEY},${KEY}` });
  const { webhookId, secret } = (await app.admin.post('/desk/webhooks', HOOK)).body.data;
  await app.admin.patch(`/desk/webhooks/${webhookId}`, { url: 'https://user:t0ken@example.com' });
  expect(app.logs.length).toBeGreaterThan(1);
  expect(JSON.stringify(app.logs)).not.toMatch(/t0ken|whsec_/);
  expect(JSON.stringify(app.logs)).not.toContain(secret);
});
