import type { Statement, Value } from './statement.js';

/** One link on SQLite: a statement of its own. Takes a column of an earlier row as `<link>_<column>`. */
export interface Step {
  readonly name: string;
  readonly statement: Statement;
  /** Without a row, the chain ends there. */
  readonly givesRow: boolean;
}

/**
 * Writes that stand or fall together, each made from the rows of those before it: one statement on PostgreSQL, and so one
 * round trip and a transaction by itself; one after the other in the caller's transaction on SQLite, which has no writing
 * CTEs. Gives the last row that a link gave; where one gave none, nothing of what follows it has happened. chain() makes
 * them.
 *
 * A link that uses an earlier one's row says so, and gives one row itself. On PostgreSQL all see the tables as they were
 * before the chain, so no two of them change the same row: `FOR UPDATE` and a change may.
 */
export interface WriteChain<Params extends Record<string, Value>, Row> {
  /** For PostgreSQL: all of it. */
  readonly whole: Statement<Params, Row>;
  /** For SQLite. */
  readonly steps: readonly Step[];
}
