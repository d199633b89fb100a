import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { inject } from 'vitest';
import { buildApp } from '../../src/app.js';
import { loadConfig } from '../../src/config/config.js';
import { type Database, openDatabase } from '../../src/db/database.js';
import type { Engine } from '../../src/db/handle.js';
import { databaseOptions } from '../../src/db/options.js';
import { readOpenApiDocument } from '../../src/http/openapi/read-document.js';
import type { Clock } from '../../src/schema/clock.js';
import type { FileStore } from '../../src/storage/file-store.js';
import { openFileStore } from '../../src/storage/open-store.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { createMigratedDatabase } from './databases.js';
import { startS3 } from './s3-server.js';
import { TEST_SECRET } from './tokens.js';

export interface TestApp extends AsyncDisposable {
  /** Where it listens: `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly app: FastifyInstance;
  /** The same database that the app uses, to look at what was and was not stored. */
  readonly db: Database;
  readonly databaseUrl: string;
  /** Where files are received, and kept unless that is S3; not there before the first one. */
  readonly filesFolder: string;
  /** The store that the app keeps them in, to look at. */
  readonly store: FileStore;
  /** The settings of another instance with the same database and the same store. */
  readonly sharedEnv: Record<string, string>;
  /** Every log line so far, parsed; empty unless LOG_LEVEL is set. */
  readonly logs: Record<string, unknown>[];
}

interface TestAppOptions {
  /** The one of the project that the test runs in, unless a test needs several at once. */
  engine?: Engine;
  /** Over the defaults of tests: a secret, a new database, silence. */
  env?: Record<string, string>;
  clock?: Clock;
}

/** The whole app on a database of its own, listening on a real port. Dispose of it. */
export async function startApp({ engine, env = {}, clock }: TestAppOptions = {}): Promise<TestApp> {
  const database =
    env.DATABASE_URL === undefined ? await createMigratedDatabase(engine ?? inject('engine')) : undefined;
  const s3 = inject('store') === 's3' && env.S3_BUCKET === undefined ? await startS3() : undefined;
  // Through the service, so that the same tests say the same of it; links of S3's own have tests of their own.
  const s3Env = s3 && { ...s3.env, S3_PREFIX: 'support/', S3_PRESIGNED_LINKS: 'false' };
  const config = loadConfig({
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    // All of a test's requests come from one address, and most from one user.
    RATE_LIMIT_IP: '0',
    RATE_LIMIT_USER: '0',
    RATE_LIMIT_USER_BYTES: '0',
    // No test cuts the power.
    SQLITE_SYNCHRONOUS: 'NORMAL',
    FILES_FOLDER: join(tmpdir(), `support-api-files-${randomUUID()}`),
    ...s3Env,
    ...(database && { DATABASE_URL: database.url }),
    ...(env.JWT_PUBLIC_KEY === undefined && env.JWT_JWKS_URL === undefined && { JWT_SECRET: TEST_SECRET }),
    ...env,
  });
  const logs: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      for (const line of String(chunk).trim().split('\n')) logs.push(JSON.parse(line));
      done();
    },
  });
  const log = createLogger(config, sink);
  const db = await openDatabase(databaseOptions(config, (err, what) => log.error({ err }, what)));
  const store = await openFileStore(config);
  const app = await buildApp({ config, db, log, document: readOpenApiDocument(), ...(clock && { clock }) });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    app,
    db,
    databaseUrl: config.DATABASE_URL,
    filesFolder: config.FILES_FOLDER ?? '',
    store,
    sharedEnv: {
      DATABASE_URL: config.DATABASE_URL,
      FILES_FOLDER: config.FILES_FOLDER ?? '',
      ...s3Env,
    },
    logs,
    async [Symbol.asyncDispose]() {
      await app.close();
      await db.close();
      await database?.[Symbol.asyncDispose]();
      await s3?.[Symbol.asyncDispose]();
      await rm(config.FILES_FOLDER ?? '', { recursive: true, force: true });
    },
  };
}
