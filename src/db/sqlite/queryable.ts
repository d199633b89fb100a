import type { SqlQuery, SqlQueryable, SqlResultSet } from '@prisma/driver-adapter-utils';
import { toDriverAdapterError } from './convert-error.js';
import { columnTypes, toParameter, toResult } from './convert-values.js';
import type { StatementCache } from './statement-cache.js';

/**
 * A SQLite connection as Prisma's client wants one: its arguments, result sets and errors. It guards nothing: whoever
 * holds it says in whose transaction a statement runs.
 *
 * Each method rejects with a DriverAdapterError for an error of SQLite's, and with the driver's own for any other.
 */
export class SqliteQueryable implements SqlQueryable {
  readonly provider = 'sqlite';
  readonly adapterName = 'support-api-sqlite';
  readonly #statements: Pick<StatementCache, 'prepare' | 'exec' | 'close'>;

  constructor(statements: Pick<StatementCache, 'prepare' | 'exec' | 'close'>) {
    this.#statements = statements;
  }

  /** Runs one statement, and gives its rows: none for one that returns none. */
  async queryRaw({ sql, args, argTypes }: SqlQuery): Promise<SqlResultSet> {
    return attempt(() => {
      const statement = this.#statements.prepare(sql);
      const parameters = args.map((arg, index) => toParameter(arg, argTypes[index]));
      if (!statement.returnsRows) {
        statement.run(parameters);
        return { columnNames: [], columnTypes: [], rows: [] };
      }
      const rows = statement.all(parameters);
      const columns = statement.columns();
      const types = columnTypes(
        columns.map(({ type }) => type),
        rows,
      );
      return {
        columnNames: columns.map(({ name }) => name),
        columnTypes: types,
        rows: rows.map((row) => row.map((value, column) => toResult(value, types[column]))),
      };
    });
  }

  /** Runs one statement, and gives how many rows it has changed. */
  async executeRaw({ sql, args, argTypes }: SqlQuery): Promise<number> {
    return attempt(() =>
      this.#statements.prepare(sql).run(args.map((arg, index) => toParameter(arg, argTypes[index]))),
    );
  }

  /** Runs any number of statements. */
  async executeScript(script: string): Promise<void> {
    attempt(() => this.#statements.exec(script));
  }

  /** Closes the connection. */
  async dispose(): Promise<void> {
    this.#statements.close();
  }
}

function attempt<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw toDriverAdapterError(error);
  }
}
