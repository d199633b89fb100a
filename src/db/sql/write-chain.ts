import { DIALECTS, type Dialect, Statement, type Value } from './statement.js';

/** Its SQL, which may name a column of an earlier link's row as `@<link>.<column>`. */
type Link = string | ((dialect: Dialect) => string);

/** One after the other, by name; none is a table's. */
type Links = Record<string, Link>;

/** A column of an earlier link's row. */
const COLUMN = /@(\w+)\.(\w+)/g;

/** A `SELECT`, or a write with `RETURNING`: without a row, the chain ends there. Any other link is a write without one. */
const GIVES_ROW = /^\s*SELECT\b|\bRETURNING\b/i;

/** One link on SQLite: a statement of its own. Takes a column of an earlier row as `<link>_<column>`. */
export interface Step {
  readonly name: string;
  readonly statement: Statement;
  readonly givesRow: boolean;
}

/**
 * Writes that stand or fall together, each made from the rows of those before it: one statement on PostgreSQL, and so one
 * round trip and a transaction by itself; one after the other in the caller's transaction on SQLite, which has no writing
 * CTEs. Gives the last row that a link gave; where one gave none, nothing of what follows it has happened.
 *
 * A link that uses an earlier one's row says so with `from()`, and gives one row itself. On PostgreSQL all see the tables
 * as they were before the chain, so no two of them change the same row: `FOR UPDATE` and a change may.
 *
 * @example
 * new WriteChain('rename', {
 *   old: ({ lockRow }) => `SELECT name FROM things WHERE id = :id ${lockRow}`,
 *   thing: 'UPDATE things SET name = :name WHERE id = :id RETURNING id',
 *   log: ({ from }) => `INSERT INTO log (was) SELECT @old.name ${from('old', 'thing')}`,
 * })
 */
export class WriteChain<Params extends Record<string, Value>, Row> {
  /** For PostgreSQL: all of it. */
  readonly whole: Statement<Params, Row>;
  /** For SQLite. */
  readonly steps: readonly Step[];

  constructor(name: string, links: Links) {
    const names = Object.keys(links);
    const givesRow = (link: string) => GIVES_ROW.test(write(links, link, DIALECTS.sqlite));
    const last = names.findLast(givesRow);
    if (last === undefined) throw new TypeError(`${name}: no link gives a row`);
    this.whole = new Statement(name, (dialect) => {
      const parts = names.map((link) => `${link} AS (${write(links, link, dialect).replace(COLUMN, '$1."$2"')})`);
      return `WITH ${parts.join(', ')} SELECT * FROM ${last}`;
    });
    this.steps = names.map((link) => ({
      name: link,
      statement: new Statement(`${name}: ${link}`, (dialect) => write(links, link, dialect).replace(COLUMN, ':$1_$2')),
      givesRow: givesRow(link),
    }));
  }
}

function write(links: Links, name: string, dialect: Dialect): string {
  const link = links[name] ?? '';
  return typeof link === 'string' ? link : link(dialect);
}
