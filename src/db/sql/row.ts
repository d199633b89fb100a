import type { Json, Time } from './column-types.js';

/** A time's name ends in `At`, and nothing else's does: SQLite has no type for times, and readers go by the name. */
interface NameMustEndInAt {
  readonly error: 'The name of a time, and of nothing else, must end in At';
}

type IsTime<N> = N extends `${string}At` ? true : false;

type Read<V, N> = V extends Time
  ? IsTime<N> extends true
    ? string
    : NameMustEndInAt
  : V extends Json
    ? string
    : V extends string
      ? IsTime<N> extends true
        ? NameMustEndInAt
        : V
      : V;

/** A row as the readers give it, of what a query selects or returns. */
export type Row<O> = { [N in keyof O]: Read<O[N], N> };

/** The row of a statement. */
export type RowOf<S extends { readonly row: unknown }> = S['row'];
