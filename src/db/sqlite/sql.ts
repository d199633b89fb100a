import type { SqlQuery, SqlQueryable } from '@prisma/driver-adapter-utils';
import type { Statement as Compiled, Database } from 'better-sqlite3';
import type { Sql } from '../sql/sql.js';
import type { Statement, Value } from '../sql/statement.js';
import type { WriteChain } from '../sql/write-chain.js';
import type { OpenTransaction } from '../sql/writer.js';
import { TransactionGuard } from '../transaction-guard.js';
import type { SqliteConnection } from './connection.js';
import { isBusy, retryWhileBusy } from './retry-while-busy.js';

type Params = Record<string, Value>;
type Row = Record<string, unknown>;

interface Opened {
  readonly database: Database;
}

interface Prepared {
  readonly compiled: Compiled<unknown[]>;
  /** Columns that hold times. */
  readonly times: readonly string[];
}

/**
 * Statements on one SQLite connection: each runs at once, in the caller's turn. The promises are for the engine that
 * needs them, and for waiting while another process holds the lock.
 */
export class SqliteSql implements Sql {
  readonly #connection: () => Opened | Promise<Opened>;
  readonly #busyTimeoutMs: number;

  constructor(connection: () => Opened | Promise<Opened>, busyTimeoutMs: number) {
    this.#connection = connection;
    this.#busyTimeoutMs = busyTimeoutMs;
  }

  async rows<P extends Params, R>(statement: Statement<P, R>, params: P): Promise<R[]> {
    const { database } = await this.#connection();
    return this.attempt(() => {
      const { compiled, times } = prepare(database, statement);
      const rows = compiled.all(statement.values('sqlite', params)) as Row[];
      if (times.length > 0) for (const row of rows) rfc3339(row, times);
      return rows as R[];
    });
  }

  async row<P extends Params, R>(statement: Statement<P, R>, params: P): Promise<R | undefined> {
    // All rows are fetched: `get()` would leave a writing statement in the middle, and the transaction unable to commit.
    return (await this.rows(statement, params))[0];
  }

  async run<P extends Params>(statement: Statement<P>, params: P): Promise<number> {
    const { database } = await this.#connection();
    return this.attempt(() => prepare(database, statement).compiled.run(statement.values('sqlite', params)).changes);
  }

  async chain<P extends Params, R>({ steps }: WriteChain<P, R>, params: P): Promise<R | undefined> {
    const { database } = await this.#connection();
    return this.attempt(() => {
      const given: Params = { ...params };
      let last: Row | undefined;
      let lastTimes: readonly string[] = [];
      for (const { name, statement, givesRow } of steps) {
        const { compiled, times } = prepare(database, statement);
        const values = statement.values('sqlite', given);
        if (!givesRow) {
          compiled.run(values);
          continue;
        }
        [last] = compiled.all(values) as Row[];
        if (last === undefined) return undefined;
        lastTimes = times;
        for (const column of Object.keys(last)) given[`${name}_${column}`] = last[column] as Value;
      }
      if (last !== undefined) rfc3339(last, lastTimes);
      return last as R | undefined;
    });
  }

  protected attempt<T>(run: () => T): T | Promise<T> {
    try {
      return run();
    } catch (error) {
      if (!isBusy(error)) throw error;
      return retryWhileBusy(run, this.#busyTimeoutMs);
    }
  }
}

/** Statements within one transaction, which they end with. */
export class SqliteTransactionSql extends SqliteSql implements OpenTransaction {
  readonly #guard = new TransactionGuard();
  readonly #connection: Pick<SqliteConnection, 'adapter'>;

  /** `giveWay` is asked before each statement, and waited for. */
  constructor(connection: Pick<SqliteConnection, 'adapter' | 'database'>, giveWay: () => Promise<void> | undefined) {
    // It has the lock: nobody can keep it waiting.
    super(() => giveWay()?.then(() => connection) ?? connection, 0);
    this.#connection = connection;
  }

  async queryable(): Promise<SqlQueryable> {
    const { adapter } = this.#connection;
    return {
      provider: adapter.provider,
      adapterName: adapter.adapterName,
      queryRaw: (query: SqlQuery) => this.#guard.send(() => adapter.queryRaw(query)),
      executeRaw: (query: SqlQuery) => this.#guard.send(() => adapter.executeRaw(query)),
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

  protected override attempt<T>(run: () => T): T {
    return this.#guard.run(run);
  }
}

type Command = 'BEGIN IMMEDIATE' | 'COMMIT' | 'ROLLBACK' | 'SAVEPOINT job' | 'RELEASE job' | 'ROLLBACK TO job';

/** Runs a command of a transaction. */
export function runCommand(database: Database, command: Command): void {
  const { commands } = preparedOf(database);
  let compiled = commands.get(command);
  if (compiled === undefined) {
    compiled = database.prepare(command);
    commands.set(command, compiled);
  }
  compiled.run();
}

interface PreparedOf {
  statements: Map<unknown, Prepared>;
  commands: Map<Command, Compiled<unknown[]>>;
}

/** What is prepared on each connection, for as long as there is one. */
const PREPARED = new WeakMap<Database, PreparedOf>();

function preparedOf(database: Database): PreparedOf {
  let prepared = PREPARED.get(database);
  if (prepared === undefined) {
    prepared = { statements: new Map(), commands: new Map() };
    PREPARED.set(database, prepared);
  }
  return prepared;
}

function prepare(database: Database, statement: { once: boolean; text(engine: 'sqlite'): string }): Prepared {
  const { statements } = preparedOf(database);
  let prepared = statements.get(statement);
  if (prepared === undefined) {
    // Prisma's adapter has switched its connections to BigInt; nothing here counts beyond 2^53.
    const compiled = database.prepare<unknown[]>(statement.text('sqlite')).safeIntegers(false);
    const columns = compiled.reader ? compiled.columns().map(({ name }) => name) : [];
    prepared = { compiled, times: timesAmong(columns) };
    if (!statement.once) statements.set(statement, prepared);
  }
  return prepared;
}

/** The columns that hold times: by their names, as SQLite has no type for them. */
export function timesAmong(columns: readonly string[]): string[] {
  return columns.filter((name) => name.endsWith('At'));
}

/** Prisma's adapter stores `2026-01-22T16:30:00.000+00:00`. */
export function rfc3339(row: Row, times: readonly string[]): void {
  for (const name of times) {
    const stored = row[name];
    if (typeof stored === 'string') row[name] = `${stored.slice(0, 23)}Z`;
  }
}
