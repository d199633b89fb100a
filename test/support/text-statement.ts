import type { Engine } from '../../src/db/handle.js';
import { type Compiled, Statement, type StatementOptions, type Value } from '../../src/db/sql/statement.js';

/** A statement of a text, with `:name` where a value goes: for what no query of the service does. */
export function textStatement<Params extends Record<string, Value> = Record<string, Value>, Row = unknown>(
  name: string,
  text: string,
  options?: StatementOptions,
): Statement<Params, Row> {
  return new Statement(name, (engine) => compile(text, engine), options);
}

/**
 * Puts the drivers' placeholders where `:name` (not `::cast`) stands: `$1`, the same for the same name, on PostgreSQL;
 * `?` on SQLite, one value each.
 */
function compile(source: string, engine: Engine): Compiled {
  const names: string[] = [];
  const text = source.replace(/(?<![:\w]):([a-z]\w*)/gi, (_all, name: string) => {
    if (engine === 'sqlite') {
      names.push(name);
      return '?';
    }
    if (!names.includes(name)) names.push(name);
    return `$${names.indexOf(name) + 1}`;
  });
  return { text, names };
}
