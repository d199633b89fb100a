import type { Socket } from 'node:net';
import pg from 'pg';
import { SILENT } from '../driver-errors.js';
import { postgresqlConnection } from './connection.js';

export interface PoolOptions {
  /** Connections of this process. */
  max: number;
  /** How long to wait for a connection, free or new. */
  connectTimeoutMs: number;
  /** The server ends a statement that takes longer. */
  statementTimeoutMs: number;
  /** The same for one that says of itself that it is long. */
  longStatementTimeoutMs: number;
  /** The server ends a transaction that stands still for longer, and with it the locks that it holds. */
  idleInTransactionTimeoutMs: number;
}

/** Grace for the server to report a statement timeout itself, before the silence counts as a lost connection. */
const SILENCE_GRACE_MS = 5_000;

/**
 * The connections of this process to PostgreSQL, with limits on everything that can wait. Connects when first needed.
 * `onError` is told of connections that fail while nobody uses them; unheard, they would end the process.
 */
export function openPool(url: string, options: PoolOptions, onError: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({
    ...postgresqlConnection(url),
    max: options.max,
    connectionTimeoutMillis: options.connectTimeoutMs,
    idleTimeoutMillis: 30_000,
    // So that a failover or a new DNS answer reaches every connection some time.
    maxLifetimeSeconds: 1_800,
    statement_timeout: options.statementTimeoutMs,
    idle_in_transaction_session_timeout: options.idleInTransactionTimeoutMs,
    keepAlive: true,
    // Whoever doesn't wait for an answer before the next statement need not: docs/decisions/0016-postgresql-batches.md.
    pipeline: true,
  });
  pool.on('error', onError);
  // While a connection is lent out, its failure also fails the query under way: that is where it is reported.
  pool.on('connect', (client) => client.on('error', () => {}));
  const longest = Math.max(options.statementTimeoutMs, options.longStatementTimeoutMs);
  endSilentConnections(pool, longest + SILENCE_GRACE_MS);
  return pool;
}

/**
 * Ends a connection that somebody waits for and that has said nothing for `ms`: the server's own limits are no use when
 * the network drops its answer. By the socket's timer: pg's `query_timeout` makes one for each query, which takes a third
 * of the time of a short one, as the garbage collector keeps it with all that hangs on it (docs/performance.md).
 */
function endSilentConnections(pool: pg.Pool, ms: number): void {
  const states = new WeakMap<pg.PoolClient, { lent: boolean }>();
  const note = (client: pg.PoolClient, lent: boolean) => {
    const state = states.get(client);
    if (state) state.lent = lent;
  };
  pool.on('acquire', (client) => note(client, true));
  pool.on('release', (_error, client) => note(client, false));
  pool.on('connect', (client) => {
    const state = { lent: false };
    states.set(client, state);
    const stream = client.connection.stream as Socket;
    stream.setTimeout(ms, () => {
      if (state.lent) stream.destroy(new Error(SILENT));
    });
  });
}

/** Time to reach the server for it. */
const ABANDON_MS = 1_000;

/**
 * Has the server end the connections of a pool at once: a statement that is under way there, waiting for a lock perhaps,
 * would otherwise be carried out after we have left. Never rejects: a server that can't be reached carries out nothing.
 */
export async function abandonPool(pool: pg.Pool, url: string): Promise<void> {
  const client = new pg.Client({
    ...postgresqlConnection(url),
    connectionTimeoutMillis: ABANDON_MS,
    query_timeout: ABANDON_MS,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid', [processIdsOf(pool)]);
  } catch {
    // We are on our way out, and have told that requests are left behind.
  }
}

/** pg knows the process of each connection, and its types don't. */
function processIdsOf(pool: pg.Pool): number[] {
  const { _clients: clients } = pool as unknown as { _clients: { processID: number | null }[] };
  return clients.flatMap(({ processID }) => processID ?? []);
}
