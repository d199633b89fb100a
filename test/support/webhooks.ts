import { onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import { addressRules, outboundHost } from '../../src/outbound/outbound-host.js';
import { Outbound } from '../../src/outbound/post.js';
import { type Clock, systemClock } from '../../src/schema/clock.js';
import { Vault } from '../../src/secrets/vault.js';
import { WebhookSender } from '../../src/webhooks/sender/webhook-sender.js';
import { startApp, type TestApp } from './app.js';
import { restClient } from './rest-client.js';
import { NEW_TICKET } from './tickets.js';
import { adminToken, customerToken } from './tokens.js';
import { ALLOW_LOOPBACK, type Receiver, startReceiver } from './webhook-receiver.js';

interface Options {
  env?: Record<string, string>;
  /** Of what sends: tokens of the server's callers would expire. */
  clock?: Clock;
}

/** A server, what sends its webhooks, and who manages them. All is gone with the test. */
export async function startWebhooks({ env = {}, clock = systemClock }: Options = {}) {
  const settings = { ...ALLOW_LOOPBACK, ...env };
  const app = await startApp({ env: settings });
  onTestFinished(() => app[Symbol.asyncDispose]());
  const sending = startSender(app, { env: settings, clock });
  const admin = restClient(app.url, adminToken());
  const customer = restClient(app.url, customerToken('owner'));
  return {
    ...app,
    ...sending,
    admin,
    customer,
    async createWebhook(input: object) {
      const { status, body } = await admin.post('/desk/webhooks', input);
      if (status !== 200) throw new Error(JSON.stringify(body));
      return body.data as { webhookId: string; secret: string };
    },
    async openTicket(): Promise<string> {
      return (await customer.post('/support/tickets', NEW_TICKET)).body.data.ticketId;
    },
    async receiver(): Promise<Receiver> {
      const receiver = await startReceiver();
      onTestFinished(() => receiver[Symbol.asyncDispose]());
      return receiver;
    },
  };
}

/** Sends the webhooks of a server's database, as an instance does, until the test is over. */
export function startSender(app: TestApp, { env = {}, clock = systemClock }: Options = {}) {
  const config = loadConfig({ NODE_ENV: 'test', DATABASE_URL: app.databaseUrl, ...env });
  const outcomes: string[] = [];
  const logs: [fields: object, message: string][] = [];
  const note = (fields: object, message: string) => void logs.push([fields, message]);
  const outbound = new Outbound({ rules: addressRules(config) });
  const sender = new WebhookSender({
    db: app.db,
    clock,
    log: { info: note, warn: note, error: note },
    outbound,
    secrets: new Vault(config.SECRETS_KEY),
    metrics: { webhookAttempt: (outcome) => void outcomes.push(outcome) },
    home: outboundHost(config, app.db.sql).home,
  });
  sender.start();
  onTestFinished(async () => {
    await sender.stop();
    outbound.close();
  });
  return { sender, outcomes, senderLogs: logs };
}
