import type { Database, Statement } from 'better-sqlite3';

/** Prisma makes about a hundred different texts of our queries; lists in `IN (…)` make one more for each length. */
const CAPACITY = 200;

interface Column {
  name: string;
  type: string | null;
}

/**
 * What @prisma/adapter-better-sqlite3 uses of better-sqlite3, with each statement prepared once instead of at every
 * query. Arguments are passed with the call: `Statement.bind()` would bind a cached statement for good.
 */
export class StatementCache {
  readonly #database: Database;
  /** In the order of use, least recent first. */
  readonly #statements = new Map<string, CachedStatement>();

  constructor(database: Database) {
    this.#database = database;
  }

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

  /** Whether a statement returns rows and changes nothing. One that can't be prepared here is not known to. */
  isRead(sql: string): boolean {
    try {
      return this.prepare(sql).isRead;
    } catch {
      return false;
    }
  }

  exec(script: string): void {
    this.#database.exec(script);
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }
}

class CachedStatement {
  readonly #statement: Statement<unknown[]>;
  readonly isRead: boolean;

  constructor(statement: Statement<unknown[]>) {
    this.#statement = statement.reader ? statement.raw(true) : statement;
    this.isRead = statement.reader && statement.readonly;
  }

  bind(args: unknown[]): BoundStatement {
    return new BoundStatement(this.#statement, args);
  }
}

class BoundStatement {
  readonly #statement: Statement<unknown[]>;
  readonly #args: unknown[];

  constructor(statement: Statement<unknown[]>, args: unknown[]) {
    this.#statement = statement;
    this.#args = args;
  }

  get reader(): boolean {
    return this.#statement.reader;
  }

  run(): { changes: number } {
    return this.#statement.run(this.#args);
  }

  // Asked anew each time: a migration by another process may change what a statement returns.
  columns(): Column[] {
    return this.#statement.columns();
  }

  raw(): this {
    return this;
  }

  all(): unknown[] {
    return this.#statement.all(this.#args);
  }
}
