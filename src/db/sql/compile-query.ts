import type { Engine } from '../handle.js';
import { createQueryId, type OperationNodeSource, PostgresQueryCompiler, SqliteQueryCompiler } from './kysely.js';
import { Param } from './params.js';
import type { Compiled } from './statement.js';

/** `$1`, the same for the same name. */
class Postgresql extends PostgresQueryCompiler {
  readonly #names: string[];

  constructor(names: string[]) {
    super();
    this.#names = names;
  }

  protected override appendValue(value: unknown): void {
    if (!(value instanceof Param)) {
      this.appendImmediateValue(value);
      return;
    }
    if (!this.#names.includes(value.name)) this.#names.push(value.name);
    this.append(`$${this.#names.indexOf(value.name) + 1}`);
  }
}

/** `?`, one value each. */
class Sqlite extends SqliteQueryCompiler {
  readonly #names: string[];

  constructor(names: string[]) {
    super();
    this.#names = names;
  }

  protected override appendValue(value: unknown): void {
    if (!(value instanceof Param)) {
      this.appendImmediateValue(value);
      return;
    }
    this.#names.push(value.name);
    this.append('?');
  }
}

const COMPILERS = { sqlite: Sqlite, postgresql: Postgresql };

/**
 * The text of a query. What is no placeholder is the same in each call: it stands in the text itself, where the engines'
 * planners see it. `names`: of the texts that come before it in the same statement.
 */
export function compileQuery(query: OperationNodeSource, engine: Engine, names: string[] = []): Compiled {
  const node = query.toOperationNode() as Parameters<PostgresQueryCompiler['compileQuery']>[0];
  const { sql } = new COMPILERS[engine](names).compileQuery(node, createQueryId());
  return { text: sql, names };
}
