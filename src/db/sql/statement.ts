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

/** The few things that the two engines write differently. */
export interface Dialect {
  readonly engine: Engine;
  /** The later of `now` and a millisecond after `column`: a change is always later than the one before it. */
  later(column: string, now: string): string;
  /** A fixed time (RFC 3339 with `Z`, in milliseconds) that can stand for a column's. */
  time(time: string): string;
  /** A timestamp column as text, as RFC 3339 has it: for where it stands inside JSON. */
  isoTime(column: string): string;
  /** How many whole seconds passed from the time in one column to the one in another. */
  seconds(from: string, to: string): string;
  /** The time in a column, so many minutes later. */
  minutesAfter(column: string, minutes: string): string;
  /** All values of `expression` as one JSON array in the order of `orderBy`, if given; `[]` where there are none. */
  jsonArray(expression: string, orderBy?: string): string;
  /** The named expressions as one JSON array. */
  jsonTuple(...expressions: string[]): string;
  /** A JSON array of texts as rows for a `FROM`: `place` from 1, `value`. */
  listed(array: string): string;
  /** A statement that lets one transaction at a time go on to write to `table`; its readers don't notice. */
  exclusive(table: string): string;
  /** A JSON object of expressions by their keys, as a column that holds JSON takes it. */
  jsonObject(fields: Record<string, string>): string;
  /** In the `WHERE` of a long statement that looks at many rows: ends it when its time is up. */
  readonly withinTime: string;
  /**
   * In the `WHERE` of what locks a ticket whose status or priority may change: the lock of its user comes before
   * (docs/decisions/0019-lock-order.md). Takes the column that has the user.
   */
  lockUser(column: string): string;
  /** The same for several tickets of whomever: leaves out those of users whose lock somebody else has. */
  tryLockUser(column: string): string;
  /** At the end of a `SELECT` of one row that is about to be changed: it stays as it was read until the transaction ends. */
  readonly lockRow: string;
  /** The same for several rows; leaves out those that somebody else has locked. */
  readonly takeRows: string;
  /** In a WriteChain: the earlier links whose rows this one is made from. */
  from(...links: string[]): string;
}

export const DIALECTS: Record<Engine, Dialect> = {
  sqlite: {
    engine: 'sqlite',
    later: (column, now) =>
      `CASE WHEN ${column} < ${now} THEN ${now} ELSE strftime('%Y-%m-%dT%H:%M:%f+00:00', ${column}, '+0.001 seconds') END`,
    time: (time) => `'${time.replace('Z', '+00:00')}'`,
    isoTime: (column) => `replace(${column}, '+00:00', 'Z')`,
    // By milliseconds in whole numbers: the difference of two fractions can fall short of a second.
    seconds: (from, to) => `((${epochMs(to)} - ${epochMs(from)}) / 1000)`,
    minutesAfter: (column, minutes) =>
      `strftime('%Y-%m-%dT%H:%M:%f+00:00', ${column}, '+' || ${minutes} || ' minutes')`,
    jsonArray: (expression, orderBy) => `json_group_array(${expression}${inOrder(orderBy)})`,
    jsonTuple: (...expressions) => `json_array(${expressions.join(', ')})`,
    listed: (array) => `(SELECT key + 1 AS place, value FROM json_each(${array}))`,
    // Whoever writes is alone as it is.
    exclusive: () => 'SELECT 1 WHERE 0',
    jsonObject: (fields) => `json_object(${pairs(fields)})`,
    withinTime: 'within_time()',
    // There is one writer.
    lockUser: () => 'TRUE',
    tryLockUser: () => 'TRUE',
    lockRow: '',
    takeRows: '',
    // Their columns come as values.
    from: () => '',
  },
  postgresql: {
    engine: 'postgresql',
    later: (column, now) => `GREATEST(${now}, ${column} + interval '1 millisecond')`,
    time: (time) => `'${time}'`,
    isoTime: (column) => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
    seconds: (from, to) => `CAST(trunc(EXTRACT(epoch FROM ${to} - ${from})) AS bigint)`,
    minutesAfter: (column, minutes) => `${column} + CAST(${minutes} AS integer) * interval '1 minute'`,
    jsonArray: (expression, orderBy) => `COALESCE(json_agg(${expression}${inOrder(orderBy)}), '[]')::text`,
    jsonTuple: (...expressions) => `json_build_array(${expressions.join(', ')})`,
    listed: (array) =>
      `(SELECT place, value FROM json_array_elements_text(CAST(${array} AS json)) WITH ORDINALITY AS each(value, place))`,
    exclusive: (table) => `LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE`,
    jsonObject: (fields) => `jsonb_build_object(${pairs(fields)})`,
    // The server does so by itself.
    withinTime: 'TRUE',
    lockUser: (column) => `lock_user(${column})`,
    tryLockUser: (column) => `try_lock_user(${column})`,
    // Lets foreign keys to the row be checked meanwhile.
    lockRow: 'FOR NO KEY UPDATE',
    takeRows: 'FOR NO KEY UPDATE SKIP LOCKED',
    from: (...links) => `FROM ${links.join(', ')}`,
  },
};

function inOrder(orderBy: string | undefined): string {
  return orderBy === undefined ? '' : ` ORDER BY ${orderBy}`;
}

/** SQLite: milliseconds since 1970. */
function epochMs(column: string): string {
  return `CAST(round(unixepoch(${column}, 'subsec') * 1000) AS INTEGER)`;
}

function pairs(fields: Record<string, string>): string {
  return Object.entries(fields)
    .map(([key, expression]) => `'${key}', ${expression}`)
    .join(', ');
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
   * Is quick, but may give as much text as an answer holds (MAX_TEXT_BYTES), which takes the event loop 10 ms to read. On
   * PostgreSQL those of one user follow one another; on SQLite one at a time is read anyway.
   */
  large?: boolean;
}

/**
 * One SQL statement, written once for both engines, with `:name` where a value goes. Made when a module is loaded, and
 * prepared once on each connection, unless it is for once.
 *
 * `Params` and `Row` say what it takes and gives; the suites run every statement on both engines. A time comes back as
 * RFC 3339 text with `Z`; SQLite has no type for it, so its column's name must end in `At`.
 */
export class Statement<Params extends Record<string, Value> = Record<string, Value>, Row = unknown> {
  /** Its name as a prepared statement: unique in the process. */
  readonly name: string;
  readonly once: boolean;
  readonly short: boolean;
  readonly long: boolean;
  readonly large: boolean;
  readonly #write: (dialect: Dialect) => string | Compiled;
  readonly #texts: Partial<Record<Engine, Compiled>> = {};
  // Only in the types: what makes two statements of different shapes different types.
  declare readonly params: Params;
  declare readonly row: Row;

  constructor(
    name: string,
    text: string | ((dialect: Dialect) => string | Compiled),
    { once = false, short = false, long = false, large = false }: StatementOptions = {},
  ) {
    this.name = name;
    this.once = once;
    this.short = short;
    this.long = long;
    this.large = large;
    this.#write = typeof text === 'string' ? () => text : text;
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
    let compiled = this.#texts[engine];
    if (compiled === undefined) {
      const written = this.#write(DIALECTS[engine]);
      compiled = typeof written === 'string' ? compile(written, engine) : written;
      this.#texts[engine] = compiled;
    }
    return compiled;
  }
}

/** As Prisma's adapters write it. On SQLite times are compared as text: all must have one form. */
const STORED_TIME: Record<Engine, (time: Date) => string> = {
  sqlite: (time) => time.toISOString().replace('Z', '+00:00'),
  postgresql: (time) => time.toISOString(),
};

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
