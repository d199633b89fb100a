import type { Json, Time } from './column-types.js';
import { type Expression, fragment, type RawBuilder, type SelectType } from './kysely.js';
import type { Lazy } from './statement.js';
import type { Tables } from './tables.js';

type ColumnName = { [T in keyof Tables]: `${T}.${keyof Tables[T] & string}` }[keyof Tables];

/** What is no column's. */
interface Others {
  number: number;
  text: string;
  lazy: Lazy;
}

/**
 * What a value is: that of a column, `table.column`, or `table.column?` where it can be null; or a number or text that no
 * column has, or something that is worked out when a statement names it.
 */
export type ParamType = ColumnName | `${ColumnName}?` | keyof Others;

/** The values that a query takes, by name. */
export type ParamTypes = Readonly<Record<string, ParamType>>;

type InSql<N extends ParamType> = N extends keyof Others
  ? Others[N]
  : N extends `${infer T extends keyof Tables}.${infer C}?`
    ? C extends keyof Tables[T]
      ? SelectType<Tables[T][C]> | null
      : never
    : N extends `${infer T extends keyof Tables}.${infer C}`
      ? C extends keyof Tables[T]
        ? NonNullable<SelectType<Tables[T][C]>>
        : never
      : never;

type Given<V> = V extends Time ? Date : V extends Json ? string : V;

/** What the caller of a query gives. */
export type Params<P extends ParamTypes> = { -readonly [N in keyof P]: Given<InSql<P[N]>> };

/** What stands for the values in a query. */
export type Placeholders<P extends ParamTypes> = { readonly [N in keyof P]: RawBuilder<InSql<P[N]>> };

/** Stands in a query for a value that is known when it is asked. */
export class Param {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

export function placeholders<P extends ParamTypes>(params: P): Placeholders<P> {
  return Object.fromEntries(Object.keys(params).map((name) => [name, placeholder(name)])) as unknown as Placeholders<P>;
}

export function placeholder<V>(name: string): RawBuilder<V> {
  return fragment.val(new Param(name)) as RawBuilder<unknown> as RawBuilder<V>;
}

/** Types of columns and values, as `Expression`s have them. */
export type TypeOf<E> = E extends Expression<infer V> ? V : never;
