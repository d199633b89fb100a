import type { Engine } from '../handle.js';
import { compileQuery } from './compile-query.js';
import type { Db, NewValues, Only, TableName } from './db.js';
import { FRAGMENTS, type Fragments } from './fragments.js';
import {
  type Compilable,
  DummyDriver,
  type Expression,
  type ExpressionBuilder,
  expressionBuilder,
  fragment,
  type InsertQueryBuilder,
  type InsertResult,
  Kysely,
  type OperationNodeSource,
  PostgresAdapter,
  PostgresQueryCompiler,
  type RawBuilder,
  type SelectQueryBuilder,
  type SqlBool,
} from './kysely.js';
import { type Params, type ParamTypes, type Placeholders, placeholders } from './params.js';
import type { Row } from './row.js';
import { Statement, type StatementOptions } from './statement.js';
import type { Tables } from './tables.js';

/** What a query is written with. */
export interface Writing<P extends ParamTypes> extends Fragments {
  readonly engine: Engine;
  /** Begins a query. It is never run. */
  readonly db: Db;
  /** What stands for the values. */
  readonly p: Placeholders<P>;
  /** An `INSERT` of one row for each that `from` finds. */
  insertFrom<D, F extends keyof D, T extends TableName, const V extends NewValues<T>>(
    from: SelectQueryBuilder<D, F, object>,
    table: T,
    values: (from: ExpressionBuilder<D, F>) => Only<T, V>,
  ): InsertQueryBuilder<Tables, T, InsertResult>;
}

/** It only builds queries: what there is of a dialect here plays no part in that. */
const kysely = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: () => {
      throw new TypeError('Not connected');
    },
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});
const db = kysely as unknown as Db;

export function writing<P extends ParamTypes>(engine: Engine, params: P): Writing<P> {
  return { engine, db, p: placeholders(params), insertFrom, ...FRAGMENTS[engine] };
}

const insertFrom: Writing<ParamTypes>['insertFrom'] = (from, table, values) =>
  insertRows(from, table, [{ values: values(expressionBuilder()) }]);

/** A row that is inserted, where its condition holds. */
export interface NewRow<T extends TableName> {
  readonly values: NewValues<T>;
  readonly when?: Expression<SqlBool>;
}

/** For each row that `from` finds, these, in their order. All have the same columns. */
export function insertRows<T extends TableName, D, F extends keyof D>(
  from: SelectQueryBuilder<D, F, object>,
  table: T,
  [first, ...others]: readonly [NewRow<T>, ...NewRow<T>[]],
): InsertQueryBuilder<Tables, T, InsertResult> {
  const select = ({ values, when }: NewRow<T>) => {
    const row = from.select(Object.entries(values).map(([column, value]) => fragment`${value}`.as(column)));
    return when === undefined ? row : row.where(when);
  };
  return db
    .insertInto(table)
    .columns(Object.keys(first.values) as (keyof Tables[T] & string)[])
    .expression(others.reduce((rows, row) => rows.unionAll(select(row)), select(first)));
}

export type Query<O> = OperationNodeSource & (Compilable<O> | RawBuilder<O>);

/**
 * A statement whose types follow from the schema: those of its values from the columns that `params` names, that of its
 * rows from what `write` selects or returns. Written once for both engines when it is first used, and kept.
 *
 * @example
 * const selectName = query('select name', { ticketId: 'tickets.id' }, ({ db, p }) =>
 *   db.selectFrom('tickets').select('subject').where('id', '=', p.ticketId));
 */
export function query<const P extends ParamTypes, O>(
  name: string,
  params: P,
  write: (writing: Writing<P>) => Query<O>,
  options?: StatementOptions,
): Statement<Params<P>, Row<O>> {
  return new Statement(name, (engine) => compileQuery(write(writing(engine, params)), engine), options);
}
