import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type OwnPostgresql, startPostgresql } from '../support/find-postgresql.js';
import { LOAD_ENV, startLoad } from '../support/load.js';
import { administer, databaseUrl } from '../support/postgresql-server.js';
import { readBack, undecided } from '../support/read-back.js';
import { restClient } from '../support/rest-client.js';
import { type RunningServer, startServer } from '../support/start-server.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { expectWholePool } from '../support/whole-pool.js';

const POOL_MAX = 4;
const REQUEST_TIMEOUT_MS = 5000;
/** For a machine that is busy with other things. */
const SLACK_MS = 10_000;
const AWAY_MS = 20_000;
const WRITES = 100;

let postgresql: OwnPostgresql;
let proxy: TcpProxy;
let url: string;
beforeAll(async () => {
  postgresql = await startPostgresql();
  const { hostname, port } = new URL(postgresql.url);
  proxy = await startTcpProxy({ host: hostname, port: Number(port) });
});
afterAll(async () => {
  await proxy?.[Symbol.asyncDispose]();
  await postgresql?.stop();
});

interface Fault {
  /** Resolves when PostgreSQL is gone. */
  begin(): Promise<void>;
  /** Resolves when it may be reached again. */
  end(): Promise<void>;
}

const faults: [string, Fault][] = [
  ['shut down and started again', { begin: () => postgresql.shutDown(), end: () => postgresql.startAgain() }],
  [
    'crashed, and recovers by itself',
    {
      // A backend that dies takes all others with it; the server replays its log before it takes connections again.
      begin: async () => {
        const [backend] = await administer(
          postgresql.url,
          `SELECT pid FROM pg_stat_activity WHERE application_name = 'support-api' LIMIT 1`,
        );
        process.kill(Number(backend?.pid), 'SIGKILL');
      },
      end: () =>
        vi.waitFor(() => administer(postgresql.url, 'SELECT 1').then(() => {}), { timeout: 30_000, interval: 50 }),
    },
  ],
  [
    'silent for 20 s',
    {
      begin: async () => proxy.silence(),
      end: async () => {
        await sleep(AWAY_MS);
        proxy.pass();
      },
    },
  ],
  [
    'silent, and answers on new connections only',
    {
      begin: async () => proxy.silence(),
      end: async () => proxy.passNew(),
    },
  ],
];

async function expectUnready(server: RunningServer): Promise<void> {
  const { status, headers, body } = await restClient(server.url).get('/health/ready');
  expect(status).toBe(503);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  expect(body.error.code).toBe('SERVICE_UNAVAILABLE');
  expect((await restClient(server.url).get('/health/live')).status).toBe(200);
}

describe.each(faults)('PostgreSQL is %s under load', (name, fault) => {
  it('answers 503 in bounded time meanwhile, recovers without a restart, and keeps its word', async ({ annotate }) => {
    const database = `support_${faults.findIndex(([other]) => other === name)}`;
    await administer(postgresql.url, `CREATE DATABASE ${database}`);
    url = databaseUrl(postgresql.url, database);
    const throughProxy = new URL(url);
    throughProxy.port = String(proxy.port);
    await using server = await startServer({
      env: {
        ...LOAD_ENV,
        DATABASE_URL: throughProxy.href,
        POOL_MAX: String(POOL_MAX),
        POOL_CONNECT_TIMEOUT_MS: '1000',
        POOL_STATEMENT_TIMEOUT_MS: '3000',
        LONG_STATEMENT_TIMEOUT_MS: '3000',
        TRANSACTION_TIMEOUT_MS: '4000',
        REQUEST_TIMEOUT_MS: String(REQUEST_TIMEOUT_MS),
      },
    });

    const load = startLoad([server.url]);
    await load.until((ledger) => ledger.count('acknowledged') >= WRITES);
    const refused = load.everyUserIs('refused');
    await fault.begin();
    await refused;
    if (!name.startsWith('crashed')) await expectUnready(server);
    await fault.end();
    await load.everyUserIs('acknowledged');
    proxy.cutSilent();
    await vi.waitFor(async () => expect((await restClient(server.url).get('/health/ready')).status).toBe(200), {
      timeout: 30_000,
    });
    const ledger = await load.stop();

    expect(ledger.faults).toEqual([]);
    expect(ledger.count('unanswered')).toBe(0);
    expect(ledger.slowestMs()).toBeLessThan(REQUEST_TIMEOUT_MS + SLACK_MS);
    await expectWholePool(server.url, url, POOL_MAX);
    expect(await server.stop()).toBe(0);

    await using after = await startServer({ env: { ...LOAD_ENV, DATABASE_URL: url } });
    const undecidedHere = undecided(server.stdout);
    const { checked, contradictions } = await readBack(after.url, ledger, { undecided: undecidedHere });
    expect(contradictions).toEqual([]);
    await annotate(
      `${checked} acknowledged writes found, ${ledger.count('refused')} refused, ${undecidedHere.size} of them undecided, slowest answer ${Math.round(ledger.slowestMs())} ms`,
    );
  });
});

it('a stop while PostgreSQL is silent: what is under way gets its 503, and the exit code is 0', async () => {
  const database = 'support_stop';
  await administer(postgresql.url, `CREATE DATABASE ${database}`);
  const throughProxy = new URL(databaseUrl(postgresql.url, database));
  throughProxy.port = String(proxy.port);
  await using server = await startServer({
    env: { ...LOAD_ENV, DATABASE_URL: throughProxy.href, REQUEST_TIMEOUT_MS: '2000', SHUTDOWN_TIMEOUT_MS: '10000' },
  });
  const load = startLoad([server.url]);
  await load.until((ledger) => ledger.count('acknowledged') >= 20);
  proxy.silence();
  await load.everyUserIs('refused');
  expect(await server.stop()).toBe(0);
  const ledger = await load.stop();
  proxy.cutSilent();
  proxy.pass();
  expect(ledger.faults).toEqual([]);

  await using after = await startServer({ env: { ...LOAD_ENV, DATABASE_URL: throughProxy.href } });
  const { contradictions } = await readBack(after.url, ledger, { undecided: undecided(server.stdout) });
  expect(contradictions).toEqual([]);
});
