import type { SqlQuery, SqlQueryable } from '@prisma/driver-adapter-utils';
import type { Pool, PoolClient, QueryConfig } from 'pg';
import type { Sql } from '../sql/sql.js';
import type { Statement, Value } from '../sql/statement.js';
import type { WriteChain } from '../sql/write-chain.js';
import type { OpenTransaction } from '../sql/writer.js';
import { TransactionGuard } from '../transaction-guard.js';
import type { PostgresqlQueryables } from './queryables.js';

const TIMESTAMPTZ = 1184;

/** PostgreSQL's `2026-01-22 16:30:00.5+00` (our sessions are in UTC) as `2026-01-22T16:30:00.500Z`. */
function isoTime(text: string): string {
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${text.slice(20, -3).padEnd(3, '0')}Z`;
}

const asText = (text: string) => text;
const TYPES = {
  getTypeParser: (oid: number) => (oid === TIMESTAMPTZ ? isoTime : oid === 23 || oid === 20 ? Number : asText),
} as NonNullable<QueryConfig['types']>;

/** What pg is asked. A class, so that all have one shape: with a name or without, literals are put together key by key. */
class Query implements QueryConfig {
  readonly name?: string;
  readonly text: string;
  readonly values: (string | number | null)[];
  readonly types = TYPES;

  constructor(statement: Statement, params: Record<string, Value>, prepared: boolean) {
    if (prepared) this.name = statement.name;
    this.text = statement.text('postgresql');
    this.values = statement.values('postgresql', params);
  }
}

interface SqlOptions {
  /** Makes what is thrown of what a statement failed with; by default that itself. */
  explain?: (error: unknown) => unknown;
  /** Statements are prepared, and found again by their names. Without, nothing depends on what the connection knows. */
  prepares?: boolean;
}

/** Statements on a pool (each a transaction by itself) or on the one connection of a transaction. */
export class PostgresqlSql implements Sql {
  readonly #on: Pool | PoolClient;
  readonly #explain: (error: unknown) => unknown;
  readonly #prepares: boolean;

  constructor(on: Pool | PoolClient, { explain = (error) => error, prepares = true }: SqlOptions = {}) {
    this.#on = on;
    this.#explain = explain;
    this.#prepares = prepares;
  }

  async rows<P extends Record<string, Value>, R>(statement: Statement<P, R>, params: P): Promise<R[]> {
    const { rows } = await this.#query(statement, params);
    return rows as R[];
  }

  async row<P extends Record<string, Value>, R>(statement: Statement<P, R>, params: P): Promise<R | undefined> {
    const { rows } = await this.#query(statement, params);
    return rows[0] as R | undefined;
  }

  async run<P extends Record<string, Value>>(statement: Statement<P>, params: P): Promise<number> {
    const { rowCount } = await this.#query(statement, params);
    return rowCount ?? 0;
  }

  chain<P extends Record<string, Value>, R>({ whole }: WriteChain<P, R>, params: P): Promise<R | undefined> {
    return this.row(whole, params);
  }

  protected send<T>(statement: () => Promise<T>): Promise<T> {
    return statement();
  }

  async #query<P extends Record<string, Value>>(statement: Statement<P>, params: P) {
    try {
      const prepared = this.#prepares && !statement.once && !isBeingPrepared(this.#on, statement.name);
      return await this.send(() => this.#on.query(new Query(statement, params, prepared)));
    } catch (error) {
      throw this.#explain(error);
    }
  }
}

/** Statements within one transaction, which they end with. */
export class PostgresqlTransactionSql extends PostgresqlSql implements OpenTransaction {
  readonly #guard = new TransactionGuard();
  readonly #client: PoolClient;
  readonly #queryables: PostgresqlQueryables;

  constructor(client: PoolClient, queryables: PostgresqlQueryables, options: Pick<SqlOptions, 'prepares'>) {
    super(client, options);
    this.#client = client;
    this.#queryables = queryables;
  }

  async queryable(): Promise<SqlQueryable> {
    const queryable = await this.#queryables.on(this.#client);
    return {
      provider: queryable.provider,
      adapterName: queryable.adapterName,
      queryRaw: (query: SqlQuery) => this.#guard.send(() => queryable.queryRaw(query)),
      executeRaw: (query: SqlQuery) => this.#guard.send(() => queryable.executeRaw(query)),
    };
  }

  /**
   * Takes no more statements.
   *
   * @throws what a statement failed with though the work went on
   */
  end(): void {
    this.#guard.end();
  }

  abandon(): void {
    this.#guard.abandon();
  }

  protected override send<T>(statement: () => Promise<T>): Promise<T> {
    return this.#guard.send(statement);
  }
}

/**
 * Whether a connection has sent a statement to be prepared, and has no answer yet. pg takes it for prepared then: what is
 * sent by its name would fail with it, whosever it is.
 */
function isBeingPrepared(on: Pool | PoolClient, name: string): boolean {
  const { connection } = on as { connection?: { submittedNamedStatements: Record<string, string> } };
  return connection !== undefined && connection.submittedNamedStatements[name] !== undefined;
}

/** Sends what `send` asks for by one write to the socket; it does so before it first waits. */
export function inOnePiece<T>({ connection: { stream } }: PoolClient, send: () => T): T {
  stream.cork();
  try {
    return send();
  } finally {
    stream.uncork();
  }
}
