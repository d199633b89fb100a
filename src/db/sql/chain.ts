import type { Engine } from '../handle.js';
import { compileQuery } from './compile-query.js';
import type { NewValues, Only, TableName } from './db.js';
import {
  fragment,
  type InsertQueryBuilder,
  type InsertResult,
  type RawBuilder,
  type SelectQueryBuilder,
  type UpdateQueryBuilder,
} from './kysely.js';
import { type Params, type ParamTypes, placeholder } from './params.js';
import { insertRows, type NewRow, type Query, type Writing, writing } from './query.js';
import type { Row } from './row.js';
import { Statement } from './statement.js';
import type { Tables } from './tables.js';
import type { Step, WriteChain } from './write-chain.js';

type Rows = Record<string, object>;

/** What a link is written with. */
export interface LinkWriting<P extends ParamTypes, L extends Rows> extends Writing<P> {
  /** The columns of earlier links' rows. */
  readonly row: { readonly [N in keyof L]: { readonly [C in keyof L[N]]: RawBuilder<L[N][C]> } };
  /** For an `UPDATE` that uses the rows of earlier links, or hangs on them. */
  from(
    ...links: (keyof L & string)[]
  ): <U extends keyof Tables, T extends keyof Tables, O>(
    update: UpdateQueryBuilder<Tables, U, T, O>,
  ) => UpdateQueryBuilder<Tables, U, T, O>;
  /** An `INSERT` of one row for the rows of earlier links. */
  insert<T extends TableName, V extends NewValues<T>>(
    table: T,
    values: Only<T, V>,
    ...links: (keyof L & string)[]
  ): InsertQueryBuilder<Tables, T, InsertResult>;
  /** The same of several rows, in their order. */
  insertRows<T extends TableName>(
    table: T,
    rows: readonly [NewRow<T>, ...NewRow<T>[]],
    ...links: (keyof L & string)[]
  ): InsertQueryBuilder<Tables, T, InsertResult>;
}

interface Link {
  readonly name: string;
  /** The one engine that needs it; otherwise both do. */
  readonly only?: Engine;
  readonly givesRow: boolean;
  write(writing: LinkWriting<ParamTypes, Rows>): Query<unknown>;
}

/**
 * Writes that stand or fall together, each made from the rows of those before it: one statement on PostgreSQL, and so one
 * round trip and a transaction by itself; one after the other in the caller's transaction on SQLite, which has no writing
 * CTEs. See WriteChain, which it becomes. Its types follow from the schema, as a query's do.
 *
 * @example
 * chain('rename', { id: 'things.id', name: 'things.name' })
 *   .link('old', ({ db, p, lockRow }) => db.selectFrom('things').select('name').where('id', '=', p.id).$call(lockRow))
 *   .link('thing', ({ db, p, from }) =>
 *     db.updateTable('things').set({ name: p.name }).$call(from('old')).where('id', '=', p.id).returning('id'))
 *   .write('log', ({ insert, row }) => insert('log', { was: row.old.name }, 'old', 'thing'))
 *   .whole()
 */
export function chain<const P extends ParamTypes>(name: string, params: P): Chain<P, Record<never, never>, never> {
  return new Chain(name, params, []);
}

class Chain<P extends ParamTypes, L extends Rows, Last> {
  readonly #name: string;
  readonly #params: P;
  readonly #links: readonly Link[];

  constructor(name: string, params: P, links: readonly Link[]) {
    this.#name = name;
    this.#params = params;
    this.#links = links;
  }

  /** A link that gives one row: where it has none, the chain ends there. */
  link<N extends string, O extends object>(
    name: N,
    write: (writing: LinkWriting<P, L>) => Query<O>,
  ): Chain<P, L & Record<N, O>, O> {
    return new Chain(this.#name, this.#params, [...this.#links, { name, givesRow: true, write } as unknown as Link]);
  }

  /** A link that writes, and gives no row. */
  write(name: string, write: (writing: LinkWriting<P, L>) => Query<unknown>): Chain<P, L, Last> {
    return new Chain(this.#name, this.#params, [...this.#links, { name, givesRow: false, write } as unknown as Link]);
  }

  /** The same for what only one engine needs. */
  writeOn(only: Engine, name: string, write: (writing: LinkWriting<P, L>) => Query<unknown>): Chain<P, L, Last> {
    return new Chain(this.#name, this.#params, [
      ...this.#links,
      { name, only, givesRow: false, write } as unknown as Link,
    ]);
  }

  /** All of it. Gives the last row that a link gave. */
  whole(): WriteChain<Params<P>, Row<Last>> {
    const last = this.#links.findLast(({ givesRow }) => givesRow);
    if (last === undefined) throw new TypeError(`${this.#name}: no link gives a row`);
    const whole = new Statement<Params<P>, Row<Last>>(this.#name, (engine) => {
      const names: string[] = [];
      const parts = this.#linksOn(engine).map((link) => `${link.name} AS (${this.#compile(link, engine, names).text})`);
      return { text: `WITH ${parts.join(', ')} SELECT * FROM ${last.name}`, names };
    });
    const steps = this.#linksOn('sqlite').map((link): Step => {
      const { name, givesRow } = link;
      const statement = new Statement(`${this.#name}: ${name}`, (engine) => this.#compile(link, engine));
      return { name, statement, givesRow };
    });
    return { whole, steps };
  }

  #linksOn(engine: Engine): Link[] {
    return this.#links.filter(({ only = engine }) => only === engine);
  }

  #compile(link: Link, engine: Engine, names?: string[]) {
    return compileQuery(link.write(linkWriting(engine, this.#params)), engine, names);
  }
}

function linkWriting(engine: Engine, params: ParamTypes): LinkWriting<ParamTypes, Rows> {
  const begun = writing(engine, params);
  const onSqlite = engine === 'sqlite';
  const oneOf = (links: readonly string[]) =>
    (onSqlite
      ? begun.db.selectNoFrom([])
      : begun.db.selectFrom(links.map((link) => fragment.table(link).as(link)))) as SelectQueryBuilder<
      Tables,
      never,
      object
    >;
  return {
    ...begun,
    row: rows((link, column) => (onSqlite ? placeholder(`${link}_${column}`) : fragment.ref(`${link}.${column}`))),
    // On SQLite their columns come as values.
    from:
      (...links) =>
      (update) =>
        onSqlite
          ? update
          : (update.from(links.map((link) => fragment.table(link).as(link))) as unknown as typeof update),
    insert: (table, values, ...links) => insertRows(oneOf(links), table, [{ values }]),
    insertRows: (table, rows, ...links) => insertRows(oneOf(links), table, rows),
  };
}

/** Gives whatever column is asked for: that it is one of the link's row is for the types to say. */
function rows(column: (link: string, name: string) => RawBuilder<unknown>): LinkWriting<ParamTypes, Rows>['row'] {
  const columns = (link: string) => new Proxy({}, { get: (_, name: string) => column(link, name) });
  return new Proxy({}, { get: (_, link: string) => columns(link) });
}
