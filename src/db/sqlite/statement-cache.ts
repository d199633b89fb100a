import type { ColumnDefinition, Database, Statement } from 'better-sqlite3';

/** Prisma makes about a hundred different texts of our queries; lists in `IN (…)` make one more for each length. */
const CAPACITY = 200;

/** The statements of a connection, each prepared once instead of at every query. Integers come as BigInt. */
export class StatementCache {
  readonly #database: Database;
  /** In the order of use, least recent first. */
  readonly #statements = new Map<string, CachedStatement>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** @throws SqliteError when SQLite doesn't take the text; RangeError unless it is one statement */
  prepare(sql: string): CachedStatement {
    let statement = this.#statements.get(sql);
    if (statement) {
      this.#statements.delete(sql);
    } else {
      statement = new CachedStatement(this.#database.prepare(sql));
      const oldest = this.#statements.size < CAPACITY ? undefined : this.#statements.keys().next().value;
      if (oldest !== undefined) this.#statements.delete(oldest);
    }
    this.#statements.set(sql, statement);
    return statement;
  }

  /** Runs any number of statements, without parameters. */
  exec(script: string): void {
    this.#database.exec(script);
  }

  /** Closes the connection. */
  close(): void {
    this.#statements.clear();
    this.#database.close();
  }
}

/** Arguments are passed with each call: `Statement.bind()` would bind a cached statement for good. */
class CachedStatement {
  readonly #statement: Statement<unknown[], unknown[]>;
  readonly returnsRows: boolean;

  constructor(statement: Statement<unknown[]>) {
    const { reader } = statement;
    this.#statement = (reader ? statement.raw().safeIntegers() : statement) as Statement<unknown[], unknown[]>;
    this.returnsRows = reader;
  }

  /** Runs a statement that returns no rows, and gives how many it has changed. */
  run(args: unknown[]): number {
    return this.#statement.run(args).changes;
  }

  /** Runs a statement that returns rows, and gives them all, each as a list of values. */
  all(args: unknown[]): unknown[][] {
    return this.#statement.all(args);
  }

  /** The columns of the rows that all() gave last: a migration by another process may change what there are. */
  columns(): ColumnDefinition[] {
    return this.#statement.columns();
  }
}
