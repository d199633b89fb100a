export type { Generated, SqlBool } from './kysely.js';

declare const kind: unique symbol;

/** A time in the database. It is given as a `Date`, and read as RFC 3339 text with `Z`. */
export interface Time {
  readonly [kind]: 'time';
}

/** JSON in the database. It is given, and read, as its text. */
export interface Json {
  readonly [kind]: 'json';
}
