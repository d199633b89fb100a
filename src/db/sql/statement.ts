import type { Engine } from '../handle.js';

/** What a statement can be given. A `Date` is stored as Prisma stores it; JSON goes in as its text. */
export type Value = string | number | Date | Lazy | null;

/** Worked out where the statement for the engine at hand names it, and nowhere else. */
export class Lazy {
  readonly value: () => string | null;

  constructor(value: () => string | null) {
    this.value = value;
  }
}

/** A statement's text for one engine, and the order in which it wants its values. */
export interface Compiled {
  readonly text: string;
  readonly names: readonly string[];
}

export interface StatementOptions {
  /**
   * Made for one call, and forgotten after it: for texts that are put together of what was asked, of which there would
   * be too many to keep. PostgreSQL plans it for its values.
   */
  once?: boolean;
  /**
   * Takes a millisecond at most, whatever is stored. On PostgreSQL those that are asked for at the same time stand in line on
   * one connection, which saves most of their exchange with the server.
   */
  short?: boolean;
  /**
   * Looks at more the more is stored: it may take LONG_STATEMENT_TIMEOUT_MS, and is planned for its
   * values; on SQLite it runs on a thread of its own. Those of one user follow one another. What is neither this nor `short`
   * has the time of a short one.
   */
  long?: boolean;
  /**
   * Is quick, but may give a piece of much text, which takes the event loop 3 ms to read. Those of one user follow one another, with
   * time for others in between; the request takes one of that user's places for long answers.
   */
  large?: boolean;
}

/**
 * One SQL statement. Made when a module is loaded, and prepared once on each connection, unless it is for once. query() makes
 * them, and chain(): what it takes and gives follows from the schema.
 *
 * A time comes back as RFC 3339 text with `Z`; SQLite has no type for it, so its column's name must end in `At`.
 */
export class Statement<Params extends Record<string, Value> = Record<string, Value>, Row = unknown> {
  /** Its name as a prepared statement: unique in the process. */
  readonly name: string;
  readonly once: boolean;
  readonly short: boolean;
  readonly long: boolean;
  readonly large: boolean;
  readonly #write: (engine: Engine) => Compiled;
  readonly #texts: Partial<Record<Engine, Compiled>> = {};
  // Only in the types: what makes two statements of different shapes different types.
  declare readonly params: Params;
  declare readonly row: Row;

  constructor(
    name: string,
    write: (engine: Engine) => Compiled,
    { once = false, short = false, long = false, large = false }: StatementOptions = {},
  ) {
    this.name = name;
    this.once = once;
    this.short = short;
    this.long = long;
    this.large = large;
    this.#write = write;
  }

  text(engine: Engine): string {
    return this.#compiled(engine).text;
  }

  /** The values in the order of the placeholders, as the driver takes them. */
  values(engine: Engine, params: Params): (string | number | null)[] {
    return this.#compiled(engine).names.map((name) => {
      const value = params[name];
      if (value === undefined) throw new TypeError(`${this.name}: no value for :${name}`);
      if (value instanceof Lazy) return value.value();
      return value instanceof Date ? STORED_TIME[engine](value) : value;
    });
  }

  /** Written when it is first used: a process has one engine. */
  #compiled(engine: Engine): Compiled {
    this.#texts[engine] ??= this.#write(engine);
    return this.#texts[engine];
  }
}

/** As Prisma's adapters write it. On SQLite times are compared as text: all must have one form. */
const STORED_TIME: Record<Engine, (time: Date) => string> = {
  sqlite: (time) => time.toISOString().replace('Z', '+00:00'),
  postgresql: (time) => time.toISOString(),
};
