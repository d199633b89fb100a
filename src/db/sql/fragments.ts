import type { Engine } from '../handle.js';
import type { Json, Time } from './column-types.js';
import { type Expression, fragment, type RawBuilder, type SelectQueryBuilder, type SqlBool } from './kysely.js';
import type { Tables } from './tables.js';

type Selecting = <D, T extends keyof D, O>(select: SelectQueryBuilder<D, T, O>) => SelectQueryBuilder<D, T, O>;

/** The few things that the two engines write differently. */
export interface Fragments {
  /** The later of `now` and a millisecond after `column`: a change is always later than the one before it. */
  later(column: Expression<Time>, now: Expression<Time>): RawBuilder<Time>;
  /** A fixed time (RFC 3339 with `Z`, in milliseconds). */
  time(time: string): RawBuilder<Time>;
  /** A time as text, as RFC 3339 has it: for where it stands inside JSON. */
  isoTime(time: Expression<Time>): RawBuilder<string>;
  /** Milliseconds since 1970. */
  epochMs(time: Expression<Time>): RawBuilder<number>;
  /** How many whole seconds passed from one time to another. */
  seconds(from: Expression<Time | null>, to: Expression<Time | null>): RawBuilder<number>;
  /** All values of `expression` as the text of one JSON array in the order of `orderBy`; `[]` where there are none. */
  jsonArray(expression: Expression<unknown>, ...orderBy: Expression<unknown>[]): RawBuilder<string>;
  /**
   * In a long statement: the first of the sorted values at which half of them are reached, and nine in ten (as
   * percentile_disc()), as the text of a JSON array.
   */
  medianAndP90(values: Expression<number>): RawBuilder<string>;
  /** The expressions as one JSON array. */
  jsonTuple(...expressions: Expression<unknown>[]): RawBuilder<Json>;
  /** A JSON object of expressions by their keys, as a column that holds JSON takes it. */
  jsonObject(fields: Record<string, Expression<unknown>>): RawBuilder<Json>;
  /** JSON that was sent as text. */
  asJson(text: Expression<Json>): RawBuilder<Json>;
  /** A JSON array of texts as rows for a `FROM`: `place` from 1, `value`. */
  listed(array: Expression<string>): RawBuilder<{ place: number; value: string }>;
  /** A statement that lets one transaction at a time go on to write to a table; its readers don't notice. */
  exclusive(table: keyof Tables): RawBuilder<unknown>;
  /** In the `WHERE` of a long statement that looks at many rows: ends it when its time is up. */
  readonly withinTime: RawBuilder<SqlBool>;
  /** Where an event stands in the feed, before its id. Under the ticket's lock: see the migration. */
  eventPosition(): RawBuilder<number>;
  /** No event can come any more that stands before this one: the feed shows it (docs/decisions/0015-history.md). */
  isInFeed(position: Expression<number>): RawBuilder<SqlBool>;
  /**
   * In the `WHERE` of what locks a ticket whose status or priority may change: the lock of its user comes before
   * (docs/decisions/0019-lock-order.md). Takes the column that has the user.
   */
  lockUser(userId: Expression<string>): RawBuilder<SqlBool>;
  /** The same for several tickets of whomever: leaves out those of users whose lock somebody else has. */
  tryLockUser(userId: Expression<string>): RawBuilder<SqlBool>;
  /** At the end of a `SELECT` of one row that is about to be changed: it stays as it was read until the transaction ends. */
  readonly lockRow: Selecting;
  /** The same for several rows; leaves out those that somebody else has locked. */
  readonly takeRows: Selecting;
}

/** SQL: true. */
const anyway = fragment<SqlBool>`TRUE`;

export const FRAGMENTS: Record<Engine, Fragments> = {
  sqlite: {
    later: (column, now) =>
      fragment`CASE WHEN ${column} < ${now} THEN ${now} ELSE strftime('%Y-%m-%dT%H:%M:%f+00:00', ${column}, '+0.001 seconds') END`,
    time: (time) => fragment`${fragment.lit(time.replace('Z', '+00:00'))}`,
    isoTime: (time) => fragment`replace(${time}, '+00:00', 'Z')`,
    epochMs,
    // By milliseconds in whole numbers: the difference of two fractions can fall short of a second.
    seconds: (from, to) => fragment`((${epochMs(to)} - ${epochMs(from)}) / 1000)`,
    jsonArray: (expression, ...orderBy) => fragment`json_group_array(${expression}${inOrder(orderBy)})`,
    // Of read-thread.mjs: SQLite's own percentile_disc() takes the value below where this takes the one above.
    medianAndP90: (values) => fragment`median_and_p90(${values})`,
    jsonTuple: (...expressions) => fragment`json_array(${fragment.join(expressions)})`,
    jsonObject: (fields) => fragment`json_object(${pairs(fields)})`,
    asJson: (text) => fragment`${text}`,
    listed: (array) => fragment`(SELECT key + 1 AS place, value FROM json_each(${array}))`,
    // Whoever writes is alone as it is.
    exclusive: () => fragment`SELECT 1 WHERE 0`,
    withinTime: fragment`within_time()`,
    eventPosition: () => fragment`0`,
    // There is one that writes: an event can be read when its transaction has ended.
    isInFeed: () => anyway,
    // There is one writer.
    lockUser: () => anyway,
    tryLockUser: () => anyway,
    lockRow: (select) => select,
    takeRows: (select) => select,
  },
  postgresql: {
    later: (column, now) => fragment`GREATEST(${now}, ${column} + interval '1 millisecond')`,
    time: (time) => fragment`${fragment.lit(time)}`,
    isoTime: (time) => fragment`to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
    epochMs: (time) => fragment`CAST(EXTRACT(epoch FROM ${time}) * 1000 AS bigint)`,
    seconds: (from, to) => fragment`CAST(trunc(EXTRACT(epoch FROM ${to} - ${from})) AS bigint)`,
    jsonArray: (expression, ...orderBy) => fragment`COALESCE(json_agg(${expression}${inOrder(orderBy)}), '[]')::text`,
    medianAndP90: (values) =>
      fragment`to_json(percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY ${values}))::text`,
    jsonTuple: (...expressions) => fragment`json_build_array(${fragment.join(expressions)})`,
    jsonObject: (fields) => fragment`jsonb_build_object(${pairs(fields)})`,
    asJson: (text) => fragment`CAST(${text} AS jsonb)`,
    listed: (array) =>
      fragment`(SELECT place, value FROM json_array_elements_text(CAST(${array} AS json)) WITH ORDINALITY AS each(value, place))`,
    exclusive: (table) => fragment`LOCK TABLE ${fragment.table(table)} IN SHARE ROW EXCLUSIVE MODE`,
    // The server does so by itself.
    withinTime: anyway,
    eventPosition: () => fragment`event_position()`,
    isInFeed: (position) => fragment`${position} < event_horizon()`,
    lockUser: (userId) => fragment`lock_user(${userId})`,
    tryLockUser: (userId) => fragment`try_lock_user(${userId})`,
    // Lets foreign keys to the row be checked meanwhile.
    lockRow: (select) => select.forNoKeyUpdate(),
    takeRows: (select) => select.forNoKeyUpdate().skipLocked(),
  },
};

function inOrder(orderBy: readonly Expression<unknown>[]): RawBuilder<unknown> {
  return orderBy.length === 0 ? fragment`` : fragment` ORDER BY ${fragment.join(orderBy)}`;
}

/** SQLite: milliseconds since 1970. */
function epochMs(time: Expression<Time | null>): RawBuilder<number> {
  return fragment`CAST(round(unixepoch(${time}, 'subsec') * 1000) AS INTEGER)`;
}

function pairs(fields: Record<string, Expression<unknown>>): RawBuilder<unknown> {
  return fragment.join(Object.entries(fields).map(([key, value]) => fragment`${fragment.lit(key)}, ${value}`));
}
