import type {
  AliasedExpression,
  ExpressionBuilder,
  InsertObject,
  InsertQueryBuilder,
  InsertResult,
  Kysely,
  UpdateObject,
  UpdateQueryBuilder,
  UpdateResult,
} from './kysely.js';
import type { Tables } from './tables.js';

export type TableName = keyof Tables & string;

/**
 * Values for columns of a table, and for nothing else. TypeScript looks for keys that are too many in an object that
 * is written out, but not in what a function gives or a spread brings: a column that was renamed would go unnoticed there.
 */
export type Only<T extends TableName, V> = V & { readonly [N in Exclude<keyof V, keyof Tables[T]>]: never };

/** What a row of a table is inserted with. */
export type NewValues<T extends TableName> = InsertObject<Tables, T>;

/** What a row of a table is changed with. To TypeScript a function would be one as well: its keys are none too many. */
type Changes<T extends TableName> = UpdateObject<Tables, T, T> & { readonly call?: never };

type Updated<T extends TableName> = UpdateQueryBuilder<Tables, T, T, UpdateResult>;

/** Rows that an `UPDATE` takes values from, under a name. */
type Source = AliasedExpression<unknown, string>;

/** The tables that sources are to the rest of the query. */
type TablesOf<S extends Source> = {
  [N in S['alias'] & string]: Extract<S, AliasedExpression<unknown, N>> extends AliasedExpression<infer R, N>
    ? R
    : never;
};

interface UpdatingFrom<T extends TableName, F> {
  set<V extends UpdateObject<Tables & F, T | keyof F, T> & { readonly call?: never }>(
    values: (eb: ExpressionBuilder<Tables & F, T | keyof F>) => Only<T, V>,
  ): UpdateQueryBuilder<Tables & F, T, T | keyof F, UpdateResult>;
}

interface Updating<T extends TableName> {
  from<S extends Source>(sources: S | readonly S[]): UpdatingFrom<T, TablesOf<S>>;
  set<V extends Changes<T>>(values: (eb: ExpressionBuilder<Tables, T>) => Only<T, V>): Updated<T>;
  set<V extends Changes<T>>(values: Only<T, V>): Updated<T>;
}

interface Inserting<T extends TableName> extends Omit<InsertQueryBuilder<Tables, T, InsertResult>, 'values'> {
  values<V extends NewValues<T>>(row: Only<T, V>): InsertQueryBuilder<Tables, T, InsertResult>;
}

/** Kysely, over our tables, but that no write takes a key that is no column's. */
export interface Db
  extends Pick<Kysely<Tables>, 'selectFrom' | 'selectNoFrom' | 'deleteFrom' | 'with' | 'withRecursive' | 'fn'> {
  insertInto<T extends TableName>(table: T): Inserting<T>;
  updateTable<T extends TableName>(table: T): Updating<T>;
}
