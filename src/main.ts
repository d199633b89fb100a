import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import type { FastifyInstance } from 'fastify';
import { buildApp } from './app.js';
import { withDevelopmentSecret } from './auth/development-secret.js';
import { signToken } from './auth/sign-token.js';
import { ConfigError, loadConfig } from './config/config.js';
import { loadEnvFile } from './config/env-file.js';
import { failStart } from './config/fail-start.js';
import { greeting } from './config/greeting.js';
import { type Database, openDatabase } from './db/database.js';
import { migrate, pendingMigrations } from './db/migrations/migrate.js';
import { databaseOptions } from './db/options.js';
import { feedLag } from './desk/history/feed-lag.js';
import { runHelpersBehindEventLoop } from './event-loop/helper-threads.js';
import { listenForMetrics } from './http/lifecycle/metrics.js';
import { readOpenApiDocument } from './http/openapi/read-document.js';
import { autoClose } from './jobs/auto-close.js';
import { fileLeftovers, fileRemoval } from './jobs/file-removal.js';
import { idempotencyExpiry } from './jobs/idempotency-expiry.js';
import { presenceExpiry } from './jobs/presence-expiry.js';
import { type RunningJobs, runJobs } from './jobs/run-jobs.js';
import { webhookCleanUp } from './jobs/webhook-clean-up.js';
import { addressRules, outboundHost } from './outbound/outbound-host.js';
import { Outbound } from './outbound/post.js';
import { systemClock } from './schema/clock.js';
import { isOutdated } from './search/reindex.js';
import { Vault } from './secrets/vault.js';
import { countWork } from './sla/count-work.js';
import { openFileStore } from './storage/open-store.js';
import { watchStore } from './storage/watched-store.js';
import { cached } from './telemetry/cached.js';
import { createLogger, flushLog } from './telemetry/logger.js';
import { Metrics } from './telemetry/metrics.js';
import { measureWebhooks } from './webhooks/measure-webhooks.js';
import { WebhookSender } from './webhooks/sender/webhook-sender.js';

const DATABASE_CLOSE_MS = 2_000;
const LOG_FLUSH_MS = 1_000;
/** Tickets and webhooks are looked at for the metrics this often at most, whoever asks. */
const TICKETS_CACHED_MS = 15_000;
/** Whom the greeting's link signs in: an agent whom `npm run seed` knows. */
const CONSOLE_USER = { userId: 'agent_dana', role: 'agent', expiresInMs: 12 * 3_600_000 } as const;

/** config → database → app → listen → signals: the only file that does anything when it is loaded. */
async function main(): Promise<void> {
  runHelpersBehindEventLoop();
  // V8 would come to allocate what each request makes in the old generation, where it stays until that is collected, with
  // all that it refers to: the young generation's collector copies it over and over (docs/performance.md).
  setFlagsFromString('--no-allocation-site-pretenuring');
  // The old generation is collected when it has doubled; V8 would let it grow to four times what is in use, which under
  // hundreds of connections is 60 MiB more, at the same speed.
  setFlagsFromString('--heap-growing-percent=100');
  loadEnvFile();
  const { config, made: secretPath } = withDevelopmentSecret(loadConfig(process.env));
  const log = createLogger(config);
  // A defect has left things in a state that nobody knows; what was acknowledged is on disk. The supervisor starts anew.
  process.on('uncaughtException', (err, origin) => {
    log.fatal({ err, origin }, 'a defect: leaving at once');
    process.exit(1);
  });

  const metrics = new Metrics();
  const options = databaseOptions(config, (err, what) => log.error({ err }, what), metrics);
  if (config.MIGRATE_ON_START) {
    const { applied } = await migrate(options);
    if (applied.length > 0) log.info({ migrations: applied }, 'migrated');
  } else {
    const pending = await pendingMigrations(options);
    if (pending.length > 0)
      throw new ConfigError(`Migrations are pending (${pending.join(', ')}): run npm run migrate`);
  }
  const db = await openDatabase(options);
  if (await isOutdated(db)) log.warn('texts are searched by the words of an older version: run npm run reindex');
  const scope = { db: db.reader, clock: systemClock };
  metrics.watch({
    connections: () => db.connections(),
    readThreads: () => db.readThreads(),
    tickets: cached(TICKETS_CACHED_MS, () => countWork(scope)),
    feedLag: () => feedLag(scope),
    webhooks: cached(TICKETS_CACHED_MS, () => measureWebhooks({ db, clock: systemClock })),
  });
  const store = watchStore(await openFileStore(config), (operation) => metrics.storeFailed(operation));
  const app = await buildApp({ config, db, log, document: readOpenApiDocument(), metrics, store });
  // As many may wait to be accepted as may be open: what the kernel drops instead gets no answer at all.
  await app.listen({ host: config.HOST, port: config.PORT, backlog: config.MAX_CONNECTIONS });

  const { port } = app.server.address() as AddressInfo;
  log.info({ host: config.HOST, port, database: db.engine }, 'listening');
  const { METRICS_HOST: metricsHost, METRICS_PORT: metricsPort } = config;
  if (metricsPort !== undefined) await listenForMetrics(metrics, metricsHost, metricsPort);
  // In production there are only log lines.
  if (config.NODE_ENV !== 'production') {
    // With a secret of the operator's own, whoever reads the output may be somebody else.
    const consoleToken = secretPath === undefined ? undefined : signToken(config, CONSOLE_USER);
    process.stdout.write(greeting({ config, port, secretPath, consoleToken }));
  }

  const days = config.AUTO_CLOSE_DAYS;
  const parts = { db, clock: systemClock };
  const secrets = new Vault(config.SECRETS_KEY);
  const outbound = new Outbound({ rules: addressRules(config) });
  const { home } = outboundHost(config, db.sql);
  const webhooks = new WebhookSender({ ...parts, log, outbound, secrets, metrics, home });
  if (config.WEBHOOK_DELIVERY) webhooks.start();
  const jobs = runJobs(
    [
      idempotencyExpiry(parts),
      presenceExpiry(parts),
      fileRemoval({ ...parts, store }),
      fileLeftovers({
        ...parts,
        store,
        onCompared: ({ removed, missing }) => {
          const count = missing.length;
          metrics.filesCompared({ removed, missing: count });
          if (count > 0) log.error({ count, fileIds: missing.slice(0, 20) }, 'the bytes of files are not in the store');
        },
      }),
      webhookCleanUp({ ...parts, secrets }),
      ...(days > 0 ? [autoClose({ ...parts, days })] : []),
    ],
    { log, metrics },
  );

  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      // npm passes on what the terminal has sent to both: the second one must not cut off what the first one waits for.
      if (stopping) return;
      stopping = true;
      void stop(signal, { app, jobs, webhooks, db, log, graceMs: config.SHUTDOWN_TIMEOUT_MS });
    });
  }
}

interface Running {
  app: FastifyInstance;
  jobs: RunningJobs;
  webhooks: WebhookSender;
  db: Database;
  log: ReturnType<typeof createLogger>;
  graceMs: number;
}

/** Answers what is under way, then leaves with 0; with 1 if that takes longer than the grace time. */
async function stop(signal: string, { app, jobs, webhooks, db, log, graceMs }: Running): Promise<void> {
  log.info({ signal }, 'stopping');
  let leaving = false;
  setTimeout(() => {
    leaving = true;
    log.error({ graceMs }, 'requests still under way after the grace time: leaving without them');
    void db.abandon().finally(() => process.exit(1));
  }, graceMs).unref();
  await Promise.all([app.close(), jobs.stop(), webhooks.stop()]);
  // Everybody has an answer: a database that doesn't say goodbye is not waited for.
  await Promise.race([db.close(), sleep(DATABASE_CLOSE_MS)]);
  // What was left behind may have ended by that: it was too late all the same.
  if (leaving) return;
  log.info('stopped');
  await flushLog(log, LOG_FLUSH_MS);
  process.exit(0);
}

main().catch(failStart);
