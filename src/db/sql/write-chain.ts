import { DIALECTS, type Dialect, Statement, type Value } from './statement.js';

/** Its SQL, which may name a column of an earlier link's row as `@<link>.<column>`; undefined where an engine doesn't need it. */
type Link = string | ((dialect: Dialect) => string | undefined);

/** One after the other, by name; none is a table's. */
export type Links = Record<string, Link>;

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
    const givesRow = ([, text]: Written) => GIVES_ROW.test(text);
    const last = write(links, DIALECTS.sqlite).findLast(givesRow)?.[0];
    if (last === undefined) throw new TypeError(`${name}: no link gives a row`);
    this.whole = new Statement(name, (dialect) => {
      const parts = write(links, dialect).map(([link, text]) => `${link} AS (${text.replace(COLUMN, '$1."$2"')})`);
      return `WITH ${parts.join(', ')} SELECT * FROM ${last}`;
    });
    this.steps = write(links, DIALECTS.sqlite).map((written) => ({
      name: written[0],
      statement: new Statement(`${name}: ${written[0]}`, written[1].replace(COLUMN, ':$1_$2')),
      givesRow: givesRow(written),
    }));
  }
}

type Written = readonly [name: string, text: string];

function write(links: Links, dialect: Dialect): Written[] {
  return Object.entries(links).flatMap(([name, link]) => {
    const text = typeof link === 'string' ? link : link(dialect);
    return text === undefined ? [] : [[name, text] as const];
  });
}
