import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { findPostgresql } from '../test/support/find-postgresql.js';
import { administer, databaseUrl } from '../test/support/postgresql-server.js';
import { restClient } from '../test/support/rest-client.js';
import { NEW_TICKET } from '../test/support/tickets.js';
import { adminToken, customerToken, TEST_SECRET } from '../test/support/tokens.js';
import { waitFor } from '../test/support/wait-for.js';
import { ALLOW_LOOPBACK, type Receiver, startReceiver } from '../test/support/webhook-receiver.js';
import { storm } from '../test/support/webhook-storm.js';

/** `npm run bench:webhooks`: deliveries a second, what a write costs with webhooks, and whether anything is lost. */
const USAGE = `npm run bench:webhooks -- [--engine sqlite|postgresql] [--events 2000] [--writes 200] [--rounds 5] [--storm 10000]
--storm: only the failure test, of so many events, with two instances on PostgreSQL that are killed at random`;

const { values } = parseArgs({
  options: {
    engine: { type: 'string' },
    events: { type: 'string', default: '2000' },
    writes: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '5' },
    storm: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const ENDPOINTS = 5;
/** Between two writes: a customer is not alone, but nothing stands in line. */
const PACE_MS = 25;

const say = (line: string) => process.stdout.write(`${line}\n`);

async function startServer(url: string) {
  const { PATH = '' } = process.env;
  const env = { PATH, JWT_SECRET: TEST_SECRET, DATABASE_URL: url, PORT: '0', LOG_LEVEL: 'info', ...ALLOW_LOOPBACK };
  const limits = { RATE_LIMIT_IP: '0', RATE_LIMIT_USER: '0', RATE_LIMIT_USER_BYTES: '0' };
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, '../dist/main.js')], {
    cwd: tmpdir(),
    env: { ...env, ...limits },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const leave = () => void child.kill('SIGKILL');
  process.once('exit', leave);
  const port = await new Promise<number>((resolve) => {
    if (child.stdout === null) throw new Error('No stdout');
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { msg, port } = line.startsWith('{') ? JSON.parse(line) : {};
      if (msg === 'listening') resolve(port);
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    async kill() {
      process.off('exit', leave);
      const ended = once(child, 'exit');
      if (child.kill('SIGKILL')) await ended;
    },
  };
}

async function onDatabase<T>(engine: string, work: (url: string) => Promise<T>): Promise<T> {
  if (engine === 'sqlite') {
    const folder = mkdtempSync(join(tmpdir(), 'support-api-bench-'));
    try {
      return await work(`file:${join(folder, 'support.db')}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const server = await findPostgresql();
  const name = `support_bench_webhooks_${process.pid}`;
  await administer(server.url, `CREATE DATABASE ${name} TEMPLATE template1`);
  try {
    return await work(databaseUrl(server.url, name));
  } finally {
    await administer(server.url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await server.stop();
  }
}

async function measure(engine: string, url: string): Promise<void> {
  const server = await startServer(url);
  const receivers: Receiver[] = [];
  for (let endpoint = 0; endpoint < ENDPOINTS; endpoint += 1) receivers.push(await startReceiver());
  const admin = restClient(server.url, adminToken());
  const customer = restClient(server.url, customerToken('owner'));
  const webhooks: string[] = [];
  for (const receiver of receivers) {
    webhooks.push((await admin.post('/desk/webhooks', { url: receiver.url })).body.data.webhookId);
  }
  const each = async (action: string) => {
    for (const webhookId of webhooks) await admin.post(`/desk/webhooks/${webhookId}/${action}`);
  };
  const total = () => receivers.reduce((sum, { received }) => sum + received.length, 0);
  const { ticketId } = (await customer.post('/support/tickets', NEW_TICKET)).body.data;
  const write = () => customer.post(`/support/tickets/${ticketId}/messages`, { message: 'm' });

  await each('pause');
  const events = Number(values.events);
  for (let event = 0; event < events; event += 1) await write();
  const before = total();
  const started = performance.now();
  await each('resume');
  await waitFor(() => total() - before >= events * ENDPOINTS);
  const seconds = (performance.now() - started) / 1000;
  say(
    `${engine}: ${events} events to ${ENDPOINTS} endpoints: ${Math.round((events * ENDPOINTS) / seconds)} deliveries/s`,
  );

  const rounds: Record<'none' | 'five', number[]> = { none: [], five: [] };
  for (let round = 0; round < 2 * Number(values.rounds); round += 1) {
    const which = round % 2 === 0 ? 'none' : 'five';
    await each(which === 'none' ? 'pause' : 'resume');
    await sleep(1_000);
    for (let one = 0; one < Number(values.writes); one += 1) {
      const begun = performance.now();
      await write();
      rounds[which].push(performance.now() - begun);
      await sleep(PACE_MS);
    }
  }
  const [none, five] = [median(rounds.none), median(rounds.five)];
  say(
    `${engine}: a message takes ${none.toFixed(2)} ms with no active endpoint, ${five.toFixed(2)} ms with five (${((five / none - 1) * 100).toFixed(1)} %), medians`,
  );
  await server.kill();
  for (const receiver of receivers) await receiver[Symbol.asyncDispose]();
}

function median(times: number[]): number {
  return times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? Number.NaN;
}

if (values.help) {
  say(USAGE);
} else if (values.storm !== undefined) {
  const events = Number(values.storm);
  const result = await onDatabase('postgresql', (url) =>
    storm({
      databaseUrl: url,
      start: () => startServer(url),
      instances: 2,
      events,
      kills: events / 500,
      random: Math.random,
    }),
  );
  say(JSON.stringify(result, null, 2));
} else {
  for (const engine of values.engine === undefined ? ['sqlite', 'postgresql'] : [values.engine]) {
    await onDatabase(engine, (url) => measure(engine, url));
  }
}
